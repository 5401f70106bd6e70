/**
 * What an account has names for: custom fields with their options, tags, lists, and the addresses it excludes.
 *
 * @since 0.1.0
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { ClaimId } from "./Claim.js"
import * as EmailKey from "./EmailKey.js"
import { decimalId } from "./internal/decimalId.js"
import { itemList, pageMeta } from "./internal/itemList.js"
import { maybe } from "./internal/json.js"
import { loose, Text } from "./internal/loose.js"
import { idOf, textOf } from "./internal/sideloads.js"

const idText = Schema.NonEmptyString.annotations({
  arbitrary: () => (fc) => fc.stringMatching(/^[1-9]\d{0,8}$/)
})

const id = Schema.transform(decimalId, idText, {
  strict: true,
  decode: String,
  encode: (text): string => text
})

const text = (...claims: readonly [ClaimId, ...Array<ClaimId>]) =>
  loose(
    Schema.String,
    ["string", "null"],
    claims,
    (value) => Option.fromNullable(textOf(value)),
    (text) => text
  )

const ids = (...claims: readonly [ClaimId, ...Array<ClaimId>]) =>
  loose(
    Schema.Array(idText),
    ["array", "null"],
    claims,
    (value) => {
      const read: ReadonlyArray<string | undefined> = Array.isArray(value) ? value.map(idOf) : [undefined]
      const known = read.filter((one) => one !== undefined)
      return known.length === read.length ? Option.some(known) : Option.none()
    },
    (list) => list
  )

/**
 * One choice of a custom field. Answers show either of its two texts as a value.
 *
 * @since 0.1.0
 * @category models
 */
export const FieldOption = Schema.Struct({ label: Schema.String, value: Schema.String })

/**
 * @since 0.1.0
 * @category models
 */
export interface FieldOption extends Schema.Schema.Type<typeof FieldOption> {}

/**
 * A custom field of contacts.
 *
 * @since 0.1.0
 * @category models
 */
export const Field = Schema.Struct({
  id: Schema.NonEmptyString,
  title: Schema.String,
  /** Such as `text`, `date`, `dropdown` or `checkbox`. `None`: not known. */
  type: maybe(Schema.String),
  /** Its name in personalization tags. `None`: not known. */
  perstag: maybe(Schema.String),
  /** `None`: the answer does not show them all. */
  options: maybe(Schema.Array(FieldOption))
}).annotations({ identifier: "Field" })

/**
 * @since 0.1.0
 * @category models
 */
export interface Field extends Schema.Schema.Type<typeof Field> {}

class FieldRow extends Schema.Class<FieldRow>("effect-activecampaign/FieldRow")({
  id,
  title: Text,
  type: text("fields"),
  perstag: text("fields"),
  options: ids("field-options")
}) {}

const optionRow = Schema.Struct({ field: idText, ...FieldOption.fields })

const readOption = (row: unknown): typeof optionRow.Type | undefined => {
  if (typeof row !== "object" || row === null) return undefined
  const field = "field" in row ? idOf(row.field) : undefined
  const value = "value" in row ? textOf(row.value) : undefined
  const label = "label" in row ? textOf(row.label) : undefined
  return field === undefined || value === undefined ? undefined : { field, value, label: label ?? value }
}

/**
 * The reply of `GET /fields`: one page of the custom fields, with their options beside them.
 *
 * @since 0.1.0
 * @category schemas
 */
export class FieldsPage extends Schema.Class<FieldsPage>("effect-activecampaign/FieldsPage")({
  list: Schema.propertySignature(itemList(FieldRow)).pipe(Schema.fromKey("fields")),
  fieldOptions: loose(
    Schema.Array(optionRow),
    ["array", "null"],
    ["field-options"],
    (value) => {
      const rows: ReadonlyArray<typeof optionRow.Type | undefined> = Array.isArray(value)
        ? value.map(readOption)
        : [undefined]
      const read = rows.filter((row) => row !== undefined)
      return read.length === rows.length ? Option.some(read) : Option.none()
    },
    (rows) => rows
  ),
  meta: pageMeta
}) {
  get items(): ReadonlyArray<Field> {
    return this.list.items.map(({ id, options: named, perstag, title, type }) => ({
      id,
      title,
      type,
      perstag,
      options: Option.flatMap(this.fieldOptions, (rows) => {
        const own = rows.filter(({ field }) => field === id)
        return Option.exists(named, ({ length }) => length > own.length)
          ? Option.none()
          : Option.some(own.map(({ label, value }) => ({ label, value })))
      })
    }))
  }
}

