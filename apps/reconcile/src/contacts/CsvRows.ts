import * as EmailKey from "effect-activecampaign/EmailKey"
import Papa from "papaparse"
import type { ContactRow } from "./ContactRow.js"
import { rejected } from "./ContactRow.js"
import type { CsvHeader } from "./CsvHeader.js"
import type { Framed } from "./RecordFramer.js"
import { restore } from "./SpreadsheetText.js"

/** The fields of well quoted records, one list a record: what the framer lets through, Papa reads one to one. */
export const fieldsOf = (
  texts: ReadonlyArray<string>,
  delimiter: string
): ReadonlyArray<ReadonlyArray<string>> => {
  if (texts.length === 0) return []
  const parser = new Papa.Parser({ delimiter, newline: "\n" })
  const result: Papa.ParseResult<ReadonlyArray<string>> = parser.parse(`${texts.join("\n")}\n`, 0, true)
  return result.data
}

/** A line of nothing but spaces. A lone `""` is an empty field, and a line of delimiters a row without values. */
export const isBlank = (text: string, delimiter: string): boolean =>
  text === "" || (text.trim() === "" && !text.includes(delimiter))

/** Fields without the apostrophes that an export set before formulas, and in how many there was one. */
export const restored = (
  fields: ReadonlyArray<string>
): { readonly fields: ReadonlyArray<string>; readonly count: number } => {
  const originals = fields.map(restore)
  return { fields: originals, count: originals.filter((text, i) => text !== fields[i]).length }
}

const isQuoted = (text: string): boolean => text.includes('"')

/**
 * What is not all text to everybody: quotes and backslashes, controls and halves of surrogate pairs, which JSON writes
 * otherwise, and the apostrophe, which an export may have set. A record without is one split away from its fields.
 */
const specialSign = /["'\\\p{Cc}\p{Cs}]/u
const specialBesideTab = /["'\\\p{Cs}]|(?!\t)\p{Cc}/u

/**
 * Reads framed records as rows under a header, and adds bad ones to those the framer rejected. Unless `raw`,
 * restores what an export had neutralised; returns in how many fields.
 */
export const read = (
  header: CsvHeader,
  delimiter: string,
  raw: boolean,
  framed: Framed,
  rows: Array<ContactRow>
): number => {
  const { texts } = framed
  let count = 0
  const quoted = fieldsOf(texts.filter(isQuoted), delimiter)
  let quotedBefore = 0
  const special = delimiter === "\t" ? specialBesideTab : specialSign
  const openings = header.prefixes.map((prefix, i) => `${i === 0 ? "" : '"'}${prefix}"`)
  const width = header.names.length
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i] ?? ""
    const isPlain = !special.test(text)
    let fields = isPlain || !isQuoted(text) ? text.split(delimiter) : (quoted[quotedBefore++] ?? [])
    if (isBlank(text, delimiter)) continue
    if (!isPlain && !raw && text.includes("'")) {
      const original = restored(fields)
      fields = original.fields
      count += original.count
    }
    const line = framed.lines[i] ?? 0
    if (fields.length !== width) {
      framed.rejected.push(rejected(line, null, widthReason(width, fields.length), text))
      continue
    }
    const email = fields[header.email] ?? ""
    const emailKey = EmailKey.fromAddress(email)
    if (emailKey === "" || email.includes("\0")) {
      framed.rejected.push(rejected(line, null, addressReason(header, emailKey), text))
      continue
    }
    const key = valueOf(fields, header.key)
    if (key === null && header.key !== null) {
      framed.rejected.push(rejected(line, null, keyReason(header.names[header.key] ?? ""), text))
      continue
    }
    rows.push({
      line,
      email,
      emailKey,
      contactId: valueOf(fields, header.contactId),
      batchId: valueOf(fields, header.batchId),
      key,
      columns: isPlain ? plainColumnsOf(openings, fields) : columnsOf(header, fields),
      record: text,
      names: header.names
    })
  }
  return count
}

const valueOf = (fields: ReadonlyArray<string>, column: number | null): string | null =>
  (column === null ? undefined : fields[column]?.trim()) || null

const columnsOf = (header: CsvHeader, fields: ReadonlyArray<string>): string => {
  let text = ""
  for (let i = 0; i < fields.length; i++) text += (header.prefixes[i] ?? "") + JSON.stringify(fields[i])
  return `${text}}`
}

const plainColumnsOf = (openings: ReadonlyArray<string>, fields: ReadonlyArray<string>): string => {
  let text = ""
  for (let i = 0; i < fields.length; i++) text += (openings[i] ?? "") + (fields[i] ?? "")
  return `${text}"}`
}

const widthReason = (expected: number, found: number): string =>
  `Expected ${countOf(expected)}, found ${found}: ` +
  (found > expected ? "put values that hold the delimiter in double quotes." : "values are missing.")

const countOf = (columns: number): string => (columns === 1 ? "1 column" : `${columns} columns`)

export const keyReason = (column: string): string => `The key in column ${JSON.stringify(column)} is blank.`

const addressReason = (header: CsvHeader, emailKey: string): string => {
  const name = JSON.stringify(header.names[header.email])
  return emailKey === ""
    ? `The address in column ${name} is blank.`
    : `The address in column ${name} holds a NUL character.`
}
