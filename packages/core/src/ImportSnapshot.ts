/**
 * What was known about a batch at one moment.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { BatchId } from "./BatchId.js"
import { ImportAnswer } from "./ImportAnswer.js"

/**
 * An answer, when it arrived, and the body it was decoded from. Encodes to JSON, with the answer as the service sends it.
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
  /** The reply's body as received, with the API token replaced if it was in there. */
  body: Schema.String,
  /** ActiveCampaign's ID of the request, if the answer had one: `X-Request-Id`, or else `Cf-Ray`. */
  requestId: Schema.optionalWith(Schema.String, { exact: true })
}).annotations({ identifier: "ImportSnapshot" })

/**
 * @since 0.1.0
 * @category models
 */
export interface ImportSnapshot extends Schema.Schema.Type<typeof ImportSnapshot> {}
