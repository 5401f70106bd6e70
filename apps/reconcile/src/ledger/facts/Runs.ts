import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Ledger, rowOf } from "../Ledger.js"

/** Opens a run's row. A run that was killed leaves `finished_at` NULL. */
export const start = (startedAt: string, openBatches: number) =>
  Ledger.transact((sql) =>
    Effect.map(
      sql<{ readonly id: number }>`
        INSERT INTO reconcile_runs (started_at, open_batches) VALUES (${startedAt}, ${openBatches})
        RETURNING reconcile_run_id AS id`,
      ([run]) => run?.id ?? 0
    )
  )

export const finish = (
  runId: number,
  result: {
    readonly finishedAt: string
    readonly answers: number
    readonly settled: number
    readonly errors: number
    readonly resolved: number
    readonly lookedUp: number
  }
) =>
  Ledger.transact(
    (sql) => sql`
      UPDATE reconcile_runs SET finished_at = ${result.finishedAt}, answers = ${result.answers},
        settled = ${result.settled}, errors = ${result.errors},
        resolved = ${result.resolved}, looked_up = ${result.lookedUp}
      WHERE reconcile_run_id = ${runId}`
  )

/** The ID of the latest run, or 0. */
export const lastId = Ledger.number(
  "reconcile_runs",
  (sql) => sql`SELECT coalesce(max(reconcile_run_id), 0) AS number FROM reconcile_runs`
)

/** Records how the command of the first run after another one ended. A run that is not kept has no row for that. */
export const conclude = (end: {
  readonly after: number
  readonly exitCode: number
  readonly reason: string
}) =>
  Ledger.transact(
    (sql) => sql`
      UPDATE reconcile_runs SET exit_code = ${end.exitCode}, reason = ${end.reason}
      WHERE reconcile_run_id = (SELECT min(reconcile_run_id) FROM reconcile_runs WHERE reconcile_run_id > ${end.after})`
  )

const LastNotice = rowOf("last_notice", {
  sentAt: Schema.DateTimeUtc,
  exitCode: Schema.Int,
  reason: Schema.String
})

/** How a run ended of which somebody was told. */
export type LastNotice = typeof LastNotice.Type

export const lastNotice = Effect.map(
  Ledger.query(
    LastNotice,
    (sql) => sql`SELECT sent_at AS "sentAt", exit_code AS "exitCode", reason FROM last_notice`
  ),
  ([notice]) => notice
)

export const recordNotice = (notice: {
  readonly at: string
  readonly exitCode: number
  readonly reason: string
}) =>
  Ledger.transact(
    (sql) => sql`
      INSERT INTO last_notice (last_notice_id, sent_at, exit_code, reason)
      VALUES (1, ${notice.at}, ${notice.exitCode}, ${notice.reason})
      ON CONFLICT (last_notice_id) DO UPDATE
      SET sent_at = excluded.sent_at, exit_code = excluded.exit_code, reason = excluded.reason`
  )
