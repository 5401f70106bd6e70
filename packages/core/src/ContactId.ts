/**
 * ActiveCampaign's ID of a contact.
 *
 * @since 0.1.0
 */
import * as order from "effect/Order"
import * as Schema from "effect/Schema"
import { decimalId } from "./internal/decimalId.js"

/**
 * ActiveCampaign's ID of a contact: text, exactly as received.
 *
 * @since 0.1.0
 * @category models
 */
export const ContactId = Schema.NonEmptyString.annotations({
  arbitrary: () => (fc) => fc.stringMatching(/^[1-9]\d{0,18}$/)
})
  .pipe(Schema.brand("ContactId"))
  .annotations({
    identifier: "ContactId",
    description: "ActiveCampaign's ID of a contact"
  })

/**
 * @since 0.1.0
 * @category models
 */
export type ContactId = typeof ContactId.Type

/**
 * A contact ID from your own records. Throws a `ParseError` if the text is empty.
 *
 * @example
 * ```ts
 * import { ContactId } from "effect-activecampaign"
 *
 * const id = ContactId.make("9101")
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (text: string): ContactId => ContactId.make(text)

/**
 * A contact ID on the wire: documented as a decimal string, accepted as an integer, sent as a string. It must be a whole
 * number above 0. Numbers beyond 2^53 are not accepted, because JSON has lost their last digits.
 *
 * @since 0.1.0
 * @category schemas
 */
export const ContactIdOnWire = Schema.transform(decimalId, ContactId, {
  strict: true,
  decode: String,
  encode: (id): string => id
})

const withoutZeros = (id: string) => id.replace(/^0+(?=.)/, "")

/**
 * Orders IDs as whole numbers of any length. As text, "10" would come before "9"; as JavaScript numbers, different IDs of
 * more than fifteen digits could be equal.
 *
 * @example
 * ```ts
 * import { ContactId } from "effect-activecampaign"
 *
 * const ids = ["10", "9", "9007199254740993"].sort(ContactId.Order) // 9, 10, 9007199254740993
 * ```
 *
 * @since 0.1.0
 * @category ordering
 */
export const Order: order.Order<string> = order.make((left, right) => {
  const [one, other] = [withoutZeros(left), withoutZeros(right)]
  if (one.length !== other.length) return one.length < other.length ? -1 : 1
  if (one === other) return 0
  return one < other ? -1 : 1
})
