/**
 * What a contact holds: its custom fields, tags and lists, as far as an answer shows them.
 *
 * ActiveCampaign sideloads them in lists beside the contacts. Nothing documents that, so each part says whether it is
 * complete: what an incomplete part does not show may still be in the account.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Contact } from "./Contact.js"
import { ContactId } from "./ContactId.js"
import * as EmailKey from "./EmailKey.js"
import { maybe } from "./internal/json.js"

/**
 * The value of a custom field. Several values of one field are written `||a||b||`.
 *
 * @since 0.1.0
 * @category models
 */
export const FieldValue = Schema.Struct({
  /** The ID of the field. `Catalog.fields` has its title. */
  field: Schema.NonEmptyString,
  /** As in the account. `""` if the account has the field without a value. */
  value: Schema.String
})

/**
 * @since 0.1.0
 * @category models
 */
export interface FieldValue extends Schema.Schema.Type<typeof FieldValue> {}

/**
 * A tag of a contact.
 *
 * @since 0.1.0
 * @category models
 */
export const AppliedTag = Schema.Struct({
  /** The ID of the tag. */
  tag: Schema.NonEmptyString,
  /** `None`: the answer does not say. `Catalog.tags` does. */
  name: maybe(Schema.String)
})

/**
 * @since 0.1.0
 * @category models
 */
export interface AppliedTag extends Schema.Schema.Type<typeof AppliedTag> {}

/**
 * The documented words for the status of a contact on a list. Others may come.
 *
 * @since 0.1.0
 * @category constants
 */
export const listStatus = { unconfirmed: 0, active: 1, unsubscribed: 2, bounced: 3 } as const

/**
 * A list that a contact is or was on.
 *
 * @since 0.1.0
 * @category models
 */
export const Membership = Schema.Struct({
  /** The ID of the list. */
  list: Schema.NonEmptyString,
  /** See `listStatus`. */
  status: Schema.NonNegativeInt
})

/**
 * @since 0.1.0
 * @category models
 */
export interface Membership extends Schema.Schema.Type<typeof Membership> {}

/**
 * Why a part may not show everything:
 *
 * - `unreadable`: a row of this contact, a row that may be of any contact, or the list as a whole cannot be read.
 * - `conflicting`: two rows say different things. Neither is used.
 * - `strangers`: the list has rows of contacts that the page does not show, so it belongs to another page.
 * - `withheld`: the contact, or the length of the list, points to more rows.
 * - `empty`: the list has no row for any contact of the page, and the contact does not name its own: it may have been left
 *   out. The answer about one contact by itself shows that there are none.
 *
 * @since 0.1.0
 * @category models
 */
export const Gap = Schema.Literal("unreadable", "conflicting", "strangers", "withheld", "empty")

/**
 * @since 0.1.0
 * @category models
 */
export type Gap = typeof Gap.Type

/**
 * One part of what a contact holds.
 *
 * - `Complete`: the contact holds exactly these, possibly none.
 * - `Incomplete`: the contact holds these, and perhaps more.
 * - `NotSideloaded`: the answer says nothing about it.
 *
 * @since 0.1.0
 * @category models
 */
export type Part<Row> =
  | { readonly _tag: "Complete"; readonly rows: ReadonlyArray<Row> }
  | { readonly _tag: "Incomplete"; readonly rows: ReadonlyArray<Row>; readonly why: Gap }
  | { readonly _tag: "NotSideloaded" }

const part = <A, I>(row: Schema.Schema<A, I>) =>
  Schema.Union(
    Schema.TaggedStruct("Complete", { rows: Schema.Array(row) }),
    Schema.TaggedStruct("Incomplete", { rows: Schema.Array(row), why: Gap }),
    Schema.TaggedStruct("NotSideloaded", {})
  )

/**
 * What a contact holds. `None` for a text means that the answer does not have it; `""` that the contact has none.
 *
 * @since 0.1.0
 * @category models
 */
export const ContactDetails = Schema.Struct({
  firstName: maybe(Schema.String),
  lastName: maybe(Schema.String),
  phone: maybe(Schema.String),
  /** The name of its account, sent as `customer_acct_name`. */
  organization: maybe(Schema.String),
  fieldValues: part(FieldValue),
  tags: part(AppliedTag),
  lists: part(Membership)
}).annotations({ identifier: "ContactDetails" })

/**
 * @since 0.1.0
 * @category models
 */
export interface ContactDetails extends Schema.Schema.Type<typeof ContactDetails> {}

/**
 * A contact with what it holds.
 *
 * @since 0.1.0
 * @category models
 */
export class Detailed extends Schema.TaggedClass<Detailed>("effect-activecampaign/Detailed")("Detailed", {
  id: ContactId,
  contact: Contact,
  details: ContactDetails
}) {
  /** The key of the contact's address. */
  get emailKey(): EmailKey.EmailKey {
    return EmailKey.fromAddress(this.contact.email)
  }
}

/**
 * What an account does with `include`, as far as the answers so far have shown:
 *
 * - `untried`: no answer has shown a contact yet.
 * - `served`: the last one had at least one of the lists.
 * - `ignored`: the last one had none of them. Asking on costs nothing.
 * - `without-lists`: calls failed with `include`, and worked without the lists of contacts, which a large account answers
 *   slowest. They are left out from then on.
 * - `refused`: calls failed with `include`, also without the lists, and worked without it. It is left out from then on.
 *
 * A call that was refused or took too long shows it at once. Of others, two in a row do: one may be chance.
 *
 * @since 0.1.0
 * @category models
 */
export type Sideloading = "untried" | "served" | "without-lists" | "ignored" | "refused"

/**
 * Asked before a call that failed with `include` is made once more with less of it, or without it, which is one call more.
 * Gets how many calls that may take in all. Where it answers `false`, that call is not made. By default it always may be.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Stream from "effect/Stream"
 * import { ContactDetails, ContactId, Contacts } from "effect-activecampaign"
 *
 * let callsLeft = 100
 * const details = Contacts.details(Stream.make(ContactId.make("9101"))).pipe(
 *   Stream.runCollect,
 *   Effect.provideService(ContactDetails.AskAgain, (calls) =>
 *     Effect.sync(() => {
 *       if (callsLeft < calls) return false
 *       callsLeft -= 1
 *       return true
 *     })
 *   )
 * )
 * ```
 *
 * @since 0.1.0
 * @category references
 */
export class AskAgain extends Context.Reference<AskAgain>()("effect-activecampaign/ContactDetails/AskAgain", {
  defaultValue:
    () =>
    (_calls: number): Effect.Effect<boolean> =>
      Effect.succeed(true)
}) {}
