import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Batches from "../Batches.js"
import { changesOf } from "./changesOf.js"
import type { Source } from "./Source.js"
import { withoutIndexes } from "./withoutIndexes.js"

// As with the contacts themselves: most are sent once in a batch, so only the rest are numbered.
const insertFirsts = `
  INSERT INTO batch_sent (batch_id, email_key, occurrence, email, contact_id)
  SELECT batch_id, email_key, 1, email, contact_id FROM staged_contacts WHERE batch_id IS NOT NULL
  ORDER BY batch_id, email_key, rowid ON CONFLICT DO NOTHING`

const insertNumbered = (which: string) => `
  INSERT INTO batch_sent (batch_id, email_key, occurrence, email, contact_id)
  SELECT batch_id, email_key, row_number() OVER (PARTITION BY batch_id, email_key ORDER BY rowid), email, contact_id
  FROM staged_contacts WHERE batch_id IS NOT NULL AND ${which}
  ON CONFLICT (batch_id, email_key, occurrence) DO NOTHING`

// A contact that names the batch it named before was recorded as sent in it then, and stays so also where its
// address is another now.
const changed = `(batch_id, email_key) IN (SELECT batch_id, email_key FROM contact_changes
    WHERE batch_id IS NOT NULL AND batch_id IS NOT old_batch_id)
  AND (source_key IS NULL OR source_key NOT IN (SELECT source_key FROM contact_changes
    WHERE source_key IS NOT NULL AND old_email_key <> email_key AND old_batch_id = batch_id))`

const insertBatches = (sql: SqlClient.SqlClient, from: "staged_contacts" | "contact_changes", now: string) =>
  sql`
    INSERT INTO batches (batch_id, added_at)
    SELECT DISTINCT batch_id, ${now} FROM ${sql(from)} WHERE batch_id IS NOT NULL ON CONFLICT DO NOTHING`.raw

const markStale = (sql: SqlClient.SqlClient, from: "staged_contacts" | "contact_changes") =>
  sql`INSERT INTO stale_batches SELECT DISTINCT batch_id FROM ${sql(from)} WHERE batch_id IS NOT NULL
    ON CONFLICT DO NOTHING`

/** Where rows could not be read, it is not wholly known what was sent; where they now can, it is. */
export const recordGaps = (sql: SqlClient.SqlClient, source: Source) =>
  Effect.gen(function* () {
    const closed = yield* sql<{ readonly batch_id: string }>`
      DELETE FROM batch_sent_gaps WHERE source = ${source.name} RETURNING batch_id`
    const rejected = source.rejected()
    if (closed.length === 0 && rejected === 0) return
    if (rejected > 0) {
      yield* sql`INSERT INTO batch_sent_gaps
        SELECT DISTINCT batch_id, ${source.name}, ${rejected} FROM staged_contacts WHERE batch_id IS NOT NULL`
    }
    const batchIds = JSON.stringify(closed.map((gap) => gap.batch_id))
    yield* sql`INSERT INTO stale_batches SELECT value FROM json_each(${batchIds}) WHERE true ON CONFLICT DO NOTHING`
    yield* markStale(sql, "staged_contacts")
  })

const namedBatches = (sql: SqlClient.SqlClient) =>
  sql`SELECT DISTINCT batch_id FROM staged_contacts WHERE batch_id IS NOT NULL`

export const recordSubmission = (sql: SqlClient.SqlClient, { submittedAt }: Source) =>
  submittedAt === undefined
    ? Effect.succeed([])
    : Batches.recordSubmission(sql, namedBatches(sql), submittedAt)

/** Batches that the load names in another letter case than the file, or in two. */
export const caseTwins = (sql: SqlClient.SqlClient) =>
  Effect.flatMap(sql<{ readonly batch_id: string }>`${namedBatches(sql)}`, (rows) =>
    Batches.caseTwins(
      sql,
      rows.map((row) => row.batch_id)
    )
  )

export interface Sent {
  /** Batches that the source named for the first time. */
  readonly batchesAdded: number
  /** Contacts newly recorded as sent. */
  readonly sentAdded: number
}

/** Records what a source's first load says was sent. */
export const recordAll = (sql: SqlClient.SqlClient, rows: number, now: string) =>
  Effect.gen(function* () {
    const batchesAdded = changesOf(yield* insertBatches(sql, "staged_contacts", now))
    const sentAdded = yield* withoutIndexes(
      sql,
      "batch_sent",
      rows,
      Effect.gen(function* () {
        const firsts = changesOf(yield* sql.unsafe(insertFirsts).raw)
        if (firsts === rows) return firsts
        return firsts + changesOf(yield* sql.unsafe(insertNumbered("true")).raw)
      })
    )
    if (batchesAdded > 0 || sentAdded > 0) yield* markStale(sql, "staged_contacts")
    const sent: Sent = { batchesAdded, sentAdded }
    return sent
  })

/** Records what is new in `contact_changes`. */
export const recordChanged = (sql: SqlClient.SqlClient, now: string) =>
  Effect.gen(function* () {
    const batchesAdded = changesOf(yield* insertBatches(sql, "contact_changes", now))
    const sentAdded = changesOf(yield* sql.unsafe(insertNumbered(changed)).raw)
    if (batchesAdded > 0 || sentAdded > 0) yield* markStale(sql, "contact_changes")
    const sent: Sent = { batchesAdded, sentAdded }
    return sent
  })
