import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { repeatedKeys } from "../contacts/JsonText.js"
import { fieldKey, nameForm } from "./names.js"
import { nearest } from "../text/nearest.js"

const Text = Schema.NonEmptyString
/** Schema.Record assigns each key to an object, where `__proto__` is lost without a word. */
const FieldName = Text.pipe(
  Schema.filter((name) => name !== "__proto__", { description: "the name of a field", jsonSchema: {} })
)

/** What to say in place of what is wrong inside: a sentence that follows the place. */
const takes = (what: string) => ({ message: () => ({ message: `takes ${what}.`, override: true }) })

/** The same for a value of another kind; what is wrong inside is told there. */
const is = (what: string) => ({ message: () => `takes ${what}.` })

const ListId = Schema.Union(
  Schema.NonNegativeInt,
  Schema.String.pipe(Schema.pattern(/^\d+$/, { description: "the ID of a list" }))
).annotations(takes("the ID of a list, which is a number"))

const ListIds = Schema.Array(ListId).annotations(is("a list of the IDs of lists, as in [3]"))

/** The value of a column of each row. */
const Column = Schema.Struct({
  column: Text.annotations({ description: "The column of the source that has the value" })
})

const everyone = { description: "A value that every contact was sent with" }

/** The same value in every row. */
const Value = Schema.Struct({
  value: Schema.Union(Schema.String, Schema.JsonNumber).annotations(everyone)
})

const From = Schema.Union(Column, Value).annotations(takes('{"column": NAME} or {"value": TEXT}'))

const Tag = Schema.Union(
  Schema.Struct({
    ...Column.fields,
    separator: Schema.optionalWith(Text, { exact: true }).annotations({
      description: "What separates the tags of one cell. Without it, a cell has one tag"
    })
  }),
  Schema.Struct({
    value: Schema.Union(
      Schema.String.pipe(Schema.pattern(/\S/, { description: "a tag" })),
      Schema.JsonNumber
    ).annotations(everyone)
  })
).annotations(takes('{"column": NAME}, with a "separator" or without, or {"value": TAG}'))

const optional = <A, I>(schema: Schema.Schema<A, I>, description: string) =>
  Schema.optionalWith(schema, { exact: true }).annotations({ description })

/** Where each thing that was sent comes from, as declared in a mapping file. */
export const Mapping = Schema.Struct({
  $schema: optional(Schema.String.annotations(is("a text")), "The address of this schema, for editors"),
  empty: optional(
    Schema.Literal("left-out", "sent").annotations(takes('"left-out" or "sent"')),
    "What became of empty cells: left-out (the default) if they were not sent, sent if they were sent as empty text, which overwrites"
  ),
  first_name: optional(From, "The first name"),
  last_name: optional(From, "The last name"),
  phone: optional(From, "The phone number"),
  customer_acct_name: optional(From, "The name of the contact's account"),
  fields: optional(
    Schema.Record({ key: FieldName, value: From }).annotations(
      is('an object with a member for each field, as in {"12": {"column": NAME}}')
    ),
    "Custom fields by their ID, or by their personalization tag or title in the account"
  ),
  tags: optional(Schema.Array(Tag).annotations(is('a list, as in [{"value": TAG}]')), "Tags that were added"),
  subscribe: optional(ListIds, "IDs of the lists that every contact was subscribed to"),
  unsubscribe: optional(ListIds, "IDs of the lists that every contact was unsubscribed from")
}).annotations({
  identifier: "Sends",
  title: "What was sent with each contact",
  description: "For `ac-reconcile contacts load --sends FILE`",
  ...is("an object, in braces")
})

export type Mapping = typeof Mapping.Type

/** The rows are contacts as in the body of the request, so that they themselves say what was sent. */
export const Payload = Schema.Struct({ payload: Schema.Literal(true) })

/** What a source declares about what its contacts were sent with. */
export type Sends = typeof Payload.Type | Mapping

export const payload: Sends = { payload: true }

/** As stored with the source. */
export const Stored = Schema.parseJson(Schema.Union(Payload, Mapping))

const storedPayload = Schema.encodeSync(Stored)(payload)

/** Whether what is stored with a source says that its rows are payloads. */
export const isOfPayload = (stored: string | null): boolean => stored === storedPayload

const members = Object.keys(Mapping.fields).filter((name) => name !== "$schema")

/** As in `fields.12` and `tags[0]`. */
const placeOf = (path: ReadonlyArray<PropertyKey>): string =>
  path
    .map((key, at) => (typeof key === "number" ? `[${key}]` : `${at === 0 ? "" : "."}${String(key)}`))
    .join("")

