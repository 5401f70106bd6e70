import { neutralise } from "../../contacts/SpreadsheetText.js"
import { cellText, isNumber } from "./cellText.js"

// More than RFC 4180 asks for: other delimiters, and blanks that readers like to trim.
const needsQuotes = /[",;\t\r\n]|^\s|\s$|^\uFEFF/

const quoted = (text: string) => (needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/** Lines of CSV per RFC 4180, with formulas turned into text unless `keepFormulas`. */
export const lines = (keepFormulas: boolean) => (rows: ReadonlyArray<ReadonlyArray<unknown>>) => {
  let neutralised = 0
  const safe = (value: unknown) => {
    const text = cellText(value)
    if (keepFormulas || isNumber(value)) return text
    const neutral = neutralise(text)
    if (neutral !== text) neutralised += 1
    return neutral
  }
  const line = (row: ReadonlyArray<unknown>) => {
    const text = row.map((value) => quoted(safe(value))).join(",")
    // An empty line would be no row at all.
    return text === "" ? '""' : text
  }
  return { text: rows.map((row) => `${line(row)}\r\n`).join(""), neutralised }
}
