import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ContactRow } from "../../contacts/ContactRow.js"
import { transactionConnection } from "../transactionConnection.js"
import type { Source } from "./Source.js"

/** Rows in one INSERT: far below SQLite's limit on parameters, and where larger statements stop paying. */
const rowsPerInsert = 250

// Staged without an index and sorted once: many times faster than keeping an index up to date row by row.
export const createStage = `CREATE TEMP TABLE IF NOT EXISTS staged_contacts (
  email_key TEXT NOT NULL, email TEXT NOT NULL, contact_id TEXT, batch_id TEXT, source_columns TEXT NOT NULL,
  source_key TEXT, line INTEGER, record TEXT
) STRICT`

/** The stage is written and read from end to end: pages kept in memory would serve nobody. */
export const smallStageCache = "PRAGMA temp.cache_size = -2048"

export const emptyStage = "DELETE FROM staged_contacts"

const plainColumns = ["email_key", "email", "contact_id", "batch_id", "source_columns"]

// A row whose key turns out to be repeated is set aside as it stood; only then is the record needed.
const keyedColumns = [...plainColumns, "source_key", "line", "record"]

const insertStaged = (columns: ReadonlyArray<string>, rows: number) => {
  const values = `(${columns.map(() => "?").join(",")})`
  return `INSERT INTO staged_contacts (${columns.join(",")}) VALUES ${Array.from({ length: rows }, () => values).join(",")}`
}

export interface Staged {
  readonly rows: number
  /** Rows that name a batch. */
  readonly sent: number
  /** The names of the source's columns, in the order first seen. */
  readonly columns: ReadonlyArray<string>
}

export const stage = <E, R>(source: Source, rows: Stream.Stream<ReadonlyArray<ContactRow>, E, R>) =>
  Effect.gen(function* () {
    const connection = yield* transactionConnection
    const stored = source.key === undefined ? plainColumns : keyedColumns
    const columns = new Set<string>()
    let named: ReadonlyArray<string> = []
    const keyed = source.key !== undefined
    const full = insertStaged(stored, rowsPerInsert)
    let parameters: Array<string | number | null> = []
    const staged = { rows: 0, sent: 0 }
    const flush = (statement: string) => {
      const values = parameters
      parameters = []
      return connection.executeRaw(statement, values)
    }
    yield* Stream.runForEach(
      rows,
      Effect.fnUntraced(function* (chunk) {
        for (const row of chunk) {
          const batchId = source.batchId ?? row.batchId
          parameters.push(row.emailKey, row.email, row.contactId, batchId, row.columns)
          if (keyed) parameters.push(row.key, row.line, row.record === row.columns ? null : row.record)
          staged.rows += 1
          if (batchId !== null) staged.sent += 1
          if (row.names !== named) {
            named = row.names
            for (const name of named) columns.add(name)
          }
          if (parameters.length === rowsPerInsert * stored.length) yield* flush(full)
        }
      })
    )
    if (parameters.length > 0) yield* flush(insertStaged(stored, parameters.length / stored.length))
    const result: Staged = { ...staged, columns: [...columns] }
    return result
  })
