import type { SqlClient } from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { madeActive, mayComeBetween, statusBefore } from "../asSent/consent.js"
import { isUnknown } from "../facts/Links.js"
import { changesOf } from "../file/transaction.js"
import { Ledger, rowOf } from "../Ledger.js"
import { isEarlier } from "../asSent/order.js"
import { hasSettled, isNobodyErased, isWorthAnIndex, type Outcome } from "../schema/words.js"
import {
  addressesOfBatches,
  createLeft,
  createTaken,
  deleteAll,
  deleteBatches,
  type Deleted,
  emptyTable,
  forgetLeft,
  isOfTaken,
  type Lost,
  lostOutcomes,
  noteAddresses,
  sum,
  takeBatches,
  takeSentOfBatches,
  unusedOfSent
} from "./deletions.js"
import { countRetries } from "./Removals.js"
import { deleteLocal, deleteUnused, noteShared } from "./unused.js"

/** Why a batch stays although nothing was learnt about it for long. */
export const Stays = Schema.Literal("open", "stale", "unaccounted", "unresolved", "needed")

export type Stays = typeof Stays.Type

const Staying = rowOf("batches", { because: Stays, batches: Schema.Int })

export interface Purged {
  readonly batches: number
  readonly removed: Deleted
  /** The outcomes of the removed sent contacts. */
  readonly lost: ReadonlyArray<typeof Lost.Type>
  /** Batches as old that stay. */
  readonly stay: ReadonlyArray<typeof Staying.Type>
  /** Contacts that may be sent again, before and after. */
  readonly retry: { readonly before: number; readonly after: number }
}

/** When something was last learnt about the batch `b`. */
const lastLearnt = `max(b.added_at, coalesce(b.submitted_at, ''),
  coalesce((SELECT max(r.received_at) FROM answers r WHERE r.batch = b.batch), ''),
  coalesce((SELECT max(e.last_at) FROM batch_troubles e WHERE e.batch = b.batch), ''),
  coalesce((SELECT max(c.changed_at) FROM verdict_changes c WHERE c.batch = b.batch), ''))`

/** A batch is reconciled if it was decided and a run would ask nothing about its contacts. */
const fillOld = `
  INSERT INTO old_batches (batch, stays)
  SELECT b.batch, CASE
    WHEN NOT EXISTS (SELECT 1 FROM answers r WHERE r.batch = b.batch AND ${hasSettled("r.status")}) THEN 'open'
    WHEN EXISTS (SELECT 1 FROM stale_marks m WHERE m.batch = b.batch) THEN 'stale'
    WHEN EXISTS (SELECT 1 FROM verdicts o CROSS JOIN addresses a ON a.address_id = o.address_id
      WHERE o.outcome = 'unaccounted' AND o.batch = b.batch AND ${isNobodyErased("a.email_key")}) THEN 'unaccounted'
    WHEN EXISTS (SELECT 1 FROM unmatched_ids x WHERE x.batch = b.batch AND ${isUnknown}) THEN 'unresolved'
  END
  FROM numbered_batches b WHERE ${lastLearnt} < ?`

const isOld = "IN (SELECT batch FROM old_batches WHERE stays IS NULL)"

const age = (batch: string) => `coalesce(${batch}.submitted_at, ${batch}.added_at), ${batch}.batch_id`

/** A contact that was sent again later is not listed for sending. While its first batch stays, the later one has to. */
const keepNeeded = `
  UPDATE old_batches SET stays = 'needed' WHERE stays IS NULL AND batch IN (
    SELECT again.batch
    FROM verdicts o CROSS JOIN numbered_batches b ON b.batch = o.batch
    CROSS JOIN sent_contacts again ON again.address_id = o.address_id AND again.batch ${isOld}
    CROSS JOIN numbered_batches later ON later.batch = again.batch
    WHERE o.outcome IN ('missing', 'present') AND ${isWorthAnIndex("o.outcome")}
      AND o.batch NOT ${isOld} AND (${age("later")}) > (${age("b")}))`

