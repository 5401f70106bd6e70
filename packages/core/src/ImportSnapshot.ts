/**
 * @since 0.1.0
 */
import type * as DateTime from "effect/DateTime"
import type { BatchId } from "./BatchId.js"
import type { ImportAnswer } from "./ImportAnswer.js"

/**
 * What was known of a batch at one moment: the answer, when it arrived and the body it was decoded from.
 *
 * @since 0.1.0
 * @category models
 */
export interface ImportSnapshot {
  readonly batchId: BatchId
  readonly answer: ImportAnswer
  readonly receivedAt: DateTime.Utc
  /** The reply's body as it came, but for the API token, where somebody wrote it there. */
  readonly body: string
  /** ActiveCampaign's own name for the call, where its answer told one: `X-Request-Id`, or `Cf-Ray`. */
  readonly requestId?: string
}
