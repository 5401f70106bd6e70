import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { BatchId } from "effect-activecampaign/BatchId"
import { Ledger, rowOf } from "../Ledger.js"
import type { Step } from "../schema/words.js"

export type { Step } from "../schema/words.js"

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
  Ledger.transact(
    (sql) => sql`
      INSERT INTO batch_troubles (batch, first_at, last_at, times, error, message, raw_body)
      VALUES ((SELECT batch FROM numbered_batches WHERE batch_id = ${batchId}), ${failed.firstAt}, ${failed.lastAt},
        ${failed.times}, ${failed.error}, ${failed.message}, ${failed.body})
      ON CONFLICT (batch) WHERE ended_at IS NULL DO UPDATE SET last_at = excluded.last_at,
        times = times + excluded.times, error = excluded.error, message = excluded.message, raw_body = excluded.raw_body`
  )

export const endOfBatch = (batchId: BatchId, endedAt: string) =>
  Ledger.transact(
    (sql) => sql`UPDATE batch_troubles SET ended_at = ${endedAt}
      WHERE batch = (SELECT batch FROM numbered_batches WHERE batch_id = ${batchId}) AND ended_at IS NULL`
  )

export const recordOfStep = (step: Step, failed: FailedCalls) =>
  Ledger.transact(
    (sql) => sql`
      INSERT INTO account_errors (step, first_at, last_at, times, error, message, raw_body)
      VALUES (${step}, ${failed.firstAt}, ${failed.lastAt}, ${failed.times}, ${failed.error}, ${failed.message}, ${failed.body})
      ON CONFLICT (step) WHERE ended_at IS NULL DO UPDATE SET last_at = excluded.last_at,
        times = times + excluded.times, error = excluded.error, message = excluded.message, raw_body = excluded.raw_body`
  )

export const endOfStep = (step: Step, endedAt: string) =>
  Ledger.transact(
    (sql) => sql`UPDATE account_errors SET ended_at = ${endedAt} WHERE step = ${step} AND ended_at IS NULL`
  )

const Lasting = rowOf("batch_errors", {
  batch_id: Schema.String,
  error: Schema.String,
  first_at: Schema.String,
  last_at: Schema.String,
  times: Schema.Int,
  message: Schema.String
})

export type Lasting = typeof Lasting.Type

/** The batches that still have no answer after failed calls. */
export const lasting = Ledger.query(
  Lasting,
  (sql) => sql`
    SELECT batch_id, error, first_at, last_at, times, message FROM batch_errors WHERE ended_at IS NULL`
)

/** Whether a step, or asking about any batch, failed when it was last tried. */
export const isLasting = (step: Step) =>
  Effect.map(
    Ledger.number(
      "account_errors",
      (sql) => sql`SELECT count(*) AS number FROM account_errors WHERE step = ${step} AND ended_at IS NULL`
    ),
    (lasting) => lasting > 0
  )