/**
 * A tag of the account.
 *
 * @since 0.1.0
 * @category models
 */
export class Tag extends Schema.Class<Tag>("effect-activecampaign/Tag")({
  id,
  name: Schema.propertySignature(Text).pipe(Schema.fromKey("tag"))
}) {}

/**
 * The reply of `GET /tags`: one page of the tags.
 *
 * @since 0.1.0
 * @category schemas
 */
export class TagsPage extends Schema.Class<TagsPage>("effect-activecampaign/TagsPage")({
  list: Schema.propertySignature(itemList(Tag)).pipe(Schema.fromKey("tags")),
  meta: pageMeta
}) {
  get items(): ReadonlyArray<Tag> {
    return this.list.items
  }
}

/**
 * A list that contacts are subscribed to.
 *
 * @since 0.1.0
 * @category models
 */
export class List extends Schema.Class<List>("effect-activecampaign/List")({ id, name: Text }) {}

/**
 * The reply of `GET /lists`: one page of the lists.
 *
 * @since 0.1.0
 * @category schemas
 */
export class ListsPage extends Schema.Class<ListsPage>("effect-activecampaign/ListsPage")({
  list: Schema.propertySignature(itemList(List)).pipe(Schema.fromKey("lists")),
  meta: pageMeta
}) {
  get items(): ReadonlyArray<List> {
    return this.list.items
  }
}

/**
 * Addresses that the account excludes.
 *
 * @since 0.1.0
 * @category models
 */
export class Exclusion extends Schema.Class<Exclusion>("effect-activecampaign/Exclusion")({
  id,
  matchPhrase: Text,
  /** Such as `exact` or `end`. */
  matchType: Text,
  /** Such as `all`, `allEmail`, `allSms` or `several`. `None`: not known. */
  channel: text("exclusions"),
  /** The IDs of the lists that it is about, if the channel is `several`. `None`: not known. */
  lists: ids("exclusions")
}) {}

/**
 * Whether an exclusion matches an address, compared by `EmailKey`. `None` for a kind of match that is not known.
 *
 * @example
 * ```ts
 * import * as Option from "effect/Option"
 * import { CatalogEntry } from "effect-activecampaign"
 *
 * const exclusion = new CatalogEntry.Exclusion({
 *   id: "1",
 *   matchPhrase: "@example.test",
 *   matchType: "end",
 *   channel: Option.none(),
 *   lists: Option.none()
 * })
 * CatalogEntry.excludes(exclusion, "Ada@Example.test") // Some(true)
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const excludes = ({ matchPhrase, matchType }: Exclusion, address: string): Option.Option<boolean> => {
  const [key, phrase] = [EmailKey.fromAddress(address), EmailKey.fromAddress(matchPhrase)]
  if (phrase === "") return Option.none()
  switch (matchType.trim().toLowerCase()) {
    case "exact":
      return Option.some(key === phrase)
    case "end":
    case "suffix":
      return Option.some(key.endsWith(phrase))
    case "begin":
    case "start":
    case "prefix":
      return Option.some(key.startsWith(phrase))
    default:
      return Option.none()
  }
}

/**
 * The reply of `GET /lists/exclusions`: one page of the exclusion list.
 *
 * @since 0.1.0
 * @category schemas
 */
export class ExclusionsPage extends Schema.Class<ExclusionsPage>("effect-activecampaign/ExclusionsPage")({
  list: Schema.propertySignature(itemList(Exclusion)).pipe(Schema.fromKey("exclusions")),
  meta: pageMeta
}) {
  get items(): ReadonlyArray<Exclusion> {
    return this.list.items
  }
}
