/**
 * What becomes known of a contact ID: the contact it belongs to, or that the account has none.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { Contact } from "./Contact.js"
import { Detailed } from "./ContactDetails.js"
import { ContactId } from "./ContactId.js"
import * as EmailKey from "./EmailKey.js"

/**
 * The ID belongs to this contact and its address.
 *
 * @since 0.1.0
 * @category models
 */
export class Link extends Schema.TaggedClass<Link>("effect-activecampaign/Link")("Link", {
  id: ContactId,
  contact: Contact
}) {
  /** The key of the contact's address. */
  get emailKey(): EmailKey.EmailKey {
    return EmailKey.fromAddress(this.contact.email)
  }
}

/**
 * The account has no contact with this ID: it was deleted, or never existed.
 *
 * @since 0.1.0
 * @category models
 */
export class Gone extends Schema.TaggedClass<Gone>("effect-activecampaign/Gone")("Gone", { id: ContactId }) {}

/**
 * The result of resolving an ID.
 *
 * @since 0.1.0
 * @category models
 */
export const Resolved = Schema.Union(Link, Gone)

/**
 * @since 0.1.0
 * @category models
 */
export type Resolved = Link | Gone

/**
 * The result of resolving an ID with what the contact holds.
 *
 * @since 0.1.0
 * @category models
 */
export const ResolvedInDetail = Schema.Union(Detailed, Gone)

/**
 * @since 0.1.0
 * @category models
 */
export type ResolvedInDetail = Detailed | Gone
