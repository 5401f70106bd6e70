/**
 * One batch of a scenario: what was submitted, what becomes of it, and when.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { Mishap, Sent } from "./Holdings.js"
import { label } from "./internal/label.js"
import { FiniteNonNegative } from "./internal/numbers.js"

const millis = (fallback: number) => Schema.optionalWith(FiniteNonNegative, { default: () => fallback })

/**
 * A contact ID as the service writes it: decimal digits.
 *
 * @since 0.1.0
 * @category schemas
 */
export const DecimalId = Schema.String.pipe(
  Schema.pattern(/^\d+$/, { message: () => "a contact ID is a string of digits" })
)

/**
 * What becomes of a contact.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Becomes = Schema.Literal(
  "created",
  "updated",
  "rejected",
  "silent",
  "unreported",
  "contradictory"
)

/**
 * @since 0.1.0
 * @category models
 */
export type Becomes = typeof Becomes.Type

/**
 * How a batch ends. `never` keeps it running forever.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Ending = Schema.Literal("completed", "failed", "interrupted", "never")

/**
 * One submitted contact.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Contact = Schema.Struct({
  email: Schema.propertySignature(Schema.String).annotations(
    label("failure-addresses", "The address as it was submitted; a failure repeats it")
  ),
  contactId: Schema.optionalWith(DecimalId, { exact: true }).annotations(
    label("ids-as-strings", "The contact's ID; without it the next free one, if the contact gets one")
  ),
  becomes: Schema.optionalWith(Becomes, { default: () => "created" as const }).annotations(
    label(
      ["rejected-later", "in-neither-list", "in-both-lists"],
      "`created`, `updated` (see successMeans), `rejected` (address in failure), `silent` (nothing happens to it, and it is in neither list), `unreported` (created, but in neither list), `contradictory` (ID in success and address in failure)"
    )
  ),
  deletedAfterwards: Schema.optionalWith(Schema.Boolean, { default: () => false }).annotations(
    label("changed-since", "Deleted from the account right after the import: its ID answers nothing")
  ),
  renamedTo: Schema.optionalWith(Schema.String, { exact: true }).annotations(
    label("changed-since", "The address given to it right after the import: its ID answers with this one")
  ),
  bounced: Schema.optionalWith(Schema.Boolean, { default: () => false }).annotations(
    label("bounced-hard", 'Mail to it bounced permanently right after the import: `bounced_hard` is "1"')
  ),
  sends: Schema.optionalWith(Sent, { exact: true }).annotations(
    label("submission", "What the row sends besides the address")
  ),
  mishaps: Schema.optionalWith(Schema.Array(Mishap), { default: () => [] }).annotations(
    label("mishaps", "What goes wrong with what it sends")
  )
})

/**
 * @since 0.1.0
 * @category models
 */
export type Contact = typeof Contact.Type

/**
 * How long a batch shows each status, in milliseconds.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Stages = Schema.Struct({
  unset: millis(1000).annotations(label("status-false", "Milliseconds during which the status is `false`")),
  waiting: millis(200).annotations(label("status-words", "Milliseconds during which it is `waiting`")),
  claimed: millis(200).annotations(label("status-words", "Milliseconds during which it is `claimed`")),
  active: millis(500).annotations(label("status-words", "Milliseconds during which it is `active`"))
})

/**
 * @since 0.1.0
 * @category models
 */
export type Stages = typeof Stages.Type

const Strangers = Schema.Struct({
  success: Schema.optionalWith(Schema.Array(DecimalId), { default: () => [] }).annotations(
    label("strangers-in-lists", "IDs of contacts that were not sent")
  ),
  failure: Schema.optionalWith(Schema.Array(Schema.String), { default: () => [] }).annotations(
    label("strangers-in-lists", "Addresses that were not sent")
  )
})

/**
 * One batch of a scenario.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Batch = Schema.Struct({
  batchId: Schema.propertySignature(Schema.NonEmptyString).annotations(label("batch-id", "The batch's ID")),
  submittedAt: millis(0).annotations(
    label([], "When it is submitted, in milliseconds after the simulator starts; unknown until then")
  ),
  stages: Schema.optionalWith(Stages, {
    default: () => ({ unset: 1000, waiting: 200, claimed: 200, active: 500 })
  }).annotations(label("status-words", "How long it shows each status")),
  ends: Schema.optionalWith(Ending, { default: () => "completed" as const }).annotations(
    label(["status-words", "never-settles"], "The final status; `never` stays active forever")
  ),
  contacts: Schema.optionalWith(Schema.Array(Contact), { default: () => [] }).annotations(
    label("submission", "The contacts submitted, in sending order")
  ),
  processed: Schema.optionalWith(Schema.NonNegativeInt, { exact: true }).annotations(
    label("partial-ending", "How many distinct contacts are processed before the end; default all")
  ),
  partialLists: Schema.optionalWith(Schema.Boolean, { default: () => false }).annotations(
    label(["lists-grow", "lists-missing"], "Growing lists while active; default no lists until the end")
  ),
  strangers: Schema.optionalWith(Strangers, {
    default: () => ({ success: [], failure: [] })
  }).annotations(label("strangers-in-lists", "What the settled lists contain that was not sent")),
  statusWord: Schema.optionalWith(Schema.NonEmptyString, { exact: true }).annotations(
    label("status-other-word", "An undocumented word shown in place of `active`")
  )
})

/**
 * @since 0.1.0
 * @category models
 */
export type Batch = typeof Batch.Type
