import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { markBatches } from "../facts/stale.js"
import { changesOf, dataVersion, transactionConnection } from "../file/transaction.js"
import { compareScope } from "../asSent/comparisons.js"
import { Ledger } from "../Ledger.js"
import type { LedgerError } from "../LedgerError.js"
import { agreeCounts, anyKnownId, closeNumbers } from "./count.js"
import { anyRepeatedLocal, drawDuplicateLocal, drawFindings } from "./findings.js"
import { drawNearMatches } from "./nearMatches.js"
import { drawOutcomes, drawOutcomesByOwnIds, markDisagreeing, watchChanges } from "./outcomes.js"
import { chooseOwnIds, disproveContradictory, disproveOwnIds } from "./ownIds.js"
import {
  clearScope,
  createScope,
  describeLists,
  describeScope,
  doubtAll,
  doubtScope,
  fillFailures,
  fillLinks
} from "./scope.js"
import { drawUnmatchedSuccesses } from "./unmatched.js"

/** Batches decided in one transaction: enough to be fast, few enough to keep memory flat and readers current. */
const sliceSize = 100

/** The temporary tables that the statements below read, for a test that asks SQLite for its plans. */
export const prepareStatements: ReadonlyArray<string> = [...createScope, ...watchChanges]

/** From this number of batches on, doubted IDs are looked for among all IDs at once. */
const manyBatches = 5 * sliceSize

/** The statements that compute the conclusions of a scope, in order. */
export const conclusionStatements = (options: {
  /** IDs with several addresses have been looked for among all IDs. */
  readonly doubted: boolean
  /** Local contacts repeat an address. */
  readonly repeated: boolean
  /** Some contact ID is known. */
  readonly linked: boolean
}): ReadonlyArray<string> => [
  describeScope,
  ...(options.doubted ? [] : doubtScope),
  fillFailures,
  chooseOwnIds,
  ...drawOutcomesByOwnIds,
  ...disproveOwnIds,
  ...describeLists,
  agreeCounts,
  disproveContradictory,
  ...fillLinks,
  ...closeNumbers(options),
  drawOutcomes,
  markDisagreeing,
  ...drawUnmatchedSuccesses,
  ...drawFindings,
  ...(options.repeated ? [drawDuplicateLocal] : [])
]

const fillScope = `INSERT INTO reconcile_scope (batch) SELECT batch FROM stale_marks ORDER BY batch LIMIT ${sliceSize}`

const ofScope = "batch IN (SELECT batch FROM reconcile_scope)"

/** Batches decided, and contacts of settled batches whose outcome changed. */
export interface Reconciled {
  readonly batches: number
  readonly changed: number
}

/** A slice of a rebuild starts from nothing. The rows from before are set aside to compare. */
const setAside: ReadonlyArray<string> = [
  `CREATE TEMP TABLE IF NOT EXISTS outcomes_before (
    batch INTEGER NOT NULL, address_id INTEGER NOT NULL, occurrence INTEGER NOT NULL,
    outcome TEXT NOT NULL, evidence TEXT NOT NULL, contact_id TEXT
  ) STRICT`,
  "DELETE FROM outcomes_before",
  `INSERT INTO outcomes_before SELECT o.* FROM reconcile_scope r CROSS JOIN verdicts o ON o.batch = r.batch`,
  `DELETE FROM verdicts WHERE ${ofScope}`
]

const countDifferent = `SELECT count(*) AS changed FROM outcomes_before b
  LEFT JOIN verdicts o ON o.batch = b.batch AND o.address_id = b.address_id AND o.occurrence = b.occurrence
  WHERE o.outcome IS NOT b.outcome OR o.evidence IS NOT b.evidence OR o.contact_id IS NOT b.contact_id`

interface Options {
  readonly fromNothing?: boolean
  /**
   * Others write on the same connection meanwhile. Then doubted IDs are looked for slice by slice, because those found before
   * may be out of date by the next slice.
   */
  readonly meanwhile?: boolean
}

interface SliceOptions extends Options {
  /** If all doubted IDs are looked for at once: the state of the file in which that was last done. */
  readonly doubted?: { seen: number | undefined } | undefined
}

const doubtAgain = (sql: SqlClient.SqlClient, doubted: { seen: number | undefined }) =>
  Effect.gen(function* () {
    const version = yield* dataVersion(sql)
    if (doubted.seen !== undefined && doubted.seen === version) return
    for (const statement of doubtAll) yield* sql.unsafe(statement)
    doubted.seen = version
  })

