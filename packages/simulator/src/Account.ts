/**
 * The contacts of the simulated account, and how its answers describe them.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { DecimalId } from "./Batch.js"
import { Holdings } from "./Holdings.js"
import { label } from "./internal/label.js"
import { FiniteNonNegative } from "./internal/numbers.js"

/**
 * When contacts that exist from the start were created: thirty days before the simulator starts.
 *
 * @since 0.1.0
 * @category constants
 */
export const longAgo = -30 * 24 * 60 * 60 * 1000

/**
 * A contact that is in the account before any import.
 *
 * @since 0.1.0
 * @category schemas
 */
export const ExistingContact = Schema.Struct({
  email: Schema.propertySignature(Schema.String).annotations(label("list-contacts", "Its address")),
  contactId: Schema.optionalWith(DecimalId, { exact: true }).annotations(
    label("ids-as-strings", "Its ID; without it the next free one")
  ),
  createdAt: Schema.optionalWith(Schema.Int, { default: () => longAgo }).annotations(
    label("contact-dates", "Its `cdate`, in milliseconds after the start; negative is before it")
  ),
  updatedAt: Schema.optionalWith(Schema.Int, { exact: true }).annotations(
    label("contact-dates", "Its `udate`, likewise; default when it was created")
  ),
  bounced: Schema.optionalWith(Schema.Boolean, { default: () => false }).annotations(
    label("bounced-hard", 'Mail to it bounced permanently: `bounced_hard` is "1"')
  ),
  deleted: Schema.optionalWith(Schema.Boolean, { default: () => false }).annotations(
    label(
      ["deleted-still-answered", "contact-flags"],
      'Deleted, but still answered, with `deleted` "1", until it is imported again'
    )
  ),
  holds: Schema.optionalWith(Holdings, { exact: true }).annotations(
    label("include", "What it holds besides its address; default nothing")
  )
})

/**
 * @since 0.1.0
 * @category models
 */
export type ExistingContact = typeof ExistingContact.Type

const FieldOption = Schema.Struct({
  label: Schema.propertySignature(Schema.String).annotations(label("field-options", "As people see it")),
  value: Schema.propertySignature(Schema.String).annotations(label("field-options", "As it is stored"))
})

const Field = Schema.Struct({
  id: Schema.propertySignature(DecimalId).annotations(label("fields", "Its ID")),
  title: Schema.propertySignature(Schema.String).annotations(label("fields", "Its title")),
  type: Schema.optionalWith(Schema.String, { default: () => "text" }).annotations(
    label("fields", "Such as `text`, `date` or `dropdown`")
  ),
  options: Schema.optionalWith(Schema.Array(FieldOption), { default: () => [] }).annotations(
    label("field-options", "Its options")
  )
})

const List = Schema.Struct({
  id: Schema.propertySignature(DecimalId).annotations(label("lists", "Its ID")),
  name: Schema.propertySignature(Schema.String).annotations(label("lists", "Its name"))
})

const Exclusion = Schema.Struct({
  matchPhrase: Schema.propertySignature(Schema.String).annotations(label("exclusions", "What is excluded")),
  matchType: Schema.optionalWith(Schema.String, { default: () => "exact" }).annotations(
    label("exclusions", "`exact`, `begin` or `end`")
  )
})

const Include = Schema.Struct({
  effect: Schema.optionalWith(Schema.Literal("served", "ignored", "refused", "drops-ids"), {
    default: () => "served" as const
  }).annotations(
    label(
      ["include", "include-ignored", "include-with-ids"],
      "`served`; `ignored`; `refused` with 400; `drops-ids`: with it, `ids[]` has no effect"
    )
  ),
  as: Schema.optionalWith(
    Schema.Literal("lists", "numbers", "objects", "null", "half-broken", "strangers", "cut", "empty"),
    { default: () => "lists" as const }
  ).annotations(
    label(
      ["odd-sideloads", "sideload-of-others", "sideload-ids"],
      "The lists beside the contacts: as they should be; with numbers for IDs and status; as objects; as null; with rows that name no contact or have no value; of other contacts; without their second half; without any row, and contacts that do not name theirs"
    )
  ),
  takes: Schema.optionalWith(FiniteNonNegative, { default: () => 0 }).annotations(
    label("include-slow", "Milliseconds that an answer to a call with `include` takes longer")
  )
})

/**
 * The contacts that `GET /contacts` knows, and how it answers.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Account = Schema.Struct({
  existing: Schema.optionalWith(Schema.Array(ExistingContact), { default: () => [] }).annotations(
    label(
      "list-contacts",
      "Contacts that exist before any import; those of the batches are added as they progress"
    )
  ),
  fields: Schema.optionalWith(Schema.Array(Field), { default: () => [] }).annotations(
    label("fields", "The custom fields")
  ),
  lists: Schema.optionalWith(Schema.Array(List), { default: () => [] }).annotations(
    label("lists", "The lists")
  ),
  tags: Schema.optionalWith(Schema.Array(Schema.String), { default: () => [] }).annotations(
    label("tags", "Tags that exist from the start; imports add others")
  ),
  exclusions: Schema.optionalWith(Schema.Array(Exclusion), { default: () => [] }).annotations(
    label("exclusions", "The exclusion list. It does not decide what becomes of a contact")
  ),
  ignoredFilters: Schema.optionalWith(
    Schema.Array(Schema.Literal("ids[]", "email", "id_greater", "orders[id]", "offset")),
    {
      default: () => []
    }
  ).annotations(
    label(
      ["filters-ignored", "order-ignored", "catalog-pages"],
      "Filters without effect: the reply is the first contacts of the account, with 200; without `orders[id]`, by address. Without `offset`, every page of fields, tags, lists and exclusions is the first"
    )
  ),
  include: Schema.optionalWith(Include, { default: () => Include.make({}) }).annotations(
    label("include", "What `include` does")
  ),
  pageSize: Schema.optionalWith(Schema.Literal("asked", "always-20"), {
    default: () => "asked" as const
  }).annotations(
    label(
      ["list-contacts", "short-pages"],
      "`asked`: 20 without `limit`, at most 100 with it; `always-20` ignores it"
    )
  ),
  totalAs: Schema.optionalWith(Schema.Literal("string", "number", "missing"), {
    default: () => "string" as const
  }).annotations(
    label(["total-types", "total-missing"], "`meta.total` as a string or as a number, or no `meta` at all")
  ),
  emailCase: Schema.optionalWith(Schema.Literal("kept", "lower", "upper"), {
    default: () => "kept" as const
  }).annotations(
    label(["address-case", "address-case-changed"], "Addresses as given, or in another letter case")
  ),
  datesAs: Schema.optionalWith(Schema.Literal("iso", "plain", "zero"), {
    default: () => "iso" as const
  }).annotations(
    label(
      ["contact-dates", "contact-dates-otherwise"],
      "Dates in ISO with an offset, as `YYYY-MM-DD hh:mm:ss` (in UTC), or as zeros"
    )
  )
})

/**
 * @since 0.1.0
 * @category models
 */
export type Account = typeof Account.Type
