import Papa from "papaparse"
import { normalForm, roleOf } from "./ColumnNames.js"
import { rejected } from "./ContactRow.js"
import { type CsvHeader, labels } from "./CsvHeader.js"
import { withoutBlanks } from "./QuoteScan.js"
import type { Framed } from "./RecordFramer.js"
import { type RowSink, take } from "./RowSink.js"
import { restore } from "./SpreadsheetText.js"

/** The fields of well-quoted records, one list per record. Papa reads exactly the records the framer lets through. */
export const fieldsOf = (
  texts: ReadonlyArray<string>,
  delimiter: string
): ReadonlyArray<ReadonlyArray<string>> => {
  if (texts.length === 0) return []
  const parser = new Papa.Parser({ delimiter, newline: "\n" })
  const records = texts.map((text) => withoutBlanks(text, delimiter))
  const result: Papa.ParseResult<ReadonlyArray<string>> = parser.parse(`${records.join("\n")}\n`, 0, true)
  return result.data
}

/**
 * The fields of a record without quotes, usually `width` of them. Twice as fast as `split`, and the list has no spare room.
 * Both matter with a million rows.
 */
const splitAt = (text: string, delimiter: string, width: number): Array<string> => {
  const fields = new Array<string>(width)
  let count = 0
  let from = 0
  for (let at = text.indexOf(delimiter); at !== -1; at = text.indexOf(delimiter, from)) {
    fields[count++] = text.slice(from, at)
    from = at + delimiter.length
  }
  fields[count++] = from === 0 ? text : text.slice(from)
  if (count < width) fields.length = count
  return fields
}

/** Reuses the text of the row before in a column with the same value, so that later comparisons are fast. */
const sharedText = (column: number | null) => {
  let before: string | undefined
  return (fields: Array<string>): ReadonlyArray<string> => {
    if (column === null) return fields
    const text = fields[column]
    if (before !== undefined && text === before) fields[column] = before
    else before = text
    return fields
  }
}

/** A line of nothing but spaces. A lone `""` is an empty field, and a line of delimiters a row without values. */
export const isBlank = (text: string, delimiter: string): boolean =>
  text === "" || (text.trim() === "" && !text.includes(delimiter))

/** Fields without the apostrophes that an export added before formulas, and how many had one. */
export const restored = (
  fields: ReadonlyArray<string>
): { readonly fields: ReadonlyArray<string>; readonly count: number } => {
  const originals = fields.map(restore)
  return { fields: originals, count: originals.filter((text, i) => text !== fields[i]).length }
}

const isQuoted = (text: string): boolean => text.includes('"')

/**
 * Characters that need care: quotes, backslashes, controls and halves of surrogate pairs, which JSON escapes, the
 * apostrophe, which an export may have added, and the mark that begins a file, which may have been joined to another.
 * A record without them only has to be split into fields.
 */
