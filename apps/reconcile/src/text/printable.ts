import { thousands } from "./numbers.js"

/**
 * What must not reach a terminal as it is: it would drive it (control characters), reorder it (bidi), or not be seen
 * at all (format characters, variation selectors, tags, fillers, every blank but the plain space). Private and
 * unassigned code points and lone surrogates have no look that anybody agrees on.
 */
const unsafe = /(?! )[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/gu

/** The same in lines of text, which may break and have tabs. A lone carriage return would overwrite its line. */
const unsafeInLines = /(?! |\n|\t|\r\n)[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/gu

const hexOf = (point: number) => point.toString(16).padStart(4, "0")

const escaped = (char: string) => {
  const point = char.codePointAt(0) ?? 0
  return point > 0xffff ? `\\u{${hexOf(point)}}` : `\\u${hexOf(point)}`
}

// Nearly all text is plain, and a test is much cheaper than a replacement.
const isPlain = (text: string) => /^[ -~]*$/.test(text)

const cut = (text: string, most: number) => {
  const end = /[\ud800-\udbff]/.test(text[most - 1] ?? "") ? most - 1 : most
  return `${text.slice(0, end)}…`
}

const longest = 1000

/**
 * Text that is safe to show as one line or part of one, whoever wrote it: what cannot be seen stands as `\u200b`, and
 * what is longer than anybody reads is cut, with its length told.
 */
export const printable = (text: string, most: number = longest): string => {
  const shown = text.length > most ? cut(text, most) : text
  const safe = isPlain(shown) ? shown : shown.replace(unsafe, escaped)
  return text.length > most ? `${safe} (${thousands(text.length)} characters)` : safe
}

const longestLine = 20_000

/** JSON text with unsafe characters written as JSON escapes, which mean the same to any reader. */
export const printableJson = (json: string): string =>
  /^[ -~\n]*$/.test(json)
    ? json
    : json.replace(unsafeInLines, (char) =>
        Array.from({ length: char.length }, (_, at) => `\\u${hexOf(char.charCodeAt(at))}`).join("")
      )

/** The same for text of several lines, as a whole command prints it. */
export const printableLines = (text: string): string => {
  const safe = /^[ -~\n\t]*$/.test(text) ? text : text.replace(unsafeInLines, escaped)
  return text.length <= longestLine
    ? safe
    : safe
        .split("\n")
        .map((line) => (line.length > longestLine ? printable(line, longestLine) : line))
        .join("\n")
}
