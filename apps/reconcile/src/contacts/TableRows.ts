import * as Either from "effect/Either"
import * as EmailKey from "effect-activecampaign/EmailKey"
import { listed } from "./ColumnNames.js"
import type { ContactRow, RejectedRow } from "./ContactRow.js"
import { rejected } from "./ContactRow.js"
import type { CsvHeader } from "./CsvHeader.js"
import { keyReason } from "./CsvRows.js"

/** What SQLite keeps in a cell, its integers exact. */
export type Cell = null | bigint | number | string | Uint8Array

/** Reads one row of a table or a query under its columns. */
export const read = (
  header: CsvHeader,
  cells: ReadonlyArray<Cell>,
  row: number
): Either.Either<ContactRow, RejectedRow> => {
  const fail = (reason: string) => Either.left(rejected(row, null, reason, jsonOf(header, cells)))
  const binary = header.names.filter((_, i) => cells[i] instanceof Uint8Array)
  if (binary.length > 0) {
    return fail(
      `The value in ${binary.length === 1 ? "column" : "columns"} ${listed(binary)} is binary (a BLOB); leave it out with --query 'select …'.`
    )
  }
  const email = cells[header.email] ?? null
  const name = JSON.stringify(header.names[header.email])
  if (email !== null && typeof email !== "string") return fail(`The address in column ${name} is not text.`)
  const emailKey = EmailKey.fromAddress(email ?? "")
  if (email === null || emailKey === "") return fail(`The address in column ${name} is blank.`)
  if (email.includes("\0")) return fail(`The address in column ${name} holds a NUL character.`)
  const inexact = [header.contactId, header.batchId, header.key].find(
    (column) => column !== null && idOf(cells[column] ?? null) === undefined
  )
  if (inexact != null) {
    return fail(`The number in column ${JSON.stringify(header.names[inexact])} is no whole number.`)
  }
  const id = (column: number | null) => (column === null ? null : (idOf(cells[column] ?? null) ?? null))
  const key = id(header.key)
  if (header.key !== null && key === null) return fail(keyReason(header.names[header.key] ?? ""))
  const columns = jsonOf(header, cells)
  return Either.right({
    line: row,
    email,
    emailKey,
    contactId: id(header.contactId),
    batchId: id(header.batchId),
    key,
    columns,
    names: header.names,
    record: columns
  })
}

const idOf = (cell: Cell): string | null | undefined => {
  if (typeof cell === "string") return cell.trim() || null
  if (typeof cell === "number") return Number.isSafeInteger(cell) ? String(cell) : undefined
  return cell === null ? null : String(cell)
}

const jsonOf = ({ names, prefixes }: CsvHeader, cells: ReadonlyArray<Cell>): string =>
  `${names.map((_, i) => `${prefixes[i] ?? ""}${valueOf(cells[i] ?? null)}`).join("")}}`

const valueOf = (cell: Cell): string => {
  // Digit by digit: a JavaScript number would round what lies beyond 2^53.
  if (typeof cell === "bigint") return cell.toString()
  if (cell instanceof Uint8Array) return JSON.stringify(`BLOB of ${cell.length} bytes`)
  if (typeof cell !== "number") return JSON.stringify(cell)
  // JSON knows no infinity; and a REAL stays one, also where it is whole.
  if (!Number.isFinite(cell)) return JSON.stringify(String(cell))
  return Number.isSafeInteger(cell) ? `${cell}.0` : JSON.stringify(cell)
}
