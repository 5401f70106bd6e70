import * as Effect from "effect/Effect"
import type { BatchId } from "effect-activecampaign/BatchId"
import { Ledger } from "../Ledger.js"

/** The part of the job that got no answers, for a reason that concerns no single batch. */
export type Step = "follow" | "resolve" | "lookup"

/** Failed calls since the last time they were recorded. */
export interface FailedCalls {
  readonly firstAt: string
  readonly lastAt: string
  readonly times: number
  readonly error: string
  /** Contains no token: the library's errors hold no headers. */
  readonly message: string
  readonly body: string | null
}

/** One row for a batch until an answer comes, even over several runs. */
export const recordOfBatch = (batchId: BatchId, failed: FailedCalls) =>
  Effect.flatMap(Ledger, ({ sql, transact }) =>
    transact(sql`
      INSERT INTO batch_troubles (batch, first_at, last_at, times, error, message, raw_body)
      VALUES ((SELECT batch FROM numbered_batches WHERE batch_id = ${batchId}), ${failed.firstAt}, ${failed.lastAt},
        ${failed.times}, ${failed.error}, ${failed.message}, ${failed.body})
      ON CONFLICT (batch) WHERE ended_at IS NULL DO UPDATE SET last_at = excluded.last_at,
        times = times + excluded.times, error = excluded.error, message = excluded.message, raw_body = excluded.raw_body`)
  )

export const endOfBatch = (batchId: BatchId, endedAt: string) =>
  Effect.flatMap(Ledger, ({ sql, transact }) =>
    transact(sql`UPDATE batch_troubles SET ended_at = ${endedAt}
      WHERE batch = (SELECT batch FROM numbered_batches WHERE batch_id = ${batchId}) AND ended_at IS NULL`)
  )

export const recordOfStep = (step: Step, failed: FailedCalls) =>
  Effect.flatMap(Ledger, ({ sql, transact }) =>
    transact(sql`
      INSERT INTO account_errors (step, first_at, last_at, times, error, message, raw_body)
      VALUES (${step}, ${failed.firstAt}, ${failed.lastAt}, ${failed.times}, ${failed.error}, ${failed.message}, ${failed.body})
      ON CONFLICT (step) WHERE ended_at IS NULL DO UPDATE SET last_at = excluded.last_at,
        times = times + excluded.times, error = excluded.error, message = excluded.message, raw_body = excluded.raw_body`)
  )

export const endOfStep = (step: Step, endedAt: string) =>
  Effect.flatMap(Ledger, ({ sql, transact }) =>
    transact(sql`UPDATE account_errors SET ended_at = ${endedAt} WHERE step = ${step} AND ended_at IS NULL`)
  )

export interface Lasting {
  readonly batch_id: string
  readonly error: string
  readonly first_at: string
  readonly last_at: string
  readonly times: number
  readonly message: string
}

/** The batches that still have no answer after failed calls. */
export const lasting = Effect.flatMap(Ledger, ({ sql, use }) =>
  use(sql<Lasting>`
    SELECT batch_id, error, first_at, last_at, times, message FROM batch_errors WHERE ended_at IS NULL`)
)

/** Whether a step, or asking about any batch, failed when it was last tried. */
export const isLasting = (step: Step) =>
  Effect.flatMap(Ledger, ({ sql, use }) =>
    use(
      Effect.map(
        sql<{ readonly rows: number }>`
          SELECT count(*) AS rows FROM account_errors WHERE step = ${step} AND ended_at IS NULL`,
        ([row]) => (row?.rows ?? 0) > 0
      )
    )
  )
