import * as Effect from "effect/Effect"
import type { BatchId } from "effect-activecampaign/BatchId"
import { Ledger } from "../Ledger.js"
import type { Step } from "../schema/words.js"

export type { Step } from "../schema/words.js"

/** Failed calls since the last time they were recorded. */
export interface FailedCalls {
  readonly firstAt: string
  readonly lastAt: string
  readonly times: number
  readonly error: string
  /** Carries no token: the errors of the library hold no headers. */
  readonly message: string
  readonly body: string | null
}

/** One row for a batch until it answers, whichever run the calls were made in. */
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

/** The batches whose trouble no answer has ended yet. */
export const lasting = Effect.flatMap(Ledger, ({ sql, use }) =>
  use(sql<Lasting>`
    SELECT batch_id, error, first_at, last_at, times, message FROM batch_errors WHERE ended_at IS NULL`)
)

/** Whether a step, or the way to all batches, was in trouble when it was last tried. */
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
