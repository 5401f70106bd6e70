import type Sqlite from "better-sqlite3"

/** Finds the cells of a row with invalid text. Rows must be checked in their order. */
export interface TextCheck {
  readonly of: (cells: ReadonlyArray<unknown>, row: number) => ReadonlyArray<number>
  readonly close: () => void
}

const none: ReadonlyArray<number> = []

/** What the driver returns for invalid bytes, and for this character itself. */
const replacement = "\uFFFD"

/** What gives the cells of a statement's rows as bytes. Columns are numbered, since a query may give them any names. */
export const bytesOf = (sql: string, columns: number): string => {
  const names = Array.from({ length: columns }, (_, i) => `c${i}`)
  return `WITH found (${names.join(", ")}) AS (${sql.replace(/;\s*$/, "")}\n) SELECT ${names.map((name) => `CAST(${name} AS BLOB)`).join(", ")} FROM found`
}

/**
 * SQLite keeps whatever bytes a program calls text, and the driver replaces what cannot be decoded without a word. Where
 * a cell holds the sign it does so with, the row is read again by `bytesSql`, which gives its cells as bytes.
 */
export const make = (
  database: Sqlite.Database,
  bytesSql: string,
  bound: ReadonlyArray<unknown> = []
): TextCheck => {
  const encoding = String(database.pragma("encoding", { simple: true }))
  const isUtf8File = encoding === "UTF-8"
  const decoder = new TextDecoder(isUtf8File ? "utf-8" : encoding, { fatal: true, ignoreBOM: true })
  // What SQLite itself makes of half a character in UTF-16 can be any other.
  const isDoubtful = (cell: unknown) =>
    typeof cell === "string" && (!isUtf8File || cell.includes(replacement))
  let rows: IterableIterator<unknown> | undefined
  let behind = 0
  const bytesAt = (row: number): ReadonlyArray<unknown> => {
    try {
      rows ??= database
        .prepare(bytesSql)
        .raw(true)
        .iterate(...bound)
      let cells: unknown = []
      for (; behind < row; behind++) cells = rows.next().value
      return Array.isArray(cells) ? cells : []
    } catch {
      // A statement that cannot stand within another, such as a PRAGMA: what is doubtful stays so.
      return []
    }
  }
  // A query without an order may give its rows in another one: what is not the same cell proves nothing.
  const isText = (bytes: unknown, shown: unknown): boolean => {
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
      const bytes = bytesAt(row)
      return doubtful.filter((column) => !isText(bytes[column], cells[column]))
    },
    close: () => rows?.return?.()
  }
}
