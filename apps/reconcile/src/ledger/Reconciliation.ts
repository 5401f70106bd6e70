import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type { BatchId } from "effect-activecampaign/BatchId"
import { Ledger } from "./Ledger.js"

/** Batches decided in one transaction: enough to be fast, few enough to keep memory flat and readers current. */
const sliceSize = 100

/**
 * The batches at hand, each with its settled answer (NULL while there is none) and whether the numbers close.
 * A temporary table, so that the conclusions below are plain joins. They start from it by CROSS JOIN, which in
 * SQLite fixes the order: without statistics the planner would rather read a million rows than four hundred.
 */
export const createScope = `CREATE TEMP TABLE IF NOT EXISTS reconcile_scope (
  batch_id TEXT PRIMARY KEY,
  sequence INTEGER,
  numbers_close INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID`

const fillScope = (sql: SqlClient.SqlClient, only: BatchId | undefined) => sql`
  INSERT INTO reconcile_scope (batch_id, sequence)
  SELECT stale.batch_id,
    (SELECT max(a.sequence) FROM batch_answers a
      WHERE a.batch_id = stale.batch_id AND a.status IN ('completed', 'failed', 'interrupted'))
  FROM stale_batches stale
  WHERE ${only === undefined ? sql`true` : sql`stale.batch_id = ${only}`}
  ORDER BY stale.batch_id LIMIT ${sliceSize}`

/**
 * The numbers close for a completed batch when all that was sent is known, its failures were all sent, no linked success points elsewhere
 * than at a sent address that did not fail, no two successes point at one address, no address whose ID is
 * known lacks it among the successes, and there are exactly as many distinct successes as distinct addresses
 * that did not fail. Then each of those is among the successes.
 */
const closeNumbers = `
  UPDATE reconcile_scope AS r SET numbers_close = 1
  WHERE EXISTS (SELECT 1 FROM batch_answers a
      WHERE a.batch_id = r.batch_id AND a.sequence = r.sequence AND a.status = 'completed'
        AND a.success_count IS NOT NULL AND a.failure_count IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM batch_sent_gaps g WHERE g.batch_id = r.batch_id)
    AND (SELECT count(DISTINCT x.contact_id) FROM batch_successes x
        WHERE x.batch_id = r.batch_id AND x.sequence = r.sequence)
      = (SELECT count(DISTINCT s.email_key) FROM batch_sent s WHERE s.batch_id = r.batch_id)
      - (SELECT count(DISTINCT f.email_key) FROM batch_failures f
        WHERE f.batch_id = r.batch_id AND f.sequence = r.sequence)
    AND NOT EXISTS (SELECT 1 FROM batch_failures f
      WHERE f.batch_id = r.batch_id AND f.sequence = r.sequence
        AND NOT EXISTS (SELECT 1 FROM batch_sent s WHERE s.batch_id = f.batch_id AND s.email_key = f.email_key))
    AND NOT EXISTS (SELECT 1 FROM batch_successes x CROSS JOIN local_contacts l ON l.contact_id = x.contact_id
      WHERE x.batch_id = r.batch_id AND x.sequence = r.sequence
        AND (NOT EXISTS (SELECT 1 FROM batch_sent s WHERE s.batch_id = x.batch_id AND s.email_key = l.email_key)
          OR EXISTS (SELECT 1 FROM batch_failures f
            WHERE f.batch_id = x.batch_id AND f.sequence = x.sequence AND f.email_key = l.email_key)))
    AND NOT EXISTS (SELECT 1 FROM batch_successes x CROSS JOIN local_contacts l ON l.contact_id = x.contact_id
      WHERE x.batch_id = r.batch_id AND x.sequence = r.sequence
      GROUP BY l.email_key HAVING count(DISTINCT x.contact_id) > 1)
    AND NOT EXISTS (SELECT 1 FROM batch_sent s CROSS JOIN local_contacts l ON l.email_key = s.email_key
      WHERE s.batch_id = r.batch_id AND l.contact_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM batch_failures f
          WHERE f.batch_id = r.batch_id AND f.sequence = r.sequence AND f.email_key = s.email_key)
        AND NOT EXISTS (SELECT 1 FROM local_contacts own CROSS JOIN batch_successes x ON x.contact_id = own.contact_id
          WHERE own.email_key = s.email_key AND x.batch_id = r.batch_id AND x.sequence = r.sequence))`

