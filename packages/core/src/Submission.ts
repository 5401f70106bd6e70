/**
 * What is sent to start a bulk import, and what is answered: how many contacts were queued, not imported.
 *
 * @since 0.1.0
 */
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { BatchId } from "./BatchId.js"
import { claimed } from "./internal/claimed.js"
import { maybe } from "./internal/json.js"
import { countOf, loose, looseCount } from "./internal/loose.js"
import { wellFormed } from "./internal/text.js"

/**
 * The most contacts one submission may hold.
 *
 * @since 0.1.0
 * @category constants
 */
export const maximumContacts = 250

/**
 * The most bytes of UTF-8 the body of a submission may have: it must stay under 400,000.
 *
 * @since 0.1.0
 * @category constants
 */
export const maximumBytes = 399_999

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })
const id = Schema.Union(Schema.NonNegativeInt, Schema.NonEmptyString).annotations({
  jsonSchema: {
    anyOf: [
      { type: "integer", minimum: 0 },
      { type: "string", minLength: 1 }
    ],
    ...claimed("list-ids")
  }
})
const lists = Schema.Array(Schema.Struct({ listid: id }))
const pairs = Schema.Array(Schema.Struct({ key: Schema.String, value: Schema.String }))

/**
 * One contact to create, or to update if the account already has its address.
 *
 * The keys are those of the wire. ActiveCampaign silently drops any other spelling.
 *
 * @since 0.1.0
 * @category models
 */
export const ImportContact = Schema.Struct({
  email: Schema.String,
  first_name: optional(Schema.String),
  last_name: optional(Schema.String),
  phone: optional(Schema.String),
  customer_acct_name: optional(Schema.String),
  /** Added, never removed. Created if they do not exist. */
  tags: optional(Schema.Array(Schema.String)),
  /** Several values of one field are written `||a||b||`. */
  fields: optional(Schema.Array(Schema.Struct({ id, value: Schema.String }))),
  subscribe: optional(lists),
  unsubscribe: optional(lists)
}).annotations({ identifier: "ImportContact" })

/**
 * @since 0.1.0
 * @category models
 */
export type ImportContact = typeof ImportContact.Type

/**
 * The URL that ActiveCampaign calls after the import.
 *
 * @since 0.1.0
 * @category models
 */
export const ImportCallback = Schema.Struct({
  url: Schema.String,
  requestType: optional(Schema.Literal("GET", "POST")),
  /** A string, `"true"` by default; works with POST only. */
  detailed_results: optional(Schema.Literal("true", "false")),
  params: optional(pairs),
  headers: optional(pairs)
}).annotations({ identifier: "ImportCallback" })

/**
 * @since 0.1.0
 * @category models
 */
export type ImportCallback = typeof ImportCallback.Type

/**
 * The body of `POST /import/bulk_import`.
 *
 * @since 0.1.0
 * @category models
 */
export const Submission = Schema.Struct({
  contacts: Schema.Array(ImportContact),
  /** Whether the import starts no automations. By default they run, and slow the import down. */
  exclude_automations: optional(Schema.Boolean),
  callback: optional(ImportCallback)
}).annotations({ identifier: "Submission" })

/**
 * @since 0.1.0
 * @category models
 */
export type Submission = typeof Submission.Type

const encode = Schema.encodeSync(Submission)
const encodeContact = Schema.encodeSync(ImportContact)
const encoder = new TextEncoder()
const lengthOf = (value: unknown) => encoder.encode(JSON.stringify(value)).length

/**
 * How many bytes of UTF-8 the body of a submission has.
 *
 * @since 0.1.0
 * @category getters
 */
export const bytesOf = (submission: Submission): number => lengthOf(encode(submission))

