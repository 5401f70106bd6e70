import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import { markBatches, markSentTogether } from "../facts/stale.js"

const ofSourceBefore = (sourceId: number) => `SELECT 1 FROM former_cells f
  CROSS JOIN row_shapes h ON h.shape_id = f.shape_id AND h.local_source_id = ${sourceId}
  WHERE f.batch = k.batch AND f.address_id = k.address_id AND f.occurrence = k.turn`

/**
 * What rows had when they were sent, before they are written over: loading a source again does not change what was sent.
 * The first values of each source stay, also where another counts before it: that one may be removed. All rows of an address
 * in a batch are kept together: their turns are counted among them. Of a source of payloads, other rows said nothing.
 */
export const keepCells = (sourceId: number, isPayload: boolean) => `
  INSERT INTO former_cells (batch, address_id, occurrence, shape_id, email, contact_id, cells)
  SELECT batch, address_id, turn, shape_id, email, contact_id, cells FROM (
    SELECT l.batch, l.address_id, row_number() OVER (PARTITION BY l.batch, l.address_id ORDER BY l.occurrence) AS turn,
      l.shape_id, l.email, l.contact_id, l.cells
    FROM (SELECT DISTINCT old_batch, old_address_id FROM contact_changes WHERE old_batch IS NOT NULL) c
    CROSS JOIN local_rows l ON l.address_id = c.old_address_id AND l.batch = c.old_batch
      AND l.local_source_id = ${sourceId}) k
  WHERE EXISTS (SELECT 1 FROM sent_contacts s
      WHERE s.batch = k.batch AND s.address_id = k.address_id AND s.occurrence = k.turn)
    ${isPayload ? "AND k.shape_id IN (SELECT shape_id FROM row_shapes WHERE is_payload = 1)" : ""}
    AND NOT EXISTS (${ofSourceBefore(sourceId)})`

/** What was kept of rows before is not what was sent. */
export const forgetCells = (sql: SqlClient.SqlClient, sourceId: number) =>
  sql`DELETE FROM former_cells
    WHERE shape_id IN (SELECT shape_id FROM row_shapes WHERE local_source_id = ${sourceId})`

/** Contacts that changed in their batch, while what they had before counts. */
export const countOthers = (sql: SqlClient.SqlClient, sourceId: number) =>
  Effect.map(
    sql<{ readonly others: number }>`SELECT count(*) AS others FROM contact_changes c
      WHERE c.old_batch = c.batch AND c.old_address_id = c.address_id
        AND EXISTS (SELECT 1 FROM former_cells f CROSS JOIN row_shapes h ON h.shape_id = f.shape_id
          WHERE f.batch = c.batch AND f.address_id = c.address_id AND h.local_source_id = ${sourceId})`,
    ([row]) => row?.others ?? 0
  )

const isOfSource = (sourceId: number) => `(EXISTS (SELECT 1 FROM local_rows l
    WHERE l.address_id = k.address_id AND l.batch = k.batch AND l.local_source_id = ${sourceId})
  OR EXISTS (SELECT 1 FROM former_cells f CROSS JOIN row_shapes h ON h.shape_id = f.shape_id
    WHERE f.address_id = k.address_id AND f.batch = k.batch AND h.local_source_id = ${sourceId}))`

/** Batches that the source names in this load. */
const namedNow = "SELECT known AS batch FROM staged_batches"

/** And those that it named before. */
const namedEver = (sourceId: number) => `${namedNow}
  UNION SELECT batch FROM local_rows WHERE local_source_id = ${sourceId} AND batch IS NOT NULL
  UNION SELECT f.batch FROM former_cells f CROSS JOIN row_shapes h ON h.shape_id = f.shape_id
    WHERE h.local_source_id = ${sourceId}`

/** Contacts that changed. */
const changed = "SELECT batch, address_id FROM contact_changes WHERE batch IS NOT NULL"

/** Those that the source did not name in their batch before. */
const newlyNamed = `${changed} AND (batch IS NOT old_batch OR address_id IS NOT old_address_id)`

/**
 * Of which contacts a load says anew what they were sent with. `first`: all of the load. `other`: all of the source, which
 * declared something else before. `same`: those that it names in another batch, or with another address. `changed`: also others
 * that changed, of which a source of payloads may have said nothing before.
 */
export type Declared = "first" | "other" | "same" | "changed"

const anew = { same: newlyNamed, changed }

const ofSource = (batches: string, sourceId: number) =>
  [batches, `batch IN (${batches}) AND ${isOfSource(sourceId)}`] as const

/**
 * Looks compared what was declared then. For what is declared anew, contacts are looked at again, also if only another
 * source named them as sent. What an earlier batch sent is compared only if no later one sent another value.
 * Returns how many had been looked at.
 */
export const declaredAnew = (sql: SqlClient.SqlClient, sourceId: number, declared: Declared) =>
  Effect.gen(function* () {
    const [batches, isAnew] =
      declared === "same" || declared === "changed"
        ? [`SELECT DISTINCT batch FROM (${anew[declared]})`, `(batch, address_id) IN (${anew[declared]})`]
        : ofSource(declared === "first" ? namedNow : namedEver(sourceId), sourceId)
    yield* sql.unsafe(`DELETE FROM found_values AS k WHERE ${isAnew}`)
    yield* sql.unsafe(`DELETE FROM contact_looks AS k WHERE ${isAnew}`)
    const [deleted] = yield* sql<{ readonly looks: number }>`SELECT changes() AS looks`
    yield* sql.unsafe(markBatches(batches))
    yield* sql.unsafe(markSentTogether(batches))
    return deleted?.looks ?? 0
  })
