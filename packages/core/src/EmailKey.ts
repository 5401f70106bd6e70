/**
 * The form of an e-mail address by which two spellings count as the same contact.
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
 * ActiveCampaign ignores letter case when it compares addresses. How it treats spaces and Unicode forms is not known, so
 * keep the raw address beside the key.
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

// ASCII without blanks, controls and capitals, as most addresses are. With a million of them, the short way is noticeable.
const isKeyItself = /^[!-@[-~]*$/

const branded = Brand.nominal<EmailKey>()
