/**
 * A contact of the account, with what matters for an import: its ID, its address, and when it last changed.
 *
 * @since 0.1.0
 */
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { ContactIdOnWire } from "./ContactId.js"
import * as EmailKey from "./EmailKey.js"
import { claimed } from "./internal/claimed.js"
import { itemList, pageMeta } from "./internal/itemList.js"
import { anyOf, countOf, loose } from "./internal/loose.js"
import { wellFormed } from "./internal/text.js"

const dateShape = /^((?:[+-]\d{6}|\d{4})-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d:?\d\d)?$/

/**
 * A date as the service writes it: ISO 8601 with an offset, or `YYYY-MM-DD hh:mm:ss`. Zero dates and everything
 * else are `None`.
 *
 * The time zone of a date without an offset is not documented. It is read as UTC and may be hours off.
 *
 * @since 0.1.0
 * @category parsing
 */
export const parseDate = (value: unknown): Option.Option<DateTime.Utc> => {
  const match = typeof value === "string" ? dateShape.exec(value.trim()) : null
  const [, day, time, offset = "Z"] = match ?? []
  if (day === undefined || time === undefined) return Option.none()
  // Date.parse takes February 31 for March 3.
  const midnight = new Date(`${day}T00:00:00Z`)
  if (Number.isNaN(midnight.getTime()) || !midnight.toISOString().startsWith(day)) return Option.none()
  return DateTime.make(`${day}T${time}${offset}`)
}

const date = loose(
  Schema.DateTimeUtcFromSelf,
  ["string", "null"],
  ["contact-dates", "contact-dates-otherwise"],
  parseDate,
  DateTime.formatIso
)

const flagTypes = ["string", "integer", "boolean", "null"] as const
const flagClaims = ["contact-flags", "contact-flags-otherwise"] as const

/** Written as "0" and "1", also as numbers. Any other count is also read as a flag. */
const flagOf = (value: unknown): Option.Option<boolean> =>
  typeof value === "boolean" ? Option.some(value) : Option.map(countOf(value), (count) => count > 0)

const flagOnWire = (flag: boolean) => (flag ? "1" : "0")

const deleted = Schema.optionalToRequired(anyOf(flagTypes, flagClaims), Schema.Boolean, {
  decode: Option.exists((flag) => Option.contains(flagOf(flag), true)),
  encode: (flag) => Option.some(flagOnWire(flag))
})

/** A contact whose address is neither text nor null cannot be read: it may be anybody's. */
const emailOnWire = Schema.NullOr(Schema.String).annotations({
  jsonSchema: { anyOf: [{ type: "string" }, { type: "null" }], ...claimed("address-null") }
})
const email = Schema.optionalToRequired(emailOnWire, Schema.String, {
  decode: Option.match({ onNone: () => "", onSome: (address) => wellFormed(address ?? "") }),
  encode: Option.some
})

const bouncedHard = loose(
  Schema.Boolean,
  flagTypes,
  ["bounced-hard", "contact-flags-otherwise"],
  flagOf,
  flagOnWire
)

/**
 * A contact. The reply has about forty keys. These six are decoded; the others change type between calls.
 *
 * @since 0.1.0
 * @category models
 */
export class Contact extends Schema.Class<Contact>("effect-activecampaign/Contact")({
  id: ContactIdOnWire,
  /** The address as in the account; `""` if the contact has none. */
  email,
  /** When it was created. `None`: not known. */
  cdate: date,
  /** When anybody last changed it. `None`: not known. */
  udate: date,
  deleted,
  /** Whether mail to its address bounced permanently. `None`: not known. */
  bouncedHard: Schema.fromKey(bouncedHard, "bounced_hard")
}) {
  /** The key that its address is compared by. */
  get emailKey(): EmailKey.EmailKey {
    return EmailKey.fromAddress(this.email)
  }
}

/**
 * The reply of `GET /contacts`: one page of the account's contacts.
 *
 * It has what could be read. If some items could not be, a contact that is not among `contacts` may still be in the
 * account.
 *
 * @since 0.1.0
 * @category models
 */
export class ContactsPage extends Schema.Class<ContactsPage>("effect-activecampaign/ContactsPage")({
  list: Schema.propertySignature(itemList(Contact)).pipe(Schema.fromKey("contacts")),
  meta: pageMeta
}) {
  get contacts(): ReadonlyArray<Contact> {
    return this.list.items
  }
  /**
   * How many items could not be read as contacts: not an object, without an ID, with an ID that another contact also has,
   * or with an address that is not text. A list that came as an object counts as one more.
   */
  get unreadable(): number {
    return this.list.unreadable
  }
  /** How many contacts match in total, if the reply says so. */
  get total(): Option.Option<number> {
    return Option.flatMap(this.meta, (meta) => meta.total)
  }
}

/**
 * The reply of `GET /contacts/{id}`. Sideloaded records are not decoded.
 *
 * @since 0.1.0
 * @category models
 */
export class ContactReply extends Schema.Class<ContactReply>("effect-activecampaign/ContactReply")({
  contact: Contact
}) {}

/**
 * The reply about a contact that does not exist.
 *
 * @since 0.1.0
 * @category schemas
 */
export class NotFoundReply extends Schema.Class<NotFoundReply>("effect-activecampaign/NotFoundReply")(
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 404, description: "There is no such contact" })
) {}

/**
 * The reply of `GET /contacts/{id}/contactTags`. Its rows are read one by one.
 *
 * @since 0.1.0
 * @category schemas
 */
export class ContactTagsReply extends Schema.Class<ContactTagsReply>(
  "effect-activecampaign/ContactTagsReply"
)({
  contactTags: anyOf(["array", "object"], ["contact-tags", "odd-lists"])
}) {}
