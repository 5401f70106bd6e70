import type { Role } from "./ColumnMap.js"
import { listed } from "./ColumnNames.js"
import { maxRecordLength, rejected } from "./ContactRow.js"
import { type CsvHeader, labels } from "./CsvHeader.js"
import { keyReason } from "./CsvRows.js"
import { numberText, type RowSink, take } from "./RowSink.js"

/** A value of a SQLite cell, with exact integers. */
export type Cell = null | bigint | number | string | Uint8Array

/** Reads one row of a table or query; `badText` lists the columns with invalid text. */
export const read = (
  header: CsvHeader,
  cells: ReadonlyArray<Cell>,
  row: number,
  badText: ReadonlyArray<number>,
  sink: RowSink
): void => {
  const values = header.names.map((_, i) => valueOf(cells[i] ?? null))
  const record = `${values.map((value, i) => `${header.prefixes[i] ?? ""}${value}`).join("")}}`
  const named = labels(header)
  const fault = faultOf(header, cells, badText, record.length, named)
  if (fault !== null) {
    sink.rejected.push(rejected(row, null, fault, record))
    return
  }
  const email = cells[header.email]
  const id = (column: number | null) => (column === null ? null : (idOf(cells[column] ?? null) ?? null))
  take(
    {
      line: row,
      email: typeof email === "string" ? email : "",
      contactId: header.contactId === null ? null : contactIdOf(cells[header.contactId] ?? null),
      batchId: id(header.batchId),
      key: id(header.key),
      cells: values,
      isPlain: false,
      names: header.names,
      record
    },
    named,
    sink
  )
}

const columnsNamed = (header: CsvHeader, columns: ReadonlyArray<number>): string =>
  `${columns.length === 1 ? "column" : "columns"} ${listed(columns.map((column) => header.names[column] ?? ""))}`

const faultOf = (
  header: CsvHeader,
  cells: ReadonlyArray<Cell>,
  badText: ReadonlyArray<number>,
  length: number,
  named: (role: Role) => string
): string | null => {
  const binary = header.names.flatMap((_, i) => (cells[i] instanceof Uint8Array ? [i] : []))
  if (binary.length > 0) {
    return `The value in ${columnsNamed(header, binary)} is binary (a BLOB); leave it out with --query 'select …'.`
  }
  if (badText.length > 0) {
    return `The text in ${columnsNamed(header, badText)} is not valid in the encoding of its file; correct it there, or leave the column out with --query 'select …'.`
  }
  if (length > maxRecordLength)
    return `The row is longer than ${maxRecordLength} characters, too long for one contact.`
  const email = cells[header.email] ?? null
  if (email !== null && typeof email !== "string") return `The address in ${named("email")} is not text.`
  for (const role of ["batchId", "key"] as const) {
    const column = header[role]
    if (column !== null && idOf(cells[column] ?? null) === undefined) {
      return `The number in ${named(role)} is not a whole number.`
    }
  }
  return header.key !== null && idOf(cells[header.key] ?? null) === null ? keyReason(named("key")) : null
}

const idOf = (cell: Cell): string | null | undefined => {
  if (typeof cell === "string") return cell.trim() || null
  if (typeof cell === "number") return Number.isSafeInteger(cell) ? String(cell) : undefined
  return cell === null ? null : String(cell)
}

/** A wrong value is no reason to refuse the contact: it is treated as an unknown ID. */
const contactIdOf = (cell: Cell): string | null => {
  if (typeof cell === "string") return cell.trim() || null
  if (typeof cell === "number") return numberText(cell)
  return cell === null ? null : String(cell)
}

const valueOf = (cell: Cell): string => {
  // Digit by digit: a JavaScript number would round what lies beyond 2^53.
  if (typeof cell === "bigint") return cell.toString()
  if (cell instanceof Uint8Array) return JSON.stringify(`BLOB of ${cell.length} bytes`)
  if (typeof cell !== "number") return JSON.stringify(cell)
  // JSON has no infinity; a REAL stays one even if it is whole.
  if (!Number.isFinite(cell)) return JSON.stringify(String(cell))
  return Number.isSafeInteger(cell) ? `${cell}.0` : JSON.stringify(cell)
}