const drawOutcomes = `
  INSERT INTO outcomes (batch_id, email_key, occurrence, outcome, evidence, contact_id)
  WITH seen AS MATERIALIZED (
    SELECT s.batch_id, s.email_key, s.occurrence, r.sequence, r.numbers_close,
      EXISTS (SELECT 1 FROM batch_failures f
        WHERE f.batch_id = s.batch_id AND f.sequence = r.sequence AND f.email_key = s.email_key) AS failed,
      (SELECT min(l.contact_id) FROM local_contacts l
        WHERE l.email_key = s.email_key AND l.contact_id IS NOT NULL
          AND EXISTS (SELECT 1 FROM batch_successes x
            WHERE x.batch_id = s.batch_id AND x.sequence = r.sequence AND x.contact_id = l.contact_id)
          AND NOT EXISTS (SELECT 1 FROM local_contacts other
            WHERE other.contact_id = l.contact_id AND other.email_key <> l.email_key)) AS contact_id
    FROM reconcile_scope r CROSS JOIN batch_sent s ON s.batch_id = r.batch_id
  )
  SELECT batch_id, email_key, occurrence,
    CASE
      WHEN sequence IS NULL THEN 'pending'
      WHEN failed AND contact_id IS NOT NULL THEN 'contradictory'
      WHEN failed THEN 'rejected'
      WHEN contact_id IS NOT NULL OR numbers_close THEN 'imported'
      ELSE 'unaccounted'
    END,
    CASE
      WHEN sequence IS NULL THEN 'unsettled'
      WHEN failed AND contact_id IS NOT NULL THEN 'failure-and-id'
      WHEN failed THEN 'failure'
      WHEN contact_id IS NOT NULL THEN 'id'
      WHEN numbers_close THEN 'count'
      ELSE 'silence'
    END,
    contact_id
  FROM seen`

const drawFindings: ReadonlyArray<string> = [
  `INSERT INTO findings (batch_id, finding, subject, detail)
   SELECT x.batch_id, 'unmatched-success', x.contact_id,
     'contact ID ' || x.contact_id || ' succeeded; it belongs to ' || min(l.email) || ', which was not sent in this batch'
   FROM reconcile_scope r
   CROSS JOIN batch_successes x ON x.batch_id = r.batch_id AND x.sequence = r.sequence
   CROSS JOIN local_contacts l ON l.contact_id = x.contact_id
   WHERE NOT EXISTS (SELECT 1 FROM local_contacts any_l
     CROSS JOIN batch_sent s ON s.email_key = any_l.email_key AND s.batch_id = x.batch_id
     WHERE any_l.contact_id = x.contact_id)
   GROUP BY x.batch_id, x.contact_id`,
  `INSERT INTO findings (batch_id, finding, subject, detail)
   SELECT f.batch_id, 'unmatched-failure', f.email, 'reported as failed; no contact with this address was sent in this batch'
   FROM reconcile_scope r
   CROSS JOIN batch_failures f ON f.batch_id = r.batch_id AND f.sequence = r.sequence
   WHERE NOT EXISTS (SELECT 1 FROM batch_sent s WHERE s.batch_id = f.batch_id AND s.email_key = f.email_key)
   GROUP BY f.batch_id, f.email`,
  `INSERT INTO findings (batch_id, finding, subject, detail)
   SELECT s.batch_id, 'duplicate-sent', s.email_key,
     count(*) || ' contacts with this address were sent in this batch: ' || group_concat(s.email, ', ')
   FROM reconcile_scope r
   CROSS JOIN batch_sent s ON s.batch_id = r.batch_id
   GROUP BY s.batch_id, s.email_key HAVING count(*) > 1`,
  `INSERT INTO findings (batch_id, finding, subject, detail)
   SELECT x.batch_id, 'id-conflict', x.contact_id,
     'contact ID ' || x.contact_id || ' is linked to ' || count(DISTINCT l.email_key) || ' addresses, so it proves nothing about either'
   FROM reconcile_scope r
   CROSS JOIN batch_successes x ON x.batch_id = r.batch_id AND x.sequence = r.sequence
   CROSS JOIN local_contacts l ON l.contact_id = x.contact_id
   GROUP BY x.batch_id, x.contact_id HAVING count(DISTINCT l.email_key) > 1`
]

