import { roleOf } from "./ColumnNames.js"
import { maxRecordLength } from "./ContactRow.js"
import { firstKeysOf } from "./JsonText.js"
import type { BadLine } from "./PhysicalLines.js"
import type { Scanned } from "./QuoteScan.js"

/** Why a record cannot be read, and the column where that shows, if it does on its first line. */
export interface RecordFault {
  readonly column: number | null
  readonly reason: string
}

/** A place as the reader's editor shows it. The column stands in its own field only on the record's first line. */
export const place = (text: string, recordStart: number, line: number, at: number) => {
  const before = text.slice(recordStart, at).split(/\r\n|\n|\r/)
  const column = (before.at(-1) ?? "").length + 1
  const first = before.length === 1
  return {
    column: first ? column : null,
    words: first ? `at column ${column}` : `on line ${line + before.length - 1} at column ${column}`
  }
}

export const ofQuote = (
  text: string,
  recordStart: number,
  line: number,
  found: Exclude<Scanned, { readonly _tag: "Whole" }>,
  tooLong: boolean
): RecordFault => {
  const opened = place(text, recordStart, line, found.openedAt)
  if (found._tag === "Stray") {
    const stray = place(text, recordStart, line, found.at)
    return {
      column: opened.column,
      reason:
        `The quoted field that opens ${opened.words} contains a single quote ${stray.words}; ` +
        "close the field before it, or double the quote."
    }
  }
  return {
    column: opened.column,
    reason: tooLong
      ? `The quote that opens ${opened.words} is not closed within ${maxRecordLength} characters; close it.`
      : `The quote that opens ${opened.words} is never closed; close it, or remove it.`
  }
}

/** Of a text that is too long, only the beginning is known. */
export const ofLength = (what: "line" | "value", beginning: string): string => {
  const keys = firstKeysOf(beginning).map(String)
  const isBody = keys.includes("contacts") && !keys.some((key) => roleOf(key) === "email")
  return isBody
    ? `The ${what} is longer than ${maxRecordLength} bytes, and begins as the body of a bulk import request. ActiveCampaign takes bodies of less than 400,000 bytes: write each one as it was sent, on a line of its own, for example with jq -c.`
    : `The ${what} is longer than ${maxRecordLength} bytes, too long for one contact.`
}

export const ofEncoding = (text: string, recordStart: number, line: number, bad: BadLine): RecordFault => {
  const where = place(text, recordStart, line, bad.offset + bad.column - 1)
  const byte = bad.byte.toString(16).toUpperCase().padStart(2, "0")
  return {
    column: where.column,
    reason:
      bad.encoding === "UTF-16"
        ? `There is only half of a UTF-16 character ${where.words}; save the file as UTF-8.`
        : `The byte 0x${byte} ${where.words} is not UTF-8; save the file as UTF-8.`
  }
}
