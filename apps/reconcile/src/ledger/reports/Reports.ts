import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Ledger, rowOf } from "../Ledger.js"
import { newlySettled, outcomesBefore } from "../schema/views.js"
import {
  contactsByOutcome,
  Evidence,
  Finding,
  hasSettled,
  isWorthAnIndex,
  Origin,
  Outcome
} from "../schema/words.js"
import { totalsByOutcome } from "./questions.js"
import { sentValues, type ValueCounts } from "./SentValues.js"

const OutcomeTotal = rowOf("outcomes", { outcome: Outcome, evidence: Evidence, contacts: Schema.Int })

export type OutcomeTotal = typeof OutcomeTotal.Type

const BatchRow = rowOf("batch_overview", {
  batch_id: Schema.String,
  status: Schema.NullOr(Schema.String),
  submitted_at: Schema.NullOr(Schema.String),
  settled_at: Schema.NullOr(Schema.String),
  sent: Schema.Int,
  successes: Schema.NullOr(Schema.Int),
  failures: Schema.NullOr(Schema.Int),
  unlinked_successes: Schema.Int,
  gone_successes: Schema.Int,
  ...contactsByOutcome,
  findings: Schema.Int
})

export type BatchRow = typeof BatchRow.Type

const OutcomeRow = rowOf("outcomes", {
  batch_id: Schema.String,
  email: Schema.String,
  outcome: Outcome,
  evidence: Evidence,
  contact_id: Schema.NullOr(Schema.String)
})

export type OutcomeRow = typeof OutcomeRow.Type

const FindingRow = rowOf("findings", {
  batch_id: Schema.String,
  finding: Finding,
  subject: Schema.String,
  detail: Schema.String
})

export type FindingRow = typeof FindingRow.Type

const TimelineRow = rowOf("batch_timeline", {
  at: Schema.String,
  status: Schema.NullOr(Schema.String),
  successes: Schema.NullOr(Schema.Int),
  failures: Schema.NullOr(Schema.Int),
  error: Schema.NullOr(Schema.String),
  origin: Origin
})

const FindingTotal = rowOf("findings", { finding: Finding, count: Schema.Int })

const Totals = rowOf("batch_overview", { batches: Schema.Int, settled: Schema.Int, sent: Schema.Int })

export interface Summary {
  readonly batches: number
  readonly settled: number
  readonly sent: number
  readonly outcomes: ReadonlyArray<OutcomeTotal>
  readonly findings: ReadonlyArray<typeof FindingTotal.Type>
  /** Batches that were purged, and are in no other total. */
  readonly purged: number
  /** Null if no source says what its contacts were sent with. */
  readonly sentValues: ValueCounts | null
}

export const summary = Effect.gen(function* () {
  const [totals = { batches: 0, settled: 0, sent: 0 }] = yield* Ledger.query(
    Totals,
    (sql) => sql`
      SELECT (SELECT count(*) FROM numbered_batches) AS batches,
        (SELECT count(DISTINCT batch) FROM answers WHERE ${sql.literal(hasSettled("status"))}) AS settled,
        (SELECT count(*) FROM sent_contacts) AS sent`
  )
  const outcomes = yield* Ledger.query(OutcomeTotal, (sql) =>
    sql.unsafe(totalsByOutcome("verdicts", "sent_contacts"))
  )
  const findings = yield* Ledger.query(
    FindingTotal,
    (sql) => sql`SELECT finding, count(*) AS count FROM batch_findings GROUP BY finding ORDER BY finding`
  )
  const purged = yield* Ledger.number(
    "purges",
    (sql) => sql`SELECT coalesce(sum(batches), 0) AS number FROM purges`
  )
  const values = yield* sentValues
  const result: Summary = {
    ...totals,
    purged,
    outcomes,
    findings,
    sentValues: values?.counts ?? null
  }
  return result
})

/** How outcomes differ from those before the last run began. Contacts whose batch settled are counted apart. */
export interface Changes {
  readonly settled: number
  readonly found: number
  readonly lost: number
  readonly changed: number
  readonly unchanged: number
}

