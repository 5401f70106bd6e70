/**
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/**
 * The name ActiveCampaign gives one accepted bulk import: opaque, non-empty text.
 *
 * Usually UUID-like, but one of the vendor's own samples is not a UUID, so nothing is read into it.
 *
 * @since 0.1.0
 * @category models
 */
export const BatchId = Schema.NonEmptyString.pipe(Schema.brand("BatchId")).annotations({
  identifier: "BatchId",
  description: "The name of one accepted bulk import"
})

/**
 * @since 0.1.0
 * @category models
 */
export type BatchId = typeof BatchId.Type
