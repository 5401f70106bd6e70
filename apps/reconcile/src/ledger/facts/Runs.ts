import * as Effect from "effect/Effect"
import { Ledger } from "../Ledger.js"

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
