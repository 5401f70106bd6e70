import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ContactRow } from "../../contacts/ContactRow.js"
import { transactionConnection } from "../transactionConnection.js"
import type { Source } from "./Source.js"

/** Rows in one INSERT: far below SQLite's limit on parameters, and where larger statements stop paying. */
const rowsPerInsert = 250

/** The source of the contacts in a file that had none: in it, all that is staged can be taken as it is. */
export const stagedSourceId = 1

/**
 * Staged without an index: many times faster than keeping an index up to date row by row. The columns, and what
 * is demanded of them, are those of `local_contacts`, so that SQLite can take rows from here without reading them.
 */
export const createStage: ReadonlyArray<string> = [
  `CREATE TEMP TABLE IF NOT EXISTS staged_contacts (
    local_contact_id INTEGER PRIMARY KEY,
    local_source_id INTEGER NOT NULL,
    email_key TEXT NOT NULL,
    occurrence INTEGER NOT NULL CHECK (occurrence >= 1),
    email TEXT NOT NULL,
    contact_id TEXT,
    source_columns TEXT NOT NULL,
    batch_id TEXT,
    source_key TEXT
  ) STRICT`,
  // Where rows have keys, for each its place and its text, if that is not its columns: a row whose key turns out to be
  // repeated is set aside as it stood.
  `CREATE TEMP TABLE IF NOT EXISTS staged_records (
    staged_row INTEGER PRIMARY KEY,
    line INTEGER NOT NULL,
    record TEXT
  ) STRICT`
]

/**
 * The stage is written and read from end to end: pages kept in memory would serve nobody, and large ones are
 * written in fewer calls. Their size is that of the temporary database alone: the file has its own already.
 */
export const stagePages: ReadonlyArray<string> = [
  "PRAGMA page_size = 65536",
  "PRAGMA temp.cache_size = -2048"
]

export const emptyStage: ReadonlyArray<string> = ["DELETE FROM staged_contacts", "DELETE FROM staged_records"]

interface Insert {
  readonly into: string
  readonly row: string
  readonly parameters: number
}

const insertPlain: Insert = {
  into: "staged_contacts (local_source_id, occurrence, email_key, email, contact_id, batch_id, source_columns)",
  row: `(${stagedSourceId},1,?,?,?,?,?)`,
  parameters: 5
}

const insertKeyed: Insert = {
  into: "staged_contacts (local_source_id, occurrence, email_key, email, contact_id, batch_id, source_columns, source_key)",
  row: `(${stagedSourceId},1,?,?,?,?,?,?)`,
  parameters: 6
}

// Numbered as the contacts are, by the order in which they come.
const insertRecords: Insert = { into: "staged_records (line, record)", row: "(?,?)", parameters: 2 }

const statement = ({ into, row }: Insert, rows: number) =>
  `INSERT INTO ${into} VALUES ${Array.from({ length: rows }, () => row).join(",")}`

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
    const columns = new Set<string>()
    let named: ReadonlyArray<string> = []
    const keyed = source.key !== undefined
    const insert = keyed ? insertKeyed : insertPlain
    const full = statement(insert, rowsPerInsert)
    const fullRecords = statement(insertRecords, rowsPerInsert)
    let contacts: Array<string | null> = []
    let records: Array<string | number | null> = []
    const staged = { rows: 0, sent: 0 }
    const flush = (ofContacts: string, ofRecords: string) => {
      const write = connection.executeRaw(ofContacts, contacts)
      const both = keyed ? Effect.zipRight(write, connection.executeRaw(ofRecords, records)) : write
      contacts = []
      records = []
      return both
    }
    yield* Stream.runForEach(
      rows,
      Effect.fnUntraced(function* (chunk) {
        for (const row of chunk) {
          const batchId = source.batchId ?? row.batchId
          contacts.push(row.emailKey, row.email, row.contactId, batchId, row.columns)
          if (keyed) {
            contacts.push(row.key)
            records.push(row.line, row.record === row.columns ? null : row.record)
          }
          staged.rows += 1
          if (batchId !== null) staged.sent += 1
          if (row.names !== named) {
            named = row.names
            for (const name of named) columns.add(name)
          }
          if (contacts.length === rowsPerInsert * insert.parameters) yield* flush(full, fullRecords)
        }
      })
    )
    const left = contacts.length / insert.parameters
    if (left > 0) yield* flush(statement(insert, left), statement(insertRecords, left))
    const result: Staged = { ...staged, columns: [...columns] }
    return result
  })
