/**
 * The ID of an accepted bulk import.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/**
 * ActiveCampaign's ID of an accepted bulk import: any non-empty text.
 *
 * It usually looks like a UUID, but one of the vendor's own samples is not one, so no form is required.
 *
 * @since 0.1.0
 * @category models
 */
export const BatchId = Schema.NonEmptyString.pipe(Schema.brand("BatchId")).annotations({
  identifier: "BatchId",
  description: "The ID of an accepted bulk import"
})

/**
 * @since 0.1.0
 * @category models
 */
export type BatchId = typeof BatchId.Type

/**
 * A batch ID from your own records. Throws a `ParseError` if the text is empty. Decode text from elsewhere with the schema.
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
