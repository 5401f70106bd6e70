/**
 * What contacts hold, what imports send of it, and what goes wrong on the way.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import type { ClaimId } from "effect-activecampaign/Claim"
import { label } from "./internal/label.js"
import { FiniteNonNegative } from "./internal/numbers.js"

/** Schema.Record assigns each key to an object, where `__proto__` is lost without a word. */
const Key = Schema.String.pipe(
  Schema.filter((key) => key !== "__proto__", { description: "an ID", jsonSchema: {} })
)
const record = <A, I>(value: Schema.Schema<A, I>) => Schema.Record({ key: Key, value })
const text = (claims: ClaimId, meaning: string) =>
  Schema.optionalWith(Schema.String, { default: () => "" }).annotations(label(claims, meaning))

/**
 * What a contact holds besides its address.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Holdings = Schema.Struct({
  firstName: text("contact-texts", "Its first name"),
  lastName: text("contact-texts", "Its last name"),
  phone: text("contact-texts", "Its phone number"),
  organization: text("contact-organization", "The name of its account"),
  fields: Schema.optionalWith(record(Schema.String), { default: () => ({}) }).annotations(
    label("include", "Values of custom fields by the ID of the field")
  ),
  tags: Schema.optionalWith(Schema.Array(Schema.String), { default: () => [] }).annotations(
    label("include", "Names of its tags")
  ),
  lists: Schema.optionalWith(record(Schema.NonNegativeInt), { default: () => ({}) }).annotations(
    label("list-status", "Its status on lists by the ID of the list")
  )
})

/**
 * @since 0.1.0
 * @category models
 */
export type Holdings = typeof Holdings.Type

/**
 * Holds nothing.
 *
 * @since 0.1.0
 * @category constructors
 */
export const nothing: Holdings = Schema.decodeSync(Holdings)({})

const sent = <A, I>(schema: Schema.Schema<A, I>, claims: ClaimId | ReadonlyArray<ClaimId>, meaning: string) =>
  Schema.optionalWith(schema, { exact: true }).annotations(label(claims, meaning))
const id = Schema.Union(Schema.NonNegativeInt, Schema.NonEmptyString)
const lists = Schema.Array(
  Schema.Struct({ listid: Schema.propertySignature(id).annotations(label("list-ids", "The list")) })
)

/**
 * What a row of an import sends besides the address, as in the body of the request.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Sent = Schema.Struct({
  first_name: sent(Schema.String, ["submission", "empty-overwrites"], "The first name"),
  last_name: sent(Schema.String, ["submission", "empty-overwrites"], "The last name"),
  phone: sent(Schema.String, ["submission", "empty-overwrites"], "The phone number"),
  customer_acct_name: sent(Schema.String, "submission", "The name of its account"),
  tags: sent(Schema.Array(Schema.String), "tags-added", "Tags to add, without regard to letter case"),
  fields: sent(
    Schema.Array(
      Schema.Struct({
        id: Schema.propertySignature(id).annotations(label("list-ids", "The field")),
        value: Schema.propertySignature(Schema.String).annotations(label("submission", "Its value"))
      })
    ),
    ["submission", "fields-dropped"],
    "Values of custom fields; dropped without a word if `account.fields` has some, and not this one"
  ),
  subscribe: sent(
    lists,
    ["submission", "stays-unsubscribed"],
    "Lists to subscribe to, unless unsubscribed or bounced there"
  ),
  unsubscribe: sent(lists, "submission", "Lists to unsubscribe from")
})

/**
 * @since 0.1.0
 * @category models
 */
export type Sent = typeof Sent.Type

const tag = <Tag extends string>(name: Tag, claims: ClaimId, meaning: string) => ({
  _tag: Schema.propertySignature(Schema.Literal(name)).annotations(label(claims, meaning))
})
const field = Schema.propertySignature(Schema.String).annotations(label([], "The ID of the field"))

/**
 * What goes wrong with one part of what a row sends, although the row is imported.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Mishap = Schema.Union(
  Schema.Struct({ ...tag("FieldDropped", "fields-dropped", "The value of a field is not written"), field }),
  Schema.Struct({ ...tag("DateLost", "dates-1899", "The value of a field becomes a date in 1899"), field }),
  Schema.Struct({
    ...tag("TagMisspelt", "mishaps", "A tag is written as another one"),
    tag: Schema.propertySignature(Schema.String).annotations(label([], "The tag that was sent")),
    as: Schema.propertySignature(Schema.String).annotations(label([], "The tag that is written"))
  }),
  Schema.Struct({
    ...tag("MadeActive", "mishaps", "The contact is active on a list afterwards, whatever it was before"),
    list: Schema.propertySignature(Schema.String).annotations(label([], "The ID of the list"))
  }),
  Schema.Struct({
    ...tag("EditedLater", "changed-since", "An automation or a person sets a field after the import"),
    field,
    value: Schema.propertySignature(Schema.String).annotations(label([], "The new value")),
    after: Schema.propertySignature(FiniteNonNegative).annotations(
      label([], "Milliseconds after the contact was imported. Its `udate` moves, too")
    )
  })
)

/**
 * @since 0.1.0
 * @category models
 */
export type Mishap = typeof Mishap.Type
