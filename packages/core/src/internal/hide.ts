/** Removes the API token from a text from elsewhere. */
export type Hide = (text: string) => string

const put = "<redacted>"

/** A pattern for a character: as it is, after the backslash that JSON may or must add, or by its number. */
const patternOf = (character: string): string => {
  const hex = character.charCodeAt(0).toString(16)
  const number = hex.replace(/[a-f]/, (digit) => `[${digit}${digit.toUpperCase()}]`)
  const plain = `\\x${hex}`
  const escaped = character === "\\" ? `${plain}\\\\?` : /["/]/.test(character) ? `\\\\?${plain}` : plain
  return `(?:${escaped}|\\\\u00${number})`
}

/** Finds the token as it is, and in every form in which JSON can write it. */
export const hideToken = (token: string): Hide => {
  const spelled = new RegExp([...token].map(patternOf).join(""), "g")
  return (text) => (text.includes("\\") ? text.replace(spelled, put) : text.replaceAll(token, put))
}

/** Shorter tokens, which no account has, would be found in ordinary words and change the facts in answers. */
const shortestInAnswers = 8

/** More than are in use at once while a token is replaced. */
const mostTokens = 8

/** The tokens of a client: the one in use, and earlier ones, which answers may still repeat. */
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
    /** Removes the tokens from messages about a call. */
    hide: (text: string) => inErrors(text),
    /** Removes them from the body of an answer. */
    hideInAnswer: (text: string) => inAnswers(text)
  }
}

const encoder = new TextEncoder()

/** The part of a body that an error keeps: its first 2 KiB, without half a character at the end. */
export const keptOf = (body: string): string =>
  new TextDecoder().decode(encoder.encode(body).subarray(0, 2048), { stream: true })
