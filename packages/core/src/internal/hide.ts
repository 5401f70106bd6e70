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

/** As many as are in use at once while a token is replaced, and then some. */
const mostTokens = 8

/** The tokens of a client: the one in use, and those before it, which answers may still repeat. */
export const makeSecrets = () => {
  const hidden = new Map<string, Hide>()
  const through = (hides: ReadonlyArray<Hide>) => (text: string) =>
    hides.reduce((left, hide) => hide(left), text)
  let inErrors: Hide = (text) => text
  let inAnswers: Hide = inErrors
  return {
    add: (token: string) => {
      if (hidden.has(token)) return
      const [oldest] = hidden.keys()
      if (hidden.size === mostTokens && oldest !== undefined) hidden.delete(oldest)
      hidden.set(token, hideToken(token))
      inErrors = through([...hidden.values()])
      inAnswers = through(
        [...hidden].flatMap(([known, hide]) => (known.length < shortestInAnswers ? [] : [hide]))
      )
    },
    /** Takes the tokens out of what is told of a call. */
    hide: (text: string) => inErrors(text),
    /** Takes them out of the body of an answer. */
    hideInAnswer: (text: string) => inAnswers(text)
  }
}

const encoder = new TextEncoder()

/** What of a body is kept in an error: its first 2 KiB. A character that the cut would split is left out. */
export const keptOf = (body: string): string =>
  new TextDecoder().decode(encoder.encode(body).subarray(0, 2048), { stream: true })
