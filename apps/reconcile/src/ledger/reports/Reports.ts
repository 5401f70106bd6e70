import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Ledger } from "../Ledger.js"
import { type OutcomeWord, hasSettled, isWorthAnIndex } from "../schema/words.js"

export interface OutcomeTotal {
  readonly outcome: OutcomeWord
  readonly evidence: string
  readonly contacts: number
}

export interface BatchRow {
  readonly batch_id: string
  readonly status: string | null
  readonly submitted_at: string | null
  readonly settled_at: string | null
  readonly sent: number
  readonly successes: number | null
  readonly failures: number | null
  readonly unlinked_successes: number
  readonly gone_successes: number
  readonly imported: number
  readonly present: number
  readonly rejected: number
  readonly contradictory: number
  readonly missing: number
  readonly unaccounted: number
  readonly pending: number
  readonly findings: number
}

export interface OutcomeRow {
  readonly batch_id: string
  readonly email: string
  readonly outcome: OutcomeWord
  readonly evidence: string
  readonly contact_id: string | null
}

export interface FindingRow {
  readonly batch_id: string
  readonly finding: string
  readonly subject: string
  readonly detail: string
}

export interface TimelineRow {
  readonly at: string
  readonly status: string | null
  readonly successes: number | null
  readonly failures: number | null
  readonly error: string | null
  readonly origin: "account" | "pasted"
}

export interface Summary {
  readonly batches: number
  readonly settled: number
  readonly sent: number
  readonly outcomes: ReadonlyArray<OutcomeTotal>
  readonly findings: ReadonlyArray<{ readonly finding: string; readonly count: number }>
}

export const summary = Effect.flatMap(Ledger, ({ sql, use }) =>
  use(
    Effect.gen(function* () {
      const [totals] = yield* sql<{
        readonly batches: number
        readonly settled: number
        readonly sent: number
      }>`
        SELECT (SELECT count(*) FROM numbered_batches) AS batches,
          (SELECT count(DISTINCT batch) FROM answers WHERE ${sql.literal(hasSettled("status"))}) AS settled,
          (SELECT count(*) FROM sent_contacts) AS sent`
      const outcomes = yield* sql<OutcomeTotal>`
        SELECT outcome, evidence, count(*) AS contacts FROM verdicts GROUP BY outcome, evidence
        UNION ALL SELECT 'pending', 'unsettled', sent - decided
        FROM (SELECT (SELECT count(*) FROM sent_contacts) AS sent, (SELECT count(*) FROM verdicts) AS decided)
        WHERE sent > decided ORDER BY outcome, evidence`
      const findings = yield* sql<{ readonly finding: string; readonly count: number }>`
        SELECT finding, count(*) AS count FROM batch_findings GROUP BY finding ORDER BY finding`
      const result: Summary = {
        batches: totals?.batches ?? 0,
        settled: totals?.settled ?? 0,
        sent: totals?.sent ?? 0,
        outcomes,
        findings
      }
      return result
    })
  )
)

/** How outcomes differ from those before the last run began. Contacts whose batch settled are counted apart. */
export interface Changes {
  readonly settled: number
  readonly found: number
  readonly lost: number
  readonly changed: number
  readonly unchanged: number
}

export const changesSinceLastRun = Effect.flatMap(Ledger, ({ sql, use }) =>
  use(
    Effect.gen(function* () {
      const rows = yield* sql<{ readonly change: keyof Changes; readonly contacts: number }>`
        SELECT change, count(*) AS contacts FROM changes_since_last_run GROUP BY change`
      const [all] = yield* sql<{ readonly contacts: number }>`SELECT count(*) AS contacts FROM sent_contacts`
      const of = (change: keyof Changes) => rows.find((row) => row.change === change)?.contacts ?? 0
      const differing = {
        settled: of("settled"),
        found: of("found"),
        lost: of("lost"),
        changed: of("changed")
      }
      const changes: Changes = {
        ...differing,
        unchanged: (all?.contacts ?? 0) - Object.values(differing).reduce((sum, count) => sum + count, 0)
      }
      return changes
    })
  )
)

