import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import { unpack } from "./pages.js"
import { contactColumns } from "./stageTables.js"

const settleBatches =
  "UPDATE staged_batches SET known = (SELECT batch FROM numbered_batches b WHERE b.batch_id = staged_batches.batch_id)"

const insertShapes = (sourceId: number, isPayload: boolean) => `
  INSERT INTO row_shapes (local_source_id, names, email_at, contact_id_at, batch_id_at, is_payload)
  SELECT ${sourceId}, names, email_at, contact_id_at, batch_id_at, ${isPayload ? 1 : 0} FROM staged_shapes WHERE true
  ORDER BY shape_id ON CONFLICT DO NOTHING`

const settleShapes = (sourceId: number, isPayload: boolean) => `
  UPDATE staged_shapes AS s SET known = (SELECT h.shape_id FROM row_shapes h
    WHERE h.local_source_id = ${sourceId} AND h.names = s.names AND h.email_at = s.email_at
      AND h.contact_id_at = s.contact_id_at AND h.batch_id_at = s.batch_id_at AND h.is_payload = ${isPayload ? 1 : 0})`

const layInOrder: ReadonlyArray<string> = [
  `INSERT INTO laid_contacts (place, ${contactColumns})
   SELECT staged_row, ${contactColumns} FROM staged_contacts ORDER BY batch, staged_row`,
  "DROP TABLE staged_contacts",
  "ALTER TABLE laid_contacts RENAME TO staged_contacts"
]

const renumber = `UPDATE staged_contacts SET
  shape_id = (SELECT known FROM staged_shapes h WHERE h.shape_id = staged_contacts.shape_id),
  batch = (SELECT known FROM staged_batches b WHERE b.batch = staged_contacts.batch)`

/** Gives batches and shapes the numbers that they have in the file, if they were staged with others. */
export const settleNumbers = (sql: SqlClient.SqlClient, sourceId: number, isPayload: boolean) =>
  Effect.gen(function* () {
    for (const statement of [
      insertShapes(sourceId, isPayload),
      settleBatches,
      settleShapes(sourceId, isPayload)
    ])
      yield* sql.unsafe(statement)
    const [other] = yield* sql<{ readonly any: number }>`
      SELECT EXISTS (SELECT 1 FROM staged_batches WHERE known <> batch)
        OR EXISTS (SELECT 1 FROM staged_shapes WHERE known <> shape_id) AS "any"`
    if (other?.any !== 1) return
    yield* unpack(sql)
    yield* sql`DELETE FROM staged_pages`
    yield* sql.unsafe(renumber)
  })

/**
 * Sorts the rows of scattered batches by batch. Otherwise each of them would be a search through the file when it is read
 * batch by batch later.
 */
export const layByBatch = (sql: SqlClient.SqlClient) =>
  Effect.forEach(layInOrder, (statement) => sql.unsafe(statement), { discard: true })
