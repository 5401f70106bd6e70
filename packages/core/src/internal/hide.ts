/** Takes the API token out of a text that did not come from us. */
export type Hide = (text: string) => string

/** The token as it is, and as JSON may spell it: with slashes escaped (PHP does), or all that JSON has to escape. */
const spellingsOf = (token: string): ReadonlyArray<string> => {
  const escaped = JSON.stringify(token).slice(1, -1)
  return [...new Set([escaped.replaceAll("/", "\\/"), token.replaceAll("/", "\\/"), escaped, token])]
}

export const hideToken = (token: string): Hide => {
  const spellings = spellingsOf(token)
  return (text) => spellings.reduce((hidden, spelling) => hidden.replaceAll(spelling, "<redacted>"), text)
}

const encoder = new TextEncoder()

/** What of a body is kept in an error: its first 2 KiB. A character that the cut would split is left out. */
export const keptOf = (body: string): string =>
  new TextDecoder().decode(encoder.encode(body).subarray(0, 2048), { stream: true })
