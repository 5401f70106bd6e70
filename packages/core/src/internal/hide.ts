/** Takes the API token out of a text that did not come from us. */
export type Hide = (text: string) => string

const put = "<redacted>"

/** A character as a pattern: as it is, behind the backslash that JSON may or must put there, or by its number. */
const patternOf = (character: string): string => {
  const hex = character.charCodeAt(0).toString(16)
  const number = hex.replace(/[a-f]/, (digit) => `[${digit}${digit.toUpperCase()}]`)
  const plain = `\\x${hex}`
  const escaped = character === "\\" ? `${plain}\\\\?` : /["/]/.test(character) ? `\\\\?${plain}` : plain
  return `(?:${escaped}|\\\\u00${number})`
}

/** Finds the token as it is, and in every way in which JSON can spell it. */
export const hideToken = (token: string): Hide => {
  const spelled = new RegExp([...token].map(patternOf).join(""), "g")
  return (text) => (text.includes("\\") ? text.replace(spelled, put) : text.replaceAll(token, put))
}

/** Shorter ones, which no account has, would be found in ordinary words, and answers are facts. */
const shortestInAnswers = 8

/** What takes the token out of the body of an answer. */
export const hideInAnswers = (token: string): Hide =>
  token.length < shortestInAnswers ? (body) => body : hideToken(token)

const encoder = new TextEncoder()

/** What of a body is kept in an error: its first 2 KiB. A character that the cut would split is left out. */
export const keptOf = (body: string): string =>
  new TextDecoder().decode(encoder.encode(body).subarray(0, 2048), { stream: true })