const ChangeTotal = rowOf("changes_since_last_run", {
  change: Schema.Literal("settled", "found", "lost", "changed"),
  contacts: Schema.Int
})

export const changesSinceLastRun = Effect.gen(function* () {
  // Counted separately: they are most of a file, and the view would read the address of each.
  const settled = yield* Ledger.number(
    "changes_since_last_run",
    (sql) => sql`
      SELECT count(*) AS number FROM (${sql.literal(newlySettled())}) n CROSS JOIN verdicts o ON o.batch = n.batch`
  )
  const rows = yield* Ledger.query(
    ChangeTotal,
    (sql) => sql`
      SELECT change, count(*) AS contacts FROM changes_since_last_run
      WHERE outcome_before <> 'pending' GROUP BY change`
  )
  const sent = yield* Ledger.number("batch_sent", (sql) => sql`SELECT count(*) AS number FROM sent_contacts`)
  const of = (change: keyof Changes) => rows.find((row) => row.change === change)?.contacts ?? 0
  const differing = { settled, found: of("found"), lost: of("lost"), changed: of("changed") }
  const changes: Changes = {
    ...differing,
    unchanged: sent - Object.values(differing).reduce((sum, count) => sum + count, 0)
  }
  return changes
})

const NewOutcome = rowOf("outcome_changes", { outcome: Outcome, contacts: Schema.Int })

/** Contacts whose outcome is new since a time, by outcome, and findings about batches that settled since then. */
export const newSince = (time: string | undefined) =>
  Effect.gen(function* () {
    // Without a time, since the last run began.
    const since = time === undefined ? undefined : "?"
    const times = time === undefined ? [] : [time]
    const outcomes = yield* Ledger.query(NewOutcome, (sql) =>
      sql.unsafe(
        `SELECT o.outcome, count(*) AS contacts FROM (${outcomesBefore(since)}) c
         CROSS JOIN verdicts o ON o.batch = c.batch AND o.address_id = c.address_id AND o.occurrence = c.occurrence
         WHERE o.outcome <> c.outcome_before GROUP BY o.outcome`,
        [...times, ...times]
      )
    )
    const findings = yield* Ledger.number("findings", (sql) =>
      sql.unsafe(
        `SELECT count(*) AS number FROM batch_findings WHERE batch IN (${newlySettled(since)})`,
        times
      )
    )
    return { outcomes, findings }
  })

const OpenSince = rowOf("batches", { batch_id: Schema.String, since: Schema.DateTimeUtc })

/** Every batch that has not settled, and since when it counts as open, the oldest first. */
export const openSince = Ledger.query(
  OpenSince,
  (sql) => sql`
    SELECT b.batch_id, coalesce(b.submitted_at, b.added_at) AS since FROM numbered_batches b
    WHERE NOT EXISTS (SELECT 1 FROM answers a WHERE a.batch = b.batch AND ${sql.literal(hasSettled("a.status"))})
    ORDER BY since, b.batch`
)

const Stalled = rowOf("stalled_batches", {
  batch_id: Schema.String,
  status: Schema.String,
  status_since: Schema.String,
  seconds: Schema.Int,
  usual_seconds: Schema.NullOr(Schema.Int)
})

export type Stalled = typeof Stalled.Type

/** Every stalled batch, the longest first. */
export const stalled = Ledger.query(
  Stalled,
  (sql) => sql`
    SELECT batch_id, status, status_since, seconds, usual_seconds FROM stalled_batches
    ORDER BY seconds DESC, batch_id`
)

export const batches = Ledger.query(
  BatchRow,
  (sql) => sql`SELECT * FROM batch_overview ORDER BY coalesce(submitted_at, ''), batch_id`
)

