import { neutralise } from "../../contacts/SpreadsheetText.js"
import { cellText, isNumber } from "./cellText.js"

// More than RFC 4180 asks for: other delimiters, and blanks that readers like to trim.
const needsQuotes = /[",;\t\r\n]|^\s|\s$|^\uFEFF/

const quoted = (text: string) => (needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

// Neither needs quotes nor can be a formula.
const plain = /^[A-Za-z0-9](?:[^",;\t\r\n]*[^",;\s])?$/

/** The cell of a value that needs no quotes, like most. */
const plainCell = (value: unknown): string | undefined => {
  if (value === null || value === undefined || value === "") return ""
  return typeof value === "string" && plain.test(value) ? value : undefined
}

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
  // Many columns have the same value as in the row before, and need not be checked again.
  let above: ReadonlyArray<unknown> = []
  const plainCells: Array<string | undefined> = []
  let text = ""
  for (const row of rows) {
    const before = text.length
    for (let at = 0; at < row.length; at++) {
      const value = row[at]
      let cell = plainCells[at]
      if (value !== above[at] || cell === undefined) {
        const plain = plainCell(value)
        const comma = at === 0 ? "" : ","
        cell = `${comma}${plain ?? quoted(safe(value))}`
        plainCells[at] = plain === undefined ? undefined : cell
      }
      text += cell
    }
    above = row
    // An empty line would be no row at all.
    text += text.length === before ? '""\r\n' : "\r\n"
  }
  return { text, neutralised }
}