/**
 * Splits a submission into as few as possible, each with at most 250 contacts and 399,999 bytes. Order and settings are
 * kept, and no contact is left out. A contact that is too large by itself is alone in one, which is refused with
 * `SubmissionTooLarge`.
 *
 * @example
 * ```ts
 * import { Submission } from "effect-activecampaign"
 *
 * const contacts = Array.from({ length: 1000 }, (_, index) => ({ email: `person${index}@example.test` }))
 * Submission.split({ contacts, exclude_automations: true }).map((part) => part.contacts.length) // [250, 250, 250, 250]
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const split = (submission: Submission): ReadonlyArray<Submission> => {
  const { contacts, ...settings } = submission
  const empty = bytesOf({ ...settings, contacts: [] })
  const parts: Array<Submission> = []
  let part: Array<ImportContact> = []
  let bytes = empty
  for (const contact of contacts) {
    const own = lengthOf(encodeContact(contact))
    // The comma before it counts, too.
    const isFull = part.length === maximumContacts || bytes + 1 + own > maximumBytes
    if (part.length > 0 && isFull) {
      parts.push({ ...settings, contacts: part })
      part = []
      bytes = empty
    }
    bytes += part.length === 0 ? own : own + 1
    part.push(contact)
  }
  return part.length === 0 ? parts : [...parts, { ...settings, contacts: part }]
}

/**
 * An accepted submission: its contacts are queued under `batchId`, and none is imported yet.
 *
 * @since 0.1.0
 * @category models
 */
export const QueuedImport = Schema.Struct({
  batchId: BatchId,
  /** How many contacts were queued, which may be fewer than were sent. `None` if the reply does not say. */
  queued: maybe(Schema.NonNegativeInt),
  message: Schema.String
}).annotations({ identifier: "QueuedImport" })

/**
 * @since 0.1.0
 * @category models
 */
export interface QueuedImport extends Schema.Schema.Type<typeof QueuedImport> {}

const flagOf = (value: unknown) => (typeof value === "boolean" ? Option.some(Number(value)) : countOf(value))
const flag = loose(
  Schema.NonNegativeInt,
  ["integer", "string", "boolean", "null"],
  ["success-flag", "success-flag-types"],
  flagOf,
  (count) => count
)
const textOf = (value: unknown) =>
  typeof value === "string" ? Option.some(wellFormed(value)) : Option.none()

/**
 * The reply to a submission, in any of the shapes seen: the flag is called `Success` or `success` and need not be 1. Any
 * JSON that names the batch can be read.
 *
 * @since 0.1.0
 * @category schemas
 */
export class SubmissionReply extends Schema.Class<SubmissionReply>("effect-activecampaign/SubmissionReply")({
  Success: flag,
  success: flag,
  queued_contacts: looseCount("queued-count", "counts-as-strings"),
  batchId: loose(
    Schema.typeSchema(BatchId),
    ["string", "integer", "null"],
    ["batch-id", "batch-id-as-number"],
    (value) =>
      Option.flatMap(textOf(typeof value === "number" ? String(value) : value), Schema.decodeOption(BatchId)),
    (batchId) => batchId
  ),
  message: loose(Schema.String, ["string", "null"], ["reply-without-message"], textOf, (text) => text)
}) {
  /** Whether the reply says that the submission was refused. */
  get refused(): boolean {
    return Option.contains(
      Option.orElse(this.Success, () => this.success),
      0
    )
  }
}

/**
 * Why a submission was rejected: a complaint about one contact or about the whole submission.
 *
 * @since 0.1.0
 * @category schemas
 */
export const FailureReason = Schema.Union(
  Schema.Struct({ contact: Schema.Int, failureReason: Schema.String }),
  Schema.String
).annotations({
  identifier: "FailureReason",
  jsonSchema: {
    anyOf: [
      {
        type: "object",
        required: ["contact", "failureReason"],
        properties: { contact: { type: "integer" }, failureReason: { type: "string" } }
      },
      { type: "string" }
    ],
    ...claimed("failure-reasons")
  }
})

/**
 * The reply to a submission that was rejected. One bad contact rejects all.
 *
 * @since 0.1.0
 * @category schemas
 */
export class RejectedReply extends Schema.Class<RejectedReply>("effect-activecampaign/RejectedReply")(
  { success: Schema.Int, message: Schema.String, failureReasons: Schema.Array(FailureReason) },
  HttpApiSchema.annotations({ status: 400, description: "Nothing was queued" })
) {}
