import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { nearest } from "../text/nearest.js"

const Text = Schema.NonEmptyString
/** Schema.Record assigns each key to an object, where `__proto__` is lost without a word. */
const FieldName = Text.pipe(
  Schema.filter((name) => name !== "__proto__", { description: "the name of a field", jsonSchema: {} })
)
const Id = Schema.Union(Schema.NonNegativeInt, Schema.NonEmptyString)

/** The value of a column of each row. */
const Column = Schema.Struct({
  column: Text.annotations({ description: "The column of the source that has the value" })
})

/** The same value in every row. */
const Value = Schema.Struct({
  value: Schema.Union(Schema.String, Schema.JsonNumber).annotations({
    description: "A value that every contact was sent with"
  })
})

const From = Schema.Union(Column, Value)

const Tag = Schema.Union(
  Schema.Struct({
    ...Column.fields,
    separator: Schema.optionalWith(Text, { exact: true }).annotations({
      description: "What separates the tags of one cell. Without it, a cell has one tag"
    })
  }),
  Value
)

const optional = <A, I>(schema: Schema.Schema<A, I>, description: string) =>
  Schema.optionalWith(schema, { exact: true }).annotations({ description })

/** Where each thing that was sent comes from, as declared in a mapping file. */
export const Mapping = Schema.Struct({
  $schema: optional(Schema.String, "The address of this schema, for editors"),
  empty: optional(
    Schema.Literal("left-out", "sent"),
    "What became of empty cells: left-out (the default) if they were not sent, sent if they were sent as empty text, which overwrites"
  ),
  first_name: optional(From, "The first name"),
  last_name: optional(From, "The last name"),
  phone: optional(From, "The phone number"),
  customer_acct_name: optional(From, "The name of the contact's account"),
  fields: optional(
    Schema.Record({ key: FieldName, value: From }),
    "Custom fields by their ID, or by their personalization tag or title in the account"
  ),
  tags: optional(Schema.Array(Tag), "Tags that were added"),
  subscribe: optional(Schema.Array(Id), "IDs of the lists that every contact was subscribed to"),
  unsubscribe: optional(Schema.Array(Id), "IDs of the lists that every contact was unsubscribed from")
}).annotations({
  identifier: "Sends",
  title: "What was sent with each contact",
  description: "For `ac-reconcile contacts load --sends FILE`"
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

const keysAt: Readonly<Record<string, ReadonlyArray<string>>> = {
  first_name: ["column", "value"],
  last_name: ["column", "value"],
  phone: ["column", "value"],
  customer_acct_name: ["column", "value"],
  fields: ["column", "value"],
  tags: ["column", "value", "separator"]
}

/** What to write in place of a key that is not known. */
const meant = (path: ReadonlyArray<PropertyKey>): string => {
  if (path.length === 2 && path[0] === "fields") return "It cannot be the name of a field."
  const key = String(path.at(-1))
  const among = path.length === 1 ? Object.keys(Mapping.fields) : (keysAt[String(path[0])] ?? [])
  const near = nearest(
    key.replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`),
    among
  )
  return near === undefined ? `It takes: ${among.join(", ")}.` : `Did you mean "${near}"?`
}

/** Fields that are named twice, apart from white space and letter case: a contact has each once. */
const repeatedFields = ({ fields = {} }: Mapping): ReadonlyArray<string> => {
  const seen = new Map<string, string>()
  return Object.keys(fields).flatMap((name) => {
    const key = name.trim().toLowerCase()
    const before = seen.get(key)
    seen.set(key, name)
    return before === undefined ? [] : [`fields.${name}: is the same field as "${before}".`]
  })
}

/** Reads a mapping file. Left: a sentence for each problem. */
export const parse = (text: string): Either.Either<Mapping, ReadonlyArray<string>> => {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    return Either.left([`It is not JSON: ${cause instanceof Error ? cause.message : String(cause)}.`])
  }
  return Schema.decodeUnknownEither(Mapping)(json, { errors: "all", onExcessProperty: "error" }).pipe(
    Either.mapLeft((error) => [
      ...new Set(
        ParseResult.ArrayFormatter.formatErrorSync(error).map(({ _tag, message, path }) =>
          _tag === "Unexpected"
            ? `${path.join(".")}: is not known. ${meant(path)}`
            : `${path.length === 0 ? "" : `${path.join(".")}: `}${message}`
        )
      )
    ]),
    Either.flatMap((mapping) => {
      const repeated = repeatedFields(mapping)
      return repeated.length === 0 ? Either.right(mapping) : Either.left(repeated)
    })
  )
}

/** The columns that a mapping takes values from. */
export const columnsOf = (mapping: Mapping): ReadonlyArray<string> => {
  const { customer_acct_name, fields = {}, first_name, last_name, phone, tags = [] } = mapping
  const all = [first_name, last_name, phone, customer_acct_name, ...Object.values(fields), ...tags]
  return [...new Set(all.flatMap((from) => (from !== undefined && "column" in from ? [from.column] : [])))]
}
