/**
 * The name of one accepted bulk import.
 *
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

/**
 * A batch ID of your own records. Throws a `ParseError` where the text is empty; text that came from somebody else is
 * decoded with the schema.
 *
 * @example
 * ```ts
 * import { BatchId } from "effect-activecampaign"
 *
 * const batchId = BatchId.make("5b1f2c9e-8d34-4a67-9c02-1e7a40d6b3a1")
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (text: string): BatchId => BatchId.make(text)