/** What is not as it was sent may be so because of another batch that is not known to be earlier. So that has to stay, too. */
const keepSentAgain = `
  UPDATE old_batches SET stays = 'needed' WHERE stays IS NULL AND batch IN (
    SELECT again.batch
    FROM value_verdicts v CROSS JOIN numbered_batches b ON b.batch = v.batch
    CROSS JOIN sent_contacts again ON again.address_id = v.address_id AND again.batch ${isOld}
    CROSS JOIN numbered_batches other ON other.batch = again.batch
    WHERE v.comparison IN ('sent-again', 'not-checked') AND v.batch NOT ${isOld} AND NOT ${isEarlier("other", "b")})`

/** A batch that subscribed somebody takes the blame from others that may have come in the same time. */
const keepSubscribing = `
  UPDATE old_batches SET stays = 'needed' WHERE stays IS NULL AND batch IN (
    SELECT again.batch FROM list_statuses k
    CROSS JOIN sent_contacts s ON s.address_id = k.address_id AND s.batch NOT ${isOld}
    CROSS JOIN sent_contacts again ON again.address_id = k.address_id AND again.batch ${isOld}
    ${statusBefore}
    WHERE ${madeActive} AND ${mayComeBetween("again.batch")} AND ${mayComeBetween("s.batch")})`

const findOld = (sql: SqlClient, before: string) =>
  Effect.gen(function* () {
    yield* emptyTable(sql, "old_batches", "batch INTEGER PRIMARY KEY, stays TEXT")
    yield* sql.unsafe(fillOld, [before])
    // One that stays may need another.
    yield* Effect.iterate(1, {
      while: (kept) => kept > 0,
      body: () =>
        Effect.reduce([keepNeeded, keepSentAgain, keepSubscribing], 0, (kept, statement) =>
          Effect.map(sql.unsafe(statement).raw, (result) => kept + changesOf(result))
        )
    })
  })

/** Batches removed in one transaction: few enough to keep the log small and others waiting only briefly. */
const sliceSize = 250

/** The oldest first: what a later one keeps from being listed is gone before it. */
const takeOldest = `
  SELECT b.batch FROM old_batches o CROSS JOIN numbered_batches b ON b.batch = o.batch
  WHERE o.stays IS NULL ORDER BY ${age("b")} LIMIT ${sliceSize}`

const Numbered = rowOf("purges", { id: Schema.Int })

interface Slice {
  readonly purgeId: number | null
  readonly batches: number
  readonly removed: Deleted
  readonly lost: Purged["lost"]
}

const slice = (sql: SqlClient, times: Times, purgeId: number | null) =>
  Effect.gen(function* () {
    yield* sql.unsafe("PRAGMA defer_foreign_keys = ON")
    // Others may have written since the last slice.
    yield* findOld(sql, times.before)
    const batches = yield* takeBatches(sql, takeOldest)
    const nothing: Slice = { purgeId, batches, removed: [], lost: [] }
    if (batches === 0) return nothing
    yield* createTaken(sql)
    yield* createLeft(sql)
    yield* sql.unsafe(takeSentOfBatches)
    const lost = yield* lostOutcomes
    yield* noteAddresses(sql, addressesOfBatches)
    yield* noteShared(sql)
    yield* sql.unsafe(
      `INSERT INTO purged_batches (batch_id) SELECT batch_id FROM numbered_batches WHERE ${isOfTaken}
       ON CONFLICT DO NOTHING`
    )
    const ofLocal = yield* deleteLocal(sql)
    const ofBatches = yield* deleteBatches(sql)
    const ofOthers = yield* deleteUnused(sql)
    yield* forgetLeft(sql)
    const contacts = lost.reduce((all, one) => all + one.contacts, 0)
    const [recorded] = yield* Ledger.query(
      Numbered,
      () => sql`
      INSERT INTO purges (purge_id, purged_at, unchanged_since, batches, sent_contacts)
      VALUES (${purgeId}, ${times.now}, ${times.before}, ${batches}, ${contacts})
      ON CONFLICT (purge_id) DO UPDATE SET batches = batches + excluded.batches,
        sent_contacts = sent_contacts + excluded.sent_contacts RETURNING purge_id AS id`
    )
    const done: Slice = {
      purgeId: recorded?.id ?? null,
      batches,
      removed: [...ofBatches, ...ofLocal, ...ofOthers],
      lost
    }
    return done
  })

