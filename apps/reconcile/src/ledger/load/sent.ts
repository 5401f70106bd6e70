import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Batches from "../facts/Batches.js"
import { changesOf } from "../file/transaction.js"
import { markBatches, markSentTogether } from "../facts/stale.js"
import type { Source } from "./Source.js"
import { withoutIndexes } from "./withoutIndexes.js"

// As with the contacts themselves: most are sent once in a batch, so only the rest are numbered. A file in order needs
// no sort: its contacts lie as their batches do.
const insertFirsts = (sourceId: number, isSorted: boolean) => `
  INSERT INTO sent_contacts (batch, address_id, occurrence, email, contact_id)
  SELECT batch, address_id, 1, email, contact_id FROM local_rows
  WHERE +local_source_id = ${sourceId} AND batch IS NOT NULL
  ${isSorted ? "" : "ORDER BY batch, address_id, occurrence"} ON CONFLICT DO NOTHING`

const insertRepeats = (sourceId: number) => `
  INSERT INTO sent_contacts (batch, address_id, occurrence, email, contact_id)
  SELECT batch, address_id, row_number() OVER (PARTITION BY batch, address_id ORDER BY occurrence), email, contact_id
  FROM local_rows WHERE +local_source_id = ${sourceId} AND batch IS NOT NULL
  ON CONFLICT (batch, address_id, occurrence) DO NOTHING`

// A contact that names the batch it named before was recorded as sent in it then, and stays so also where its
// address is another now.
const insertChanged = `
  INSERT INTO sent_contacts (batch, address_id, occurrence, email, contact_id)
  SELECT n.batch, a.address_id, row_number() OVER (PARTITION BY n.batch, n.email_key ORDER BY n.staged_row), n.email, n.contact_id
  FROM staged_contacts n CROSS JOIN addresses a ON a.email_key = n.email_key
  WHERE (n.batch, n.email_key) IN (SELECT batch, email_key FROM contact_changes
      WHERE batch IS NOT NULL AND batch IS NOT old_batch)
    AND (n.source_key IS NULL OR n.source_key NOT IN (SELECT source_key FROM contact_changes
      WHERE source_key IS NOT NULL AND old_address_id <> address_id AND old_batch = batch))
  ON CONFLICT (batch, address_id, occurrence) DO NOTHING`

/** Adds the batches that a source names. How many are new. */
export const addBatches = (sql: SqlClient.SqlClient, now: string) =>
  Effect.map(
    sql`INSERT INTO numbered_batches (batch_id, added_at)
      SELECT batch_id, ${now} FROM staged_batches WHERE true ORDER BY batch ON CONFLICT DO NOTHING`.raw,
    changesOf
  )

/** Once the stage has the numbers of the file. */
const namedBatches = "SELECT known AS batch FROM staged_batches"

/** Where rows could not be read, it is not wholly known what was sent; where they now can, it is. */
export const recordGaps = (sql: SqlClient.SqlClient, source: Source) =>
  Effect.gen(function* () {
    const closed = yield* sql<{ readonly batch: number }>`
      DELETE FROM sent_gaps WHERE source = ${source.name} RETURNING batch`
    const rejected = source.rejected()
    if (closed.length === 0 && rejected === 0) return
    if (rejected > 0) {
      yield* sql`INSERT INTO sent_gaps SELECT known, ${source.name}, ${rejected} FROM staged_batches`
    }
    const gaps = JSON.stringify(closed.map((gap) => gap.batch))
    yield* sql.unsafe(markBatches(`SELECT value AS batch FROM json_each(?) UNION ${namedBatches}`), [gaps])
  })

const isUndated = `EXISTS (SELECT 1 FROM numbered_batches b WHERE b.batch_id = n.batch_id AND b.submitted_at IS NULL)`

/** What a source says of a batch itself counts, before what was said of all of its batches. */
export const recordSubmission = (
  sql: SqlClient.SqlClient,
  { othersSubmittedAt, submissions, submittedAt }: Source
) => {
  const own = submissions?.() ?? new Map<string, string>()
  const ofAll = submittedAt ?? othersSubmittedAt
  if (own.size === 0 && ofAll === undefined) return Effect.succeed([])
  const given = JSON.stringify([...own])
  const ownTimes = sql`
    SELECT n.batch_id, json_extract(o.value, '$[1]') AS submitted_at FROM json_each(${given}) o
    CROSS JOIN staged_batches n ON n.batch_id = json_extract(o.value, '$[0]')`
  if (ofAll === undefined) return Batches.recordSubmission(sql, ownTimes)
  const isMeant = sql.literal(submittedAt === undefined ? isUndated : "true")
  return Batches.recordSubmission(
    sql,
    sql`${ownTimes} UNION ALL SELECT n.batch_id, ${ofAll} FROM staged_batches n
    WHERE n.batch_id NOT IN (SELECT json_extract(value, '$[0]') FROM json_each(${given})) AND ${isMeant}`
  )
}

/** Batches that the load names in another letter case than the file, or in two. */
export const caseTwins = (sql: SqlClient.SqlClient) =>
  Effect.flatMap(sql<{ readonly batch_id: string }>`SELECT batch_id FROM staged_batches`, (rows) =>
    Batches.caseTwins(
      sql,
      rows.map((row) => row.batch_id)
    )
  )

/** A later batch may have changed what an earlier one sent, also where it is not declared what it sent. */
export const markSentAgain = (sql: SqlClient.SqlClient) => sql.unsafe(markSentTogether(namedBatches))

/** Records what a source's first load says was sent. How many contacts that is. */
export const recordAll = (
  sql: SqlClient.SqlClient,
  sourceId: number,
  staged: { readonly sent: number; readonly isSorted: boolean; readonly batchesAdded: number }
) =>
  Effect.gen(function* () {
    const added = yield* withoutIndexes(
      sql,
      "sent_contacts",
      staged.sent,
      Effect.gen(function* () {
        const firsts = changesOf(yield* sql.unsafe(insertFirsts(sourceId, staged.isSorted)).raw)
        if (firsts === staged.sent) return firsts
        return firsts + changesOf(yield* sql.unsafe(insertRepeats(sourceId)).raw)
      })
    )
    if (staged.batchesAdded > 0 || added > 0) {
      const [known] = yield* sql.unsafe<Known>(knownBatches)
      const isAllNew = known?.batches === staged.batchesAdded && known.repeated === 0
      if (!staged.isSorted || !isAllNew) yield* sql.unsafe(markBatches(namedBatches))
    }
    return added
  })

interface Known {
  readonly batches: number
  readonly repeated: number
}

// If a batch is new to the file and its addresses are not repeated, nothing can be concluded about it until its answer
// marks it.
const knownBatches = `SELECT (SELECT count(*) FROM staged_batches) AS batches, EXISTS (SELECT 1 FROM local_rows
  INDEXED BY local_rows_repeated WHERE occurrence > 1 AND batch IS NULL) AS repeated`

/** Records what is new in `contact_changes`. */
export const recordChanged = (sql: SqlClient.SqlClient, batchesAdded: number) =>
  Effect.gen(function* () {
    const added = changesOf(yield* sql.unsafe(insertChanged).raw)
    if (batchesAdded > 0 || added > 0) {
      yield* sql.unsafe(markBatches("SELECT DISTINCT batch FROM contact_changes WHERE batch IS NOT NULL"))
    }
    return added
  })
