import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ContactRow } from "../../contacts/ContactRow.js"
import { transactionConnection } from "../file/transaction.js"
import type { Source } from "./Source.js"

/** Rows in one INSERT: far below SQLite's limit on parameters, and where larger statements stop paying. */
const rowsPerInsert = 250

/**
 * Staged without an index: many times faster than keeping an index up to date row by row. Batches and shapes have the
 * numbers of the stage until they are settled; `place` is where the row stood in the source.
 */
export const createStage: ReadonlyArray<string> = [
  `CREATE TEMP TABLE IF NOT EXISTS staged_contacts (
    staged_row INTEGER PRIMARY KEY,
    place INTEGER NOT NULL,
    email_key TEXT NOT NULL,
    shape_id INTEGER NOT NULL,
    batch INTEGER,
    email TEXT,
    contact_id TEXT,
    source_key TEXT,
    cells TEXT NOT NULL
  ) STRICT`,
  "CREATE TEMP TABLE IF NOT EXISTS laid_contacts AS SELECT * FROM staged_contacts WHERE false",
  "CREATE TEMP TABLE IF NOT EXISTS staged_batches (batch INTEGER PRIMARY KEY, batch_id TEXT NOT NULL UNIQUE, known INTEGER) STRICT",
  `CREATE TEMP TABLE IF NOT EXISTS staged_shapes (
    shape_id INTEGER PRIMARY KEY, names TEXT NOT NULL, email_at INTEGER NOT NULL, contact_id_at INTEGER NOT NULL,
    batch_id_at INTEGER NOT NULL, known INTEGER, UNIQUE (names, email_at, contact_id_at, batch_id_at)
  ) STRICT`,
  // Where rows have keys, for each its place and its text: a row whose key turns out to be repeated is set aside as it
  // stood.
  `CREATE TEMP TABLE IF NOT EXISTS staged_records (
    staged_row INTEGER PRIMARY KEY,
    line INTEGER NOT NULL,
    record TEXT NOT NULL
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

export const emptyStage: ReadonlyArray<string> = [
  "staged_contacts",
  "laid_contacts",
  "staged_batches",
  "staged_shapes",
  "staged_records"
].map((table) => `DELETE FROM ${table}`)

const columns = "place, email_key, shape_id, batch, email, contact_id, source_key, cells"

const inserted = (into: string, parameters: number, rows: number) =>
  `INSERT INTO ${into} VALUES ${Array.from({ length: rows }, () => `(${Array.from({ length: parameters }, () => "?").join(",")})`).join(",")}`

const insertContacts = (rows: number) => inserted(`staged_contacts (${columns})`, 8, rows)

// Numbered as the contacts are, by the order in which they come.
const insertRecords = (rows: number) => inserted("staged_records (line, record)", 2, rows)

const numberBatch = `INSERT INTO staged_batches (batch_id) VALUES (?)
  ON CONFLICT (batch_id) DO UPDATE SET batch_id = excluded.batch_id RETURNING batch AS number`

const numberShape = `INSERT INTO staged_shapes (names, email_at, contact_id_at, batch_id_at) VALUES (?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET names = excluded.names RETURNING shape_id AS number`

export interface Staged {
  readonly rows: number
  /** Rows that name a batch. */
  readonly sent: number
  /** Rows that name a batch which came before that of the row before them. */
  readonly backward: number
  /** The names of the source's columns, in the order first seen. */
  readonly columns: ReadonlyArray<string>
}

/** So many numbers are remembered; the temporary database has them all. */
const mostRemembered = 50_000

/** A text cut out of a piece of the file would keep all of the piece in memory. */
const copied = (text: string) => Buffer.from(text).toString()

const remember = (numbers: Map<string, number>, key: string, number: number) => {
  if (numbers.size >= mostRemembered) numbers.clear()
  numbers.set(copied(key), number)
}

/** Where among the cells a text stands to the letter, most likely where it stood before. */
const placeOf = (cells: ReadonlyArray<string>, text: string | null, before: number): number =>
  text === null ? -1 : cells[before] === text ? before : cells.indexOf(text)

export const stage = <E, R>(source: Source, rows: Stream.Stream<ReadonlyArray<ContactRow>, E, R>) =>
  Effect.gen(function* () {
    const connection = yield* transactionConnection
    const names = new Set<string>()
    let named: ReadonlyArray<string> = []
    let namesText = ""
    const keyed = source.key !== undefined
    const full = insertContacts(rowsPerInsert)
    const fullRecords = insertRecords(rowsPerInsert)
    const contacts: Array<string | number | null> = []
    const records: Array<string | number> = []
    const staged = { rows: 0, sent: 0, backward: 0 }
    const batches = new Map<string, number>()
    const shapes = new Map<string, number>()
    const last = { batchId: "", batch: 0, emailAt: 0, contactIdAt: 0, batchIdAt: 0, shape: 0 }
    const flush = (ofContacts: string, ofRecords: string) => {
      const write = connection.executeRaw(ofContacts, contacts)
      const both = keyed ? Effect.zipRight(write, connection.executeRaw(ofRecords, records)) : write
      return Effect.map(both, () => {
        contacts.length = 0
        records.length = 0
      })
    }
    const numbered = (
      numbers: Map<string, number>,
      key: string,
      statement: string,
      parameters: ReadonlyArray<string | number>
    ) => {
      const known = numbers.get(key)
      return known !== undefined
        ? Effect.succeed(known)
        : Effect.map(connection.execute(statement, parameters, undefined), (found) => {
            const number = Number(found[0]?.number)
            remember(numbers, key, number)
            return number
          })
    }
    yield* Stream.runForEach(
      rows,
      Effect.fnUntraced(function* (chunk) {
        for (const row of chunk) {
          const { cells, contactId, email, emailKey, isPlain } = row
          const batchId = source.batchId ?? row.batchId
          let batch: number | null = null
          if (batchId !== null) {
            if (batchId !== last.batchId) {
              const number = yield* numbered(batches, batchId, numberBatch, [batchId])
              if (number < last.batch) staged.backward += 1
              last.batchId = batchId
              last.batch = number
            }
            batch = last.batch
            staged.sent += 1
          }
          const written = (text: string | null) => (isPlain || text === null ? text : JSON.stringify(text))
          const emailAt = placeOf(cells, written(email), last.emailAt)
          const contactIdAt = placeOf(cells, written(contactId), last.contactIdAt)
          const batchIdAt = placeOf(cells, written(batchId), last.batchIdAt)
          if (row.names !== named) {
            named = row.names
            namesText = JSON.stringify(named)
            for (const name of named) names.add(name)
            last.shape = 0
          }
          if (
            last.shape === 0 ||
            emailAt !== last.emailAt ||
            contactIdAt !== last.contactIdAt ||
            batchIdAt !== last.batchIdAt
          ) {
            const places = [emailAt, contactIdAt, batchIdAt]
            last.shape = yield* numbered(shapes, `${places.join()} ${namesText}`, numberShape, [
              namesText,
              ...places
            ])
            last.emailAt = emailAt
            last.contactIdAt = contactIdAt
            last.batchIdAt = batchIdAt
          }
          let text = ""
          let rest = 0
          const between = isPlain ? '","' : ","
          for (let at = 0; at < cells.length; at++) {
            if (at === emailAt || at === contactIdAt || at === batchIdAt) continue
            text += rest === 0 ? cells[at] : between + cells[at]
            rest += 1
          }
          staged.rows += 1
          contacts.push(
            staged.rows,
            emailKey,
            last.shape,
            batch,
            email === emailKey ? null : email,
            contactId,
            row.key,
            isPlain && rest > 0 ? `["${text}"]` : `[${text}]`
          )
          if (keyed) records.push(row.line, row.record)
          if (contacts.length === rowsPerInsert * 8) yield* flush(full, fullRecords)
        }
      })
    )
    const left = contacts.length / 8
    if (left > 0) yield* flush(insertContacts(left), insertRecords(left))
    const result: Staged = { ...staged, columns: [...names] }
    return result
  })

const settle: ReadonlyArray<string> = [
  "UPDATE staged_batches SET known = (SELECT batch FROM numbered_batches b WHERE b.batch_id = staged_batches.batch_id)"
]

const insertShapes = (sourceId: number) => `
  INSERT INTO row_shapes (local_source_id, names, email_at, contact_id_at, batch_id_at)
  SELECT ${sourceId}, names, email_at, contact_id_at, batch_id_at FROM staged_shapes WHERE true
  ORDER BY shape_id ON CONFLICT DO NOTHING`

const settleShapes = (sourceId: number) => `
  UPDATE staged_shapes AS s SET known = (SELECT h.shape_id FROM row_shapes h
    WHERE h.local_source_id = ${sourceId} AND h.names = s.names AND h.email_at = s.email_at
      AND h.contact_id_at = s.contact_id_at AND h.batch_id_at = s.batch_id_at)`

const layInOrder = (isScattered: boolean): ReadonlyArray<string> => [
  `INSERT INTO laid_contacts (${columns})
   SELECT n.place, n.email_key, h.known, b.known, n.email, n.contact_id, n.source_key, n.cells
   FROM staged_contacts n CROSS JOIN staged_shapes h ON h.shape_id = n.shape_id
   LEFT JOIN staged_batches b ON b.batch = n.batch
   ORDER BY ${isScattered ? "b.known, n.place" : "n.staged_row"}`,
  "DELETE FROM staged_contacts",
  `INSERT INTO staged_contacts (${columns}) SELECT ${columns} FROM laid_contacts ORDER BY rowid`,
  "DELETE FROM laid_contacts"
]

/** A file of which more rows than one in so many go back to an earlier batch is laid down batch by batch. */
const mostBackward = 100

/**
 * Gives batches and shapes the numbers they have in the file, where those differ. Rows whose batches are scattered are
 * laid down in the order of their batches: read batch by batch later, they would be a search through the file each.
 */
export const settleStage = (sql: SqlClient.SqlClient, sourceId: number, staged: Staged) =>
  Effect.gen(function* () {
    yield* sql.unsafe(insertShapes(sourceId))
    for (const statement of [...settle, settleShapes(sourceId)]) yield* sql.unsafe(statement)
    const [other] = yield* sql<{ readonly any: number }>`
      SELECT EXISTS (SELECT 1 FROM staged_batches WHERE known <> batch)
        OR EXISTS (SELECT 1 FROM staged_shapes WHERE known <> shape_id) AS "any"`
    const isScattered = staged.backward > staged.rows / mostBackward
    if (isScattered || other?.any === 1) {
      for (const statement of layInOrder(isScattered)) yield* sql.unsafe(statement)
    }
  })
