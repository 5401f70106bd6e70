/**
 * The form of an e-mail address under which two spellings count as the same contact.
 *
 * @since 0.1.0
 */
import * as Brand from "effect/Brand"
import * as Schema from "effect/Schema"

/**
 * An address trimmed, in Unicode NFC and lower case. Plus signs and dots are kept.
 *
 * @since 0.1.0
 * @category models
 */
export const EmailKey = Schema.String.pipe(Schema.brand("EmailKey")).annotations({ identifier: "EmailKey" })

/**
 * @since 0.1.0
 * @category models
 */
export type EmailKey = typeof EmailKey.Type

/**
 * The key of an address.
 *
 * ActiveCampaign compares addresses without regard to case; how it treats spaces and Unicode forms is not
 * known, so a match that needed this key is a match of ours, and the raw address stays beside it.
 *
 * @example
 * ```ts
 * import { EmailKey } from "effect-activecampaign"
 *
 * EmailKey.fromAddress(" Ada+News@Example.test") // "ada+news@example.test"
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromAddress = (address: string): EmailKey => {
  if (isKeyItself.test(address)) return branded(address)
  // Lower case can leave marks out of order ("İ" becomes two characters), hence NFC once more.
  return branded(address.trim().normalize("NFC").toLowerCase().normalize("NFC"))
}

// ASCII without blanks, controls and capitals, as most addresses are: a million of them are felt.
const isKeyItself = /^[!-@[-~]*$/

const branded = Brand.nominal<EmailKey>()