const slice = (
  sql: SqlClient.SqlClient,
  options: SliceOptions
): Effect.Effect<Reconciled, SqlError | LedgerError, Ledger> =>
  Effect.gen(function* () {
    const connection = yield* transactionConnection
    const runAll = (statements: ReadonlyArray<string>) =>
      Effect.forEach(statements, (statement) => connection.executeRaw(statement, []), { discard: true })
    yield* runAll([...prepareStatements, ...clearScope])
    const batches = changesOf(yield* connection.executeRaw(fillScope, []))
    if (batches === 0) return { batches, changed: 0 }
    if (options.fromNothing === true) yield* runAll(setAside)
    yield* runAll([
      `DELETE FROM batch_findings WHERE ${ofScope}`,
      `DELETE FROM nearest_sent WHERE ${ofScope}`
    ])
    if (options.doubted !== undefined) yield* doubtAgain(sql, options.doubted)
    const isAny = (select: string) =>
      Effect.map(
        connection.execute(select, [], undefined),
        ([row]: ReadonlyArray<{ readonly any: number }>) => row?.any === 1
      )
    const known = {
      doubted: options.doubted !== undefined,
      repeated: yield* isAny(anyRepeatedLocal),
      linked: yield* isAny(anyKnownId)
    }
    yield* runAll(conclusionStatements(known))
    yield* drawNearMatches(sql)
    yield* compareScope(sql)
    yield* connection.executeRaw(`DELETE FROM stale_marks WHERE ${ofScope}`, [])
    if (options.fromNothing === true) {
      const [different] = yield* sql.unsafe<{ readonly changed: number }>(countDifferent)
      return { batches, changed: different?.changed ?? 0 }
    }
    const changed = yield* sql<{ readonly batch: number }>`
      INSERT INTO verdict_changes (changed_at, batch, address_id, occurrence, outcome_before, outcome_after)
      SELECT ${DateTime.formatIso(yield* DateTime.now)}, c.batch, c.address_id, c.occurrence, c.outcome_before, o.outcome
      FROM (SELECT batch, address_id, occurrence, outcome_before, min(rowid) FROM changed_outcomes
        GROUP BY batch, address_id, occurrence) c
      JOIN verdicts o ON o.batch = c.batch AND o.address_id = c.address_id AND o.occurrence = c.occurrence
      WHERE o.outcome <> c.outcome_before RETURNING batch`
    return { batches, changed: changed.length }
  })

/** Whether there are enough batches to look for all doubted IDs at once. */
const areMany = (sql: SqlClient.SqlClient) =>
  Effect.map(
    sql<{ readonly batches: number }>`SELECT count(*) AS batches FROM stale_marks`,
    ([stale]) => (stale?.batches ?? 0) >= manyBatches
  )

const inSlices = (options: Options) =>
  Effect.gen(function* () {
    const { sql, transact, transactUnchecked, use } = yield* Ledger
    const isMany = options.meanwhile !== true && (yield* use(areMany(sql)))
    const doubted = isMany ? { seen: undefined } : undefined
    // Outcomes are computed from the rows they refer to, in the same statement.
    const inTransaction = isMany ? transactUnchecked : transact
    return yield* Effect.iterate(
      { batches: 0, changed: 0, last: sliceSize },
      {
        while: ({ last }) => last === sliceSize,
        body: (sum) =>
          // The event loop runs between slices, so that a long rebuild does not delay polling.
          inTransaction(slice(sql, { ...options, doubted })).pipe(
            Effect.tap(Effect.yieldNow()),
            Effect.map(({ batches, changed }) => ({
              batches: sum.batches + batches,
              changed: sum.changed + changed,
              last: batches
            }))
          )
      }
    ).pipe(Effect.map(({ batches, changed }): Reconciled => ({ batches, changed })))
  })

/** Recomputes the conclusions of every stale batch, many batches at a time, over the old ones. */
export const reconcileStale = (options: { readonly meanwhile?: boolean } = {}) => inSlices(options)

/** Marks every batch as stale, so that all conclusions are recomputed from the facts. */
export const markAllStale = Ledger.use((sql) => sql.unsafe(markBatches("SELECT batch FROM numbered_batches")))

/** Deletes the conclusions of the stale batches and computes them from nothing. */
export const redrawStale = Effect.suspend(() => inSlices({ fromNothing: true }))

/** The same for every batch. `changed` counts the contacts whose outcome changed. */
export const rebuild = Effect.zipRight(markAllStale, redrawStale)