const specialSign = /["'\\\uFEFF\p{Cc}\p{Cs}]/u
const specialBesideTab = /["'\\\uFEFF\p{Cs}]|(?!\t)\p{Cc}/u

/** What was read of a CSV file so far, besides its header. */
export interface Progress {
  /** Fields that lost the apostrophe an export had added. */
  readonly restored: number
  /** The line of another header below the first; the rows under it have its columns, not ours. */
  readonly otherHeader: number | null
}

/**
 * Reads framed records as rows under a header, and adds bad ones to those the framer rejected. Unless `keepApostrophes`,
 * restores what an export had neutralised.
 */
export const read = (
  header: CsvHeader,
  delimiter: string,
  keepApostrophes: boolean,
  before: Progress,
  framed: Framed,
  into: Omit<RowSink, "rejected">
): Progress => {
  const { texts } = framed
  let { otherHeader, restored: count } = before
  const sink: RowSink = { ...into, rejected: framed.rejected }
  const quoted = fieldsOf(texts.filter(isQuoted), delimiter)
  let quotedBefore = 0
  const special = delimiter === "\t" ? specialBesideTab : specialSign
  const named = labels(header)
  const headerAt = headerAgain(header)
  const headerBehind = (fields: ReadonlyArray<string>) =>
    headerAt(fields) ?? (fields.some((field) => roleOf(field) === "email") ? "other" : null)
  const width = header.names.length
  const sharing = sharedText(header.batchId)
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i] ?? ""
    const isPlain = !special.test(text)
    let fields: ReadonlyArray<string> =
      isPlain || !isQuoted(text) ? sharing(splitAt(text, delimiter, width)) : (quoted[quotedBefore++] ?? [])
    if (isBlank(text, delimiter)) continue
    if (!isPlain && !keepApostrophes && text.includes("'")) {
      const original = restored(fields)
      fields = original.fields
      count += original.count
    }
    const line = framed.lines[i] ?? 0
    const email = fields[header.email] ?? ""
    const again = email.includes("@") ? null : headerAt(fields)
    if (again !== null) {
      otherHeader = again === "same" ? null : line
      framed.rejected.push(rejected(line, null, again === "same" ? sameHeader : otherColumns, text))
      continue
    }
    if (otherHeader !== null) {
      framed.rejected.push(rejected(line, null, underOther(otherHeader), text))
      continue
    }
    // The first file's last line had no line break, so the second's mark and header are on it.
    const glued = isPlain ? -1 : text.lastIndexOf("\uFEFF")
    const behind = glued === -1 ? null : headerBehind(text.slice(glued + 1).split(delimiter))
    if (behind === "other") otherHeader = line
    if (behind !== null && fields.length === width) {
      framed.rejected.push(rejected(line, null, gluedHeader, text))
      continue
    }
    if (fields.length !== width) {
      framed.rejected.push(rejected(line, null, widthReason(width, fields.length), text))
      continue
    }
    const key = valueOf(fields, header.key)
    if (key === null && header.key !== null && email.trim() !== "") {
      framed.rejected.push(rejected(line, null, keyReason(named("key")), text))
      continue
    }
    take(
      {
        line,
        email,
        contactId: valueOf(fields, header.contactId),
        batchId: valueOf(fields, header.batchId),
        key,
        cells: isPlain ? fields : fields.map((field) => JSON.stringify(field)),
        isPlain,
        names: header.names,
        record: text
      },
      named,
      sink
    )
  }
  return { restored: count, otherHeader }
}

const sameHeader = "It is the header again, as in files that were joined."
const otherColumns =
  "It is another header, with different columns; the rows below it are not read. Load that file separately."
const gluedHeader =
  "The header of another file is on the same line, as in files that were joined when the first did not end with a line break."
const underOther = (line: number) =>
  `It is below another header (line ${line}) with different columns. Load that file separately.`

/** Tells whether a row is not a contact but column names: ours, or those of another file. */
const headerAgain = (header: CsvHeader) => {
  const ours = header.names.map(normalForm)
  const email = ours[header.email] ?? ""
  const isOurs = (form: string, i: number) =>
    form === ours[i] || (form === "" && /^column\d+$/.test(ours[i] ?? ""))
  return (fields: ReadonlyArray<string>): "same" | "other" | null => {
    const forms = fields.map(normalForm)
    if (forms.length === ours.length && forms.every(isOurs)) return "same"
    const known = forms.filter((form) => ours.includes(form) || roleOf(form) !== null)
    const isInPlace = forms[header.email] === email || roleOf(fields[header.email] ?? "") === "email"
    // One matching word may be a slip in one row; a whole row of names is not.
    const isAllNames = known.length > 1 || forms.every((form) => !/\d/.test(form))
    if (isInPlace) return isAllNames ? "other" : null
    return known.length > 1 &&
      forms.includes(email) &&
      forms.every((form) => form === "" || known.includes(form))
      ? "other"
      : null
  }
}

const valueOf = (fields: ReadonlyArray<string>, column: number | null): string | null =>
  (column === null ? undefined : fields[column]?.trim()) || null

const widthReason = (expected: number, found: number): string =>
  `Expected ${countOf(expected)}, found ${found}: ` +
  (found > expected ? "put values that contain the delimiter in double quotes." : "values are missing.")

const countOf = (columns: number): string => (columns === 1 ? "1 column" : `${columns} columns`)

export const keyReason = (column: string): string => `The key in ${column} is blank.`
