/** SQLite cannot read JSON that is nested deeper, and one such row would fail a query over all rows. */
export const deepest = 1000

/** Whether arrays and objects are nested deeper than that. */
export const isTooDeep = (text: string): boolean => {
  // Each level takes two signs.
  if (text.length <= 2 * deepest) return false
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]
    if (sign === '"') {
      at = behindString(text, at)
    } else if (sign === "{" || sign === "[") {
      depth += 1
      if (depth > deepest) return true
    } else if (sign === "}" || sign === "]") depth -= 1
  }
  return false
}

/** The position of the closing quote, or the end. */
const behindString = (text: string, opening: number): number => {
  for (let at = opening + 1; at < text.length; at++) {
    if (text[at] === "\\") at++
    else if (text[at] === '"') return at
  }
  return text.length
}

/** Whether the text of an object has a key more than once: some readers take the first value, others the last. */
export const hasTwice = (text: string, key: string): boolean => {
  const written = JSON.stringify(key)
  const first = text.indexOf(written)
  // Without escapes a key is written in only one way, and nearly all occur once.
  if (first !== -1 && !text.includes("\\u") && text.indexOf(written, first + 1) === -1) return false
  return keysOf(text).filter((one) => one === key).length > 1
}

/** The keys of an object of which only the beginning is known. Empty if it is none. */
export const firstKeysOf = (beginning: string): ReadonlyArray<unknown> => {
  if (!beginning.trimStart().startsWith("{")) return []
  try {
    return keysOf(beginning)
  } catch {
    return []
  }
}

/** The keys of the object itself, as they come. */
const keysOf = (text: string): ReadonlyArray<unknown> => {
  const keys: Array<unknown> = []
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]
    if (sign === '"') {
      const end = behindString(text, at)
      if (depth === 1 && /^\s*:/.test(text.slice(end + 1, end + 100)))
        keys.push(JSON.parse(text.slice(at, end + 1)))
      at = end
    } else if (sign === "{" || sign === "[") depth += 1
    else if (sign === "}" || sign === "]") depth -= 1
  }
  return keys
}

/** Keys that an object, or one in it, has more than once, by their paths. Objects in arrays are not looked at. */
export const repeatedKeys = (text: string): ReadonlyArray<ReadonlyArray<string>> => {
  if (!text.trimStart().startsWith("{")) return []
  const keys = keysOf(text).map(String)
  const distinct = [...new Set(keys)]
  return [
    ...distinct.filter((key) => keys.indexOf(key) !== keys.lastIndexOf(key)).map((key) => [key]),
    ...cellsOf(text, distinct).flatMap((cell, at) =>
      repeatedKeys(cell).map((path) => [distinct[at] ?? "", ...path])
    )
  ]
}

/** The values of the object under these keys, each as it is written: of a key that comes again, the last. */
export const cellsOf = (text: string, keys: ReadonlyArray<string>): ReadonlyArray<string> => {
  const written = new Map<string, string>()
  let depth = 0
  let from = 0
  let key: string | undefined
  const end = (at: number) => {
    if (key !== undefined) written.set(key, text.slice(from, at).trim())
    key = undefined
  }
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]
    if (sign === '"') {
      const closing = behindString(text, at)
      if (depth === 1 && key === undefined) {
        key = String(JSON.parse(text.slice(at, closing + 1)))
        from = text.indexOf(":", closing) + 1
        at = from - 1
      } else at = closing
    } else if (sign === "{" || sign === "[") depth += 1
    else if (sign === "}" || sign === "]") {
      depth -= 1
      if (depth === 0) end(at)
    } else if (sign === "," && depth === 1) end(at)
  }
  return keys.map((one) => written.get(one) ?? "null")
}

/** Whether a key or value of parsed JSON has half of a surrogate pair, which cannot be written as UTF-8. */
export const holdsLoneSurrogate = (value: unknown): boolean => {
  if (typeof value === "string") return /\p{Cs}/u.test(value)
  if (typeof value !== "object" || value === null) return false
  return Array.isArray(value)
    ? value.some(holdsLoneSurrogate)
    : Object.entries(value).some(([key, member]) => holdsLoneSurrogate(key) || holdsLoneSurrogate(member))
}

/** Whether a text could have one: they only come as escapes. */
export const mayHoldSurrogate = (text: string): boolean => /\\u[dD][89A-Fa-f]/.test(text)

/** Why a text is not JSON, and the position of the first sign that cannot stand there. */
export interface SyntaxFault {
  readonly at: number
  readonly detail: string
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

const parseFault = (text: string): string | undefined => {
  try {
    JSON.parse(text)
    return undefined
  } catch (cause) {
    return messageOf(cause)
  }
}

const positionIn = (detail: string): number | undefined => {
  // Those without one quote the text, which may say anything.
  const position = detail.startsWith("Unexpected token '")
    ? undefined
    : / at position (\d+)/.exec(detail)?.[1]
  return position === undefined ? undefined : Number(position)
}

/** Whether JSON could begin with this text. */
const mayBegin = (text: string): boolean => {
  const detail = parseFault(text)
  if (detail === undefined || /^(?:Unexpected end|Unterminated)/.test(detail)) return true
  return (positionIn(detail) ?? 0) >= text.length
}

/** Undefined: it is JSON. */
export const syntaxFault = (text: string): SyntaxFault | undefined => {
  const detail = parseFault(text)
  return detail === undefined ? undefined : located(text, detail)
}

/** What `JSON.parse` threw for a text, with its place. */
export const syntaxFaultOf = (text: string, thrown: unknown): SyntaxFault => located(text, messageOf(thrown))

/** Not every message of `JSON.parse` has the position, which is then searched for. */
const located = (text: string, detail: string): SyntaxFault => {
  const words = detail.replace(
    / in JSON at position.*| at position.*|, (?:\.\.\.)?".*"(?:\.\.\.)? is not valid JSON$/s,
    ""
  )
  const told = positionIn(detail)
  if (told !== undefined) return { at: told, detail: words }
  let good = 0
  let bad = text.length + 1
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (mayBegin(text.slice(0, middle))) good = middle
    else bad = middle
  }
  return { at: good, detail: words }
}
