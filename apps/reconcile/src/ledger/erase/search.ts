import { closeSync, existsSync, openSync, readSync } from "node:fs"
import type Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import type { LedgerError } from "../LedgerError.js"
import { fromSqlite } from "../LedgerError.js"
import { readOnly } from "../readOnly.js"
import { holds, type Person } from "./spellings.js"

/** A column in which something of the person still stands, and in how many rows. */
export interface Remaining {
  readonly place: string
  readonly rows: number
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

const searchAll = (database: Sqlite.Database, person: Person): ReadonlyArray<Remaining> => {
  database.function("holds_person", (text: unknown) =>
    typeof text === "string" && holds(text, person) ? 1 : 0
  )
  const tables = database
    .prepare<[], { readonly name: string }>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    )
    .all()
  return tables.flatMap(({ name }) =>
    database
      .prepare<[string], { readonly name: string }>("SELECT name FROM pragma_table_xinfo(?)")
      .all(name)
      .flatMap((column) => {
        const row = database
          .prepare<[], { readonly rows: number }>(
            `SELECT count(*) AS rows FROM ${quoted(name)} WHERE holds_person(${quoted(column.name)})`
          )
          .get()
        const rows = row?.rows ?? 0
        return rows === 0 ? [] : [{ place: `${name}.${column.name}`, rows }]
      })
  )
}

/** Reads every column of every table, the user's own included. */
export const search = (file: string, person: Person): Effect.Effect<ReadonlyArray<Remaining>, LedgerError> =>
  Effect.scoped(
    Effect.flatMap(readOnly(file), (database) =>
      Effect.try({
        try: () => searchAll(database, person),
        catch: (error) => fromSqlite(file, error)
      })
    )
  )

const chunkSize = 1 << 20

/** Without regard to the case of ASCII letters, in bytes, wherever they stand. */
const folded = (bytes: Buffer) => bytes.toString("latin1").toLowerCase()

export interface BytesRead {
  readonly bytes: number
  readonly occurrences: number
}

/** Reads the file itself, and what SQLite keeps beside it, byte by byte: pages that are no longer used, too. */
export const searchBytes = (file: string, spellings: ReadonlyArray<string>): BytesRead => {
  const needles = spellings.map((spelling) => folded(Buffer.from(spelling)))
  const overlap = Math.max(0, ...needles.map((needle) => needle.length - 1))
  let bytes = 0
  let occurrences = 0
  for (const path of [file, `${file}-wal`]) {
    if (!existsSync(path)) continue
    const descriptor = openSync(path, "r")
    try {
      const chunk = Buffer.alloc(chunkSize)
      let tail = ""
      for (;;) {
        const read = readSync(descriptor, chunk, 0, chunkSize, null)
        if (read === 0) break
        bytes += read
        const text = tail + folded(chunk.subarray(0, read))
        for (const needle of needles) {
          // Those that lie wholly in the tail were counted with the chunk before.
          for (let at = text.indexOf(needle); at !== -1; at = text.indexOf(needle, at + 1)) {
            if (at + needle.length > tail.length) occurrences += 1
          }
        }
        tail = overlap === 0 ? "" : text.slice(-overlap)
      }
    } finally {
      closeSync(descriptor)
    }
  }
  return { bytes, occurrences }
}
