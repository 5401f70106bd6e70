const surrogate = /[\ud800-\udfff]/
const lone = /\p{Surrogate}/gu

/** Replaces each half of a surrogate pair, which JSON can write but UTF-8 cannot, by U+FFFD, as decoders do. */
export const wellFormed = (text: string): string =>
  surrogate.test(text) ? text.replace(lone, "\uFFFD") : text

/** A text as one line of at most so many characters, for a message. */
export const oneLine = (text: string, limit: number): string => {
  const line = wellFormed(text).replace(/\s+/g, " ").trim()
  // A cut between the halves of a pair would leave one of them.
  return line.length > limit ? `${line.slice(0, limit).replace(/[\ud800-\udbff]$/, "")}…` : line
}