/** The newest of them, at most so many. */
export const batchesWithin = (limit: number) =>
  Ledger.query(
    BatchRow,
    (sql) => sql`
      SELECT o.* FROM numbered_batches b JOIN batch_overview o ON o.batch_id = b.batch_id
      ORDER BY coalesce(b.submitted_at, b.added_at) DESC, b.batch_id LIMIT ${limit}`
  )

export const batch = (batchId: string) =>
  Effect.map(
    Ledger.query(BatchRow, (sql) => sql`SELECT * FROM batch_overview WHERE batch_id = ${batchId}`),
    Arr.head
  )

export const timeline = (batchId: string) =>
  Ledger.query(
    TimelineRow,
    (sql) => sql`
      SELECT at, status, successes, failures, error, origin FROM batch_timeline WHERE batch_id = ${batchId} ORDER BY at`
  )

/** The time without an answer that is not over. */
const TroubleRow = rowOf("batch_errors", {
  first_at: Schema.String,
  last_at: Schema.String,
  times: Schema.Int,
  error: Schema.String,
  message: Schema.String
})

export type TroubleRow = typeof TroubleRow.Type

/** Batches with no answer since their last one: for a reason of their own, or because none was answered. */
const troubledBatches = `
  SELECT b.batch_id, e.first_at, e.last_at, e.times, e.error, e.message
  FROM numbered_batches b JOIN batch_troubles e ON e.batch = b.batch AND e.ended_at IS NULL AND e.error <> 'UnknownBatch'
  UNION ALL
  SELECT b.batch_id, e.first_at, e.last_at, e.times, e.error, e.message
  FROM account_errors e JOIN numbered_batches b ON e.step = 'follow' AND e.ended_at IS NULL AND b.added_at <= e.last_at
  WHERE NOT EXISTS (SELECT 1 FROM answers a WHERE a.batch = b.batch AND ${hasSettled("a.status")})`

const Troubled = rowOf("batch_errors", { batch_id: Schema.String })

/** The IDs of all of them. */
export const troubled = Effect.map(
  Ledger.query(Troubled, (sql) => sql.unsafe(`SELECT DISTINCT batch_id FROM (${troubledBatches})`)),
  (rows) => rows.map((row) => row.batch_id)
)

export const troubleOf = (batchId: string) =>
  Effect.map(
    Ledger.query(TroubleRow, (sql) =>
      sql.unsafe(
        `SELECT first_at, last_at, times, error, message FROM (${troubledBatches})
         WHERE batch_id = ? ORDER BY last_at DESC LIMIT 1`,
        [batchId]
      )
    ),
    ([trouble]) => trouble
  )

export const findings = (options: { readonly limit: number; readonly batchId?: string | undefined }) =>
  Ledger.query(
    FindingRow,
    (sql) => sql`
      SELECT batch_id, finding, subject, detail FROM findings
      WHERE ${options.batchId === undefined ? sql`true` : sql`batch_id = ${options.batchId}`}
      ORDER BY finding = 'consent-change' DESC, batch_id, finding, subject LIMIT ${options.limit}`
  )

/** Contacts that somebody should look at: all but `imported`, `present` and `pending`. */
export const attention = (options: { readonly limit: number; readonly batchId?: string | undefined }) =>
  Ledger.query(
    OutcomeRow,
    (sql) => sql`
      SELECT b.batch_id, coalesce(s.email, a.email_key) AS email, o.outcome, o.evidence, o.contact_id
      FROM verdicts o
      JOIN sent_contacts s ON s.batch = o.batch AND s.address_id = o.address_id AND s.occurrence = o.occurrence
      JOIN numbered_batches b ON b.batch = o.batch
      JOIN addresses a ON a.address_id = o.address_id
      WHERE o.outcome IN ('contradictory', 'rejected', 'missing', 'unaccounted') AND ${sql.literal(isWorthAnIndex("o.outcome"))}
        AND ${options.batchId === undefined ? sql`true` : sql`b.batch_id = ${options.batchId}`}
      ORDER BY o.outcome, b.batch_id, a.email_key, o.occurrence LIMIT ${options.limit}`
  )