/** What to write in place of a key that is not known. */
const meant = (path: ReadonlyArray<PropertyKey>): string => {
  if (path.length > 1) return "cannot be the name of a field."
  const key = String(path[0]).replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`)
  const near = nearest(key, members)
  return near === undefined
    ? `is not known. Known are ${members.join(", ")}.`
    : `is not known. Did you mean "${near}"?`
}

/** Fields that are named twice, however they are spelled: a contact has each once. */
const repeatedFields = ({ fields = {} }: Mapping): ReadonlyArray<string> => {
  const seen = new Map<string, string>()
  return Object.keys(fields).flatMap((name) => {
    const key = fieldKey(name)
    const before = seen.get(key)
    seen.set(key, name)
    return before === undefined ? [] : [`fields.${name}: is the same field as "${before}".`]
  })
}

const withoutName = "fields: has a field without a name."

const unnamedFields = ({ fields = {} }: Mapping): ReadonlyArray<string> =>
  Object.keys(fields).some((name) => name.trim() === "") ? [withoutName] : []

/** Lists that are there twice: a contact is on each, or is not. */
const repeatedLists = ({ subscribe = [], unsubscribe = [] }: Mapping): ReadonlyArray<string> => {
  const seen = new Map<string, string>()
  return Object.entries({ subscribe, unsubscribe }).flatMap(([kind, ids]) =>
    ids.flatMap((id, at) => {
      const place = `${kind}[${at}]`
      const list = nameForm(String(id))
      const before = seen.get(list)
      if (before === undefined) seen.set(list, place)
      return before === undefined ? [] : [`${place}: is the same list as ${before}.`]
    })
  )
}

type From = typeof From.Type

/** What a contact has once, by its place. */
const single = ({ customer_acct_name, fields = {}, first_name, last_name, phone }: Mapping) =>
  Object.entries({
    first_name,
    last_name,
    phone,
    customer_acct_name,
    ...Object.fromEntries(Object.entries(fields).map(([name, from]) => [`fields.${name}`, from]))
  }).flatMap(
    ([place, from]): ReadonlyArray<readonly [string, From]> => (from === undefined ? [] : [[place, from]])
  )

/** Values that say nothing, because empty ones were not sent. */
const emptyValues = (mapping: Mapping): ReadonlyArray<string> =>
  mapping.empty === "sent"
    ? []
    : single(mapping).flatMap(([place, from]) =>
        "value" in from && String(from.value).trim() === ""
          ? [`${place}: is empty, which counts as not sent. Leave it out, or add "empty": "sent".`]
          : []
      )

const declaresNothing = (mapping: Mapping): boolean => {
  const { subscribe = [], tags = [], unsubscribe = [] } = mapping
  return single(mapping).length + tags.length + subscribe.length + unsubscribe.length === 0
}

/** What cannot be meant in a mapping of the right shape. */
const mistakes = (mapping: Mapping): ReadonlyArray<string> => [
  ...unnamedFields(mapping),
  ...repeatedFields(mapping),
  ...repeatedLists(mapping),
  ...emptyValues(mapping),
  ...(declaresNothing(mapping)
    ? [`It does not say what was sent. Give one of ${members.filter((name) => name !== "empty").join(", ")}.`]
    : [])
]

const hasEmptySeparator = (json: unknown, [list, at]: ReadonlyArray<PropertyKey>): boolean => {
  const tags = list === "tags" && Predicate.isRecord(json) ? json.tags : undefined
  const tag: unknown = Array.isArray(tags) ? tags[Number(at)] : undefined
  return Predicate.isRecord(tag) && tag.separator === ""
}

const problemOf = (json: unknown, { _tag, message, path }: ParseResult.ArrayFormatterIssue): string => {
  if (path.length === 0) return `It ${message}`
  const place = placeOf(path)
  if (hasEmptySeparator(json, path)) {
    return `${place}.separator: is empty. Leave it out, or give the text between two tags.`
  }
  if (_tag !== "Unexpected") return `${place}: ${message}`
  return path.at(-1) === "" && path.length > 1 ? withoutName : `${place}: ${meant(path)}`
}

/** Reads a mapping file. Left: a sentence for each problem. */
export const parse = (text: string): Either.Either<Mapping, ReadonlyArray<string>> => {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    return Either.left([`It is not JSON: ${cause instanceof Error ? cause.message : String(cause)}.`])
  }
  const twice = repeatedKeys(text).map((path) => `${path.join(".")}: is there more than once.`)
  if (twice.length > 0) return Either.left(twice)
  return Schema.decodeUnknownEither(Mapping)(json, { errors: "all", onExcessProperty: "error" }).pipe(
    Either.mapLeft((error) =>
      ParseResult.ArrayFormatter.formatErrorSync(error).map((issue) => problemOf(json, issue))
    ),
    Either.flatMap((mapping) => {
      const found = mistakes(mapping)
      return found.length === 0 ? Either.right(mapping) : Either.left(found)
    })
  )
}

/** The columns that a mapping takes values from. */
export const columnsOf = (mapping: Mapping): ReadonlyArray<string> => {
  const all = [...single(mapping).map(([, from]) => from), ...(mapping.tags ?? [])]
  return [...new Set(all.flatMap((from) => ("column" in from ? [from.column] : [])))]
}
