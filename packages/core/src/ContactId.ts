/**
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/**
 * ActiveCampaign's ID of a contact: text, exactly as received.
 *
 * @since 0.1.0
 * @category models
 */
export const ContactId = Schema.NonEmptyString.pipe(Schema.brand("ContactId")).annotations({
  identifier: "ContactId",
  description: "ActiveCampaign's ID of a contact"
})

/**
 * @since 0.1.0
 * @category models
 */
export type ContactId = typeof ContactId.Type

/**
 * A contact ID on the wire: documented as a decimal string, tolerated as an integer, sent as a string.
 *
 * @since 0.1.0
 * @category schemas
 */
export const ContactIdOnWire = Schema.transform(
  Schema.Union(Schema.NonEmptyString, Schema.NonNegativeInt),
  ContactId,
  { strict: true, decode: String, encode: (id): string => id }
)
