import * as Effect from "effect/Effect"
import { type BatchId, BulkImport } from "effect-activecampaign"

/** How each batch ended, or why that is not known. One that cannot be awaited does not end the others. */
export const settleAll = (batchIds: ReadonlyArray<BatchId.BatchId>) =>
  Effect.forEach(
    batchIds,
    (batchId) => Effect.map(Effect.either(BulkImport.awaitSettled(batchId)), (end) => ({ batchId, end })),
    { concurrency: 100 }
  )