// The last run stays: what changed since is told by it.
const oldRuns = `coalesce(finished_at, started_at) < ?
  AND reconcile_run_id < (SELECT max(reconcile_run_id) FROM reconcile_runs)`

const oldErrors = "ended_at < ?"

/** Sources that lost their last contact, and what old runs left. */
const purgeRest = ({ before }: Times) =>
  Effect.flatMap(Ledger, ({ sql, transactUnchecked }) =>
    transactUnchecked(
      Effect.gen(function* () {
        yield* emptyTable(sql, "empty_sources", "local_source_id INTEGER PRIMARY KEY")
        yield* sql`INSERT INTO empty_sources SELECT local_source_id FROM local_sources
          WHERE loaded_at < ${before}
            AND local_source_id NOT IN (SELECT local_source_id FROM local_rows)
            AND local_source_id NOT IN (SELECT local_source_id FROM former_sent)
            AND local_source_id NOT IN (SELECT h.local_source_id FROM former_cells f JOIN row_shapes h ON h.shape_id = f.shape_id)
            AND name NOT IN (SELECT source FROM sent_gaps)`
        const isEmpty = "local_source_id IN (SELECT local_source_id FROM empty_sources)"
        return yield* deleteAll(sql, [
          ["row_shapes", isEmpty],
          ["local_sources", isEmpty],
          ["reconcile_runs", oldRuns, before],
          ["account_errors", oldErrors, before],
          ...unusedOfSent
        ])
      })
    )
  )

/** When it is, and since when nothing was learnt about the batches to remove. Both as stored. */
export interface Times {
  readonly now: string
  readonly before: string
}

/** How many batches a purge would remove, of how many as old. */
export const findPurgeable = ({ before }: Times) =>
  Ledger.transact((sql) =>
    Effect.zipRight(
      findOld(sql, before),
      Ledger.number("batches", () => sql`SELECT count(*) AS number FROM old_batches WHERE stays IS NULL`)
    )
  )

const addUp = (lost: Purged["lost"]): Purged["lost"] => {
  const byOutcome = new Map<Outcome, number>()
  for (const { contacts, outcome } of lost) {
    byOutcome.set(outcome, (byOutcome.get(outcome) ?? 0) + contacts)
  }
  return [...byOutcome].map(([outcome, contacts]) => ({ outcome, contacts }))
}

/**
 * Removes settled batches about which nothing was learnt for long, with all their facts, slice by slice. What several
 * batches share stays as long as one of them does. So no outcome or finding changes, and interrupted anywhere, it can go
 * on. Local contacts that name a removed batch are removed with it.
 */
export const purge = (times: Times) =>
  Effect.gen(function* () {
    const before = yield* countRetries
    const none: Slice = { purgeId: null, batches: 0, removed: [], lost: [] }
    const all: Slice = yield* Effect.iterate(
      { ...none, last: -1 },
      {
        while: ({ last }) => last !== 0,
        body: (done) =>
          Ledger.transact((sql) => slice(sql, times, done.purgeId)).pipe(
            Effect.tap(Effect.yieldNow()),
            Effect.map((next) => ({
              purgeId: next.purgeId,
              batches: done.batches + next.batches,
              removed: sum([...done.removed, ...next.removed]),
              lost: addUp([...done.lost, ...next.lost]),
              last: next.batches
            }))
          )
      }
    )
    const rest = yield* purgeRest(times)
    const stay = yield* Ledger.query(
      Staying,
      (sql) => sql`SELECT stays AS because, count(*) AS batches FROM old_batches WHERE stays IS NOT NULL
        GROUP BY stays ORDER BY stays`
    )
    const purged: Purged = {
      batches: all.batches,
      removed: sum([...all.removed, ...rest]),
      lost: all.lost,
      stay,
      retry: { before, after: yield* countRetries }
    }
    return purged
  })