// Kept for as long as a slice takes, to tell which verdicts on settled batches have changed.
const createBefore = `CREATE TEMP TABLE IF NOT EXISTS outcomes_before (
  batch_id TEXT NOT NULL, email_key TEXT NOT NULL, occurrence INTEGER NOT NULL, outcome TEXT NOT NULL
) STRICT`

const keepBefore = `INSERT INTO outcomes_before
  SELECT o.batch_id, o.email_key, o.occurrence, o.outcome
  FROM reconcile_scope r CROSS JOIN outcomes o ON o.batch_id = r.batch_id WHERE o.outcome <> 'pending'`

const countChanged = `SELECT count(*) AS changed FROM outcomes_before b
  CROSS JOIN outcomes o ON o.batch_id = b.batch_id AND o.email_key = b.email_key AND o.occurrence = b.occurrence
  WHERE o.outcome <> b.outcome`

/** The statements that draw conclusions, in order; a test asks SQLite how it would run each. */
export const conclusionStatements: ReadonlyArray<string> = [closeNumbers, drawOutcomes, ...drawFindings]

/** Batches decided, and contacts whose outcome in a settled batch is another than before. */
export interface Reconciled {
  readonly batches: number
  readonly changed: number
}

const slice = (sql: SqlClient.SqlClient, only: BatchId | undefined): Effect.Effect<Reconciled, SqlError> =>
  Effect.gen(function* () {
    yield* sql.unsafe(createScope)
    yield* sql`DELETE FROM reconcile_scope`
    yield* fillScope(sql, only)
    const [scope] = yield* sql<{ readonly batches: number }>`SELECT count(*) AS batches FROM reconcile_scope`
    if (scope === undefined || scope.batches === 0) return { batches: 0, changed: 0 }
    yield* sql.unsafe(createBefore)
    yield* sql`DELETE FROM outcomes_before`
    yield* sql.unsafe(keepBefore)
    yield* sql`DELETE FROM outcomes WHERE batch_id IN (SELECT batch_id FROM reconcile_scope)`
    yield* sql`DELETE FROM findings WHERE batch_id IN (SELECT batch_id FROM reconcile_scope)`
    for (const statement of conclusionStatements) yield* sql.unsafe(statement)
    yield* sql`DELETE FROM stale_batches WHERE batch_id IN (SELECT batch_id FROM reconcile_scope)`
    const [after] = yield* sql.unsafe<{ readonly changed: number }>(countChanged)
    return { batches: scope.batches, changed: after?.changed ?? 0 }
  })

/**
 * Draws the conclusions of every batch whose facts changed, set-wise, and forgets their old ones. With `only`,
 * of that batch alone.
 */
export const reconcileStale = (options: { readonly only?: BatchId } = {}) =>
  Effect.flatMap(Ledger, ({ sql, transact }) =>
    Effect.iterate(
      { batches: 0, changed: 0, last: sliceSize },
      {
        while: ({ last }) => last === sliceSize,
        body: (sum) =>
          // Between slices the event loop turns, so that a long rebuild does not hold up polling.
          transact(slice(sql, options.only)).pipe(
            Effect.tap(Effect.yieldNow()),
            Effect.map(({ batches, changed }) => ({
              batches: sum.batches + batches,
              changed: sum.changed + changed,
              last: batches
            }))
          )
      }
    ).pipe(Effect.map(({ batches, changed }): Reconciled => ({ batches, changed })))
  )

/** Marks every batch as changed, so that all conclusions are drawn anew from the facts. */
export const markAllStale = Effect.flatMap(Ledger, ({ sql, use }) =>
  use(sql`INSERT INTO stale_batches SELECT batch_id FROM batches WHERE true ON CONFLICT DO NOTHING`)
)
