import measure from "fast-string-truncated-width"

/** How many columns of a terminal printable text takes. */
export const widthOf = (text: string): number => measure(text).width

/** As many of the characters, from the first on, as fit. */
const fitting = (
  characters: ReadonlyArray<string>,
  most: number,
  joined: (few: ReadonlyArray<string>) => string
) => {
  let count = 0
  while (count < characters.length && widthOf(joined(characters.slice(0, count + 1))) <= most) count++
  return joined(characters.slice(0, count))
}

/** Printable text in at most so many columns. Longer text loses its middle: addresses and IDs differ at either end. */
export const shortened = (text: string, most: number): string => {
  if (widthOf(text) <= most) return text
  if (most < 1) return ""
  // As a reader counts them: an emoji of several code points is one.
  const characters = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment)
  const head = fitting(characters, Math.ceil((most - 1) / 2), (few) => few.join(""))
  const tail = fitting(characters.toReversed(), most - 1 - widthOf(head), (few) => few.toReversed().join(""))
  return `${head}…${tail}`
}