export const batches = Effect.flatMap(Ledger, ({ sql, use }) =>
  use(sql<BatchRow>`SELECT * FROM batch_overview ORDER BY coalesce(submitted_at, ''), batch_id`)
)

export const batch = (batchId: string) =>
  Effect.flatMap(Ledger, ({ sql, use }) =>
    use(
      Effect.map(sql<BatchRow>`SELECT * FROM batch_overview WHERE batch_id = ${batchId}`, (rows) =>
        Option.fromNullable(rows[0])
      )
    )
  )

export const timeline = (batchId: string) =>
  Effect.flatMap(Ledger, ({ sql, use }) =>
    use(sql<TimelineRow>`
      SELECT at, status, successes, failures, error, origin FROM batch_timeline WHERE batch_id = ${batchId} ORDER BY at`)
  )

/** The time without an answer that is not over. */
export interface TroubleRow {
  readonly first_at: string
  readonly last_at: string
  readonly times: number
  readonly error: string
  readonly message: string
}

/** Batches with no answer since their last one: for a reason of their own, or because none was answered. */
const troubledBatches = `
  SELECT b.batch_id, e.first_at, e.last_at, e.times, e.error, e.message
  FROM numbered_batches b JOIN batch_troubles e ON e.batch = b.batch AND e.ended_at IS NULL AND e.error <> 'UnknownBatch'
  UNION ALL
  SELECT b.batch_id, e.first_at, e.last_at, e.times, e.error, e.message
  FROM account_errors e JOIN numbered_batches b ON e.step = 'follow' AND e.ended_at IS NULL AND b.added_at <= e.last_at
  WHERE NOT EXISTS (SELECT 1 FROM answers a WHERE a.batch = b.batch AND ${hasSettled("a.status")})`

/** The IDs of all of them. */
export const troubled = Effect.flatMap(Ledger, ({ sql, use }) =>
  use(
    Effect.map(
      sql.unsafe<{ readonly batch_id: string }>(`SELECT DISTINCT batch_id FROM (${troubledBatches})`),
      (rows) => rows.map((row) => row.batch_id)
    )
  )
)

export const troubleOf = (batchId: string) =>
  Effect.flatMap(Ledger, ({ sql, use }) =>
    use(
      Effect.map(
        sql.unsafe<TroubleRow>(
          `SELECT first_at, last_at, times, error, message FROM (${troubledBatches})
           WHERE batch_id = ? ORDER BY last_at DESC LIMIT 1`,
          [batchId]
        ),
        (rows) => rows[0]
      )
    )
  )

export const findings = (options: { readonly limit: number; readonly batchId?: string | undefined }) =>
  Effect.flatMap(Ledger, ({ sql, use }) =>
    use(sql<FindingRow>`
      SELECT batch_id, finding, subject, detail FROM findings
      WHERE ${options.batchId === undefined ? sql`true` : sql`batch_id = ${options.batchId}`}
      ORDER BY batch_id, finding, subject LIMIT ${options.limit}`)
  )

/** Contacts that somebody should look at: all but `imported`, `present` and `pending`. */
export const attention = (options: { readonly limit: number; readonly batchId?: string | undefined }) =>
  Effect.flatMap(Ledger, ({ sql, use }) =>
    use(sql<OutcomeRow>`
      SELECT b.batch_id, coalesce(s.email, a.email_key) AS email, o.outcome, o.evidence, o.contact_id
      FROM verdicts o
      JOIN sent_contacts s ON s.batch = o.batch AND s.address_id = o.address_id AND s.occurrence = o.occurrence
      JOIN numbered_batches b ON b.batch = o.batch
      JOIN addresses a ON a.address_id = o.address_id
      WHERE o.outcome IN ('contradictory', 'rejected', 'missing', 'unaccounted') AND ${sql.literal(isWorthAnIndex("o.outcome"))}
        AND ${options.batchId === undefined ? sql`true` : sql`b.batch_id = ${options.batchId}`}
      ORDER BY o.outcome, b.batch_id, a.email_key, o.occurrence LIMIT ${options.limit}`)
  )
