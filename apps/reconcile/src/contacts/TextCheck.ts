import type Sqlite from "better-sqlite3"
import type { Cell } from "./TableRows.js"

/** Tells which cells of a row hold text that is none. Rows are to be asked about in their order. */
export interface TextCheck {
  readonly of: (cells: ReadonlyArray<Cell>, row: number) => ReadonlyArray<number>
  readonly close: () => void
}

const none: ReadonlyArray<number> = []

/** What the driver gives for bytes that are no text, and for itself. */
const replacement = "\uFFFD"

/**
 * SQLite keeps whatever bytes a program calls text, and the driver replaces what cannot be decoded without a word. Where
 * a cell holds the sign it does so with, the row is read again by `bytesSql`, which gives its cells as bytes.
 */
export const make = (database: Sqlite.Database, bytesSql: string): TextCheck => {
  const encoding = String(database.pragma("encoding", { simple: true }))
  const isUtf8File = encoding === "UTF-8"
  const decoder = new TextDecoder(isUtf8File ? "utf-8" : encoding, { fatal: true, ignoreBOM: true })
  // What SQLite itself makes of half a character in UTF-16 can be any other.
  const isDoubtful = (cell: Cell) => typeof cell === "string" && (!isUtf8File || cell.includes(replacement))
  let rows: IterableIterator<unknown> | undefined
  let behind = 0
  const bytesOf = (row: number): ReadonlyArray<unknown> => {
    try {
      rows ??= database.prepare(bytesSql).raw(true).iterate()
      let cells: unknown = []
      for (; behind < row; behind++) cells = rows.next().value
      return Array.isArray(cells) ? cells : []
    } catch {
      // A statement that cannot stand within another, such as a PRAGMA: what is doubtful stays so.
      return []
    }
  }
  // A query without an order may give its rows in another one: what is not the same cell proves nothing.
  const isText = (bytes: unknown, shown: Cell): boolean => {
    try {
      return bytes instanceof Uint8Array && decoder.decode(bytes) === shown
    } catch {
      return false
    }
  }
  return {
    of: (cells, row) => {
      const doubtful = cells.flatMap((cell, i) => (isDoubtful(cell) ? [i] : []))
      if (doubtful.length === 0) return none
      const bytes = bytesOf(row)
      return doubtful.filter((column) => !isText(bytes[column], cells[column] ?? null))
    },
    close: () => rows?.return?.()
  }
}
