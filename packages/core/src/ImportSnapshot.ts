/**
 * What was known of a batch at one moment.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { BatchId } from "./BatchId.js"
import { ImportAnswer } from "./ImportAnswer.js"

/**
 * The answer, when it arrived and the body it was decoded from. Encodes to JSON, the answer as the service sends one.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Schema from "effect/Schema"
 * import { BatchId, BulkImport, ImportSnapshot } from "effect-activecampaign"
 *
 * // A line of text to keep.
 * const line = Effect.flatMap(
 *   BulkImport.snapshot(BatchId.make("b-0001")),
 *   Schema.encode(Schema.parseJson(ImportSnapshot.ImportSnapshot))
 * )
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const ImportSnapshot = Schema.Struct({
  batchId: BatchId,
  answer: ImportAnswer,
  receivedAt: Schema.DateTimeUtc,
  /** The reply's body as it came, but for the API token, where somebody wrote it there. */
  body: Schema.String,
  /** ActiveCampaign's own name for the call, where its answer told one: `X-Request-Id`, or `Cf-Ray`. */
  requestId: Schema.optionalWith(Schema.String, { exact: true })
}).annotations({ identifier: "ImportSnapshot" })

/**
 * @since 0.1.0
 * @category models
 */
export interface ImportSnapshot extends Schema.Schema.Type<typeof ImportSnapshot> {}
