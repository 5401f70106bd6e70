import * as SqlSchema from "@effect/sql/SqlSchema"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { BatchId } from "effect-activecampaign/BatchId"
import { Ledger } from "./Ledger.js"

/** A batch that has not settled, with the time from which its age counts. */
export class OpenBatch extends Schema.Class<OpenBatch>("ac-reconcile/OpenBatch")({
  batchId: BatchId,
  since: Schema.DateTimeUtc,
  /** Since when it has answered `unset`, if that is all it has ever answered. */
  unsetSince: Schema.NullOr(Schema.DateTimeUtc)
}) {}

/** Adds batches submitted by whatever tool; those already known keep what is known of them. Returns how many are new. */
export const add = (
  batchIds: ReadonlyArray<BatchId>,
  times: { readonly addedAt: string; readonly submittedAt?: string | undefined }
) =>
  Effect.flatMap(Ledger, ({ sql, transact }) =>
    transact(
      Effect.gen(function* () {
        const ids = JSON.stringify(batchIds)
        const added = yield* sql<{ readonly batch_id: string }>`
          INSERT INTO batches (batch_id, submitted_at, added_at)
          SELECT DISTINCT value, ${times.submittedAt ?? null}, ${times.addedAt} FROM json_each(${ids}) WHERE true
          ON CONFLICT (batch_id) DO NOTHING RETURNING batch_id`
        // What was looked up is dated by the submission.
        const dated =
          times.submittedAt === undefined
            ? []
            : yield* sql<{ readonly batch_id: string }>`
                UPDATE batches SET submitted_at = ${times.submittedAt}
                WHERE submitted_at IS NULL AND batch_id IN (SELECT value FROM json_each(${ids})) RETURNING batch_id`
        const changed = [...added, ...dated].map((row) => row.batch_id)
        yield* sql`INSERT INTO stale_batches SELECT value FROM json_each(${JSON.stringify(changed)})
          WHERE true ON CONFLICT DO NOTHING`
        return added.length
      })
    )
  )

/** Every batch without a settled answer, oldest first. */
export const open = Effect.flatMap(Ledger, ({ sql, use }) =>
  use(
    SqlSchema.findAll({
      Request: Schema.Void,
      Result: OpenBatch,
      execute: () => sql`
        SELECT b.batch_id AS "batchId", coalesce(b.submitted_at, b.added_at) AS since,
          (SELECT a.received_at FROM batch_answers a
            WHERE a.batch_id = b.batch_id AND a.sequence = 1 AND a.status = 'unset'
              AND NOT EXISTS (SELECT 1 FROM batch_answers later
                WHERE later.batch_id = b.batch_id AND later.sequence > 1)) AS "unsetSince"
        FROM batches b
        WHERE NOT EXISTS (SELECT 1 FROM batch_answers a
          WHERE a.batch_id = b.batch_id AND a.status IN ('completed', 'failed', 'interrupted'))
        ORDER BY since, b.batch_id`
    })(undefined).pipe(Effect.catchTag("ParseError", Effect.die))
  )
)
