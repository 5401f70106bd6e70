/**
 * One batch of a scenario: what was submitted, what becomes of it, and when.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
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
 * How a batch ends. `never` keeps it running for good.
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
    label("documented", "The address as it was submitted; a failure repeats it")
  ),
  contactId: Schema.optionalWith(DecimalId, { exact: true }).annotations(
    label("documented", "The contact's ID; without it the next free one, where the contact comes to have one")
  ),
  becomes: Schema.optionalWith(Becomes, { default: () => "created" as const }).annotations(
    label(
      "assumed",
      "`created`, `updated` (see successMeans), `rejected` (address in failure), `silent` (nothing happens to it, and it is in neither list), `unreported` (created, yet in neither list), `contradictory` (ID in success and address in failure)"
    )
  ),
  deletedAfterwards: Schema.optionalWith(Schema.Boolean, { default: () => false }).annotations(
    label("assumed", "Deleted from the account right after the import: its ID answers nothing")
  ),
  renamedTo: Schema.optionalWith(Schema.String, { exact: true }).annotations(
    label("assumed", "The address given to it right after the import: its ID answers with this one")
  ),
  bounced: Schema.optionalWith(Schema.Boolean, { default: () => false }).annotations(
    label("assumed", 'Mail to it came back for good right after the import: `bounced_hard` is "1"')
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
  unset: millis(1000).annotations(label("documented", "Milliseconds during which the status is `false`")),
  waiting: millis(200).annotations(label("documented", "Milliseconds during which it is `waiting`")),
  claimed: millis(200).annotations(label("documented", "Milliseconds during which it is `claimed`")),
  active: millis(500).annotations(label("documented", "Milliseconds during which it is `active`"))
})

/**
 * @since 0.1.0
 * @category models
 */
export type Stages = typeof Stages.Type

const Strangers = Schema.Struct({
  success: Schema.optionalWith(Schema.Array(DecimalId), { default: () => [] }).annotations(
    label("assumed", "IDs of contacts nobody sent")
  ),
  failure: Schema.optionalWith(Schema.Array(Schema.String), { default: () => [] }).annotations(
    label("assumed", "Addresses nobody sent")
  )
})

/**
 * One batch of a scenario.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Batch = Schema.Struct({
  batchId: Schema.propertySignature(Schema.NonEmptyString).annotations(
    label("documented", "The name of the batch")
  ),
  submittedAt: millis(0).annotations(
    label("assumed", "When it is submitted, in milliseconds after the simulator starts; unknown until then")
  ),
  stages: Schema.optionalWith(Stages, {
    default: () => ({ unset: 1000, waiting: 200, claimed: 200, active: 500 })
  }).annotations(label("documented", "How long it shows each status")),
  ends: Schema.optionalWith(Ending, { default: () => "completed" as const }).annotations(
    label("documented", "The final status; `never` (assumed) stays active for good")
  ),
  contacts: Schema.optionalWith(Schema.Array(Contact), { default: () => [] }).annotations(
    label("documented", "The contacts submitted, in sending order")
  ),
  processed: Schema.optionalWith(Schema.NonNegativeInt, { exact: true }).annotations(
    label("assumed", "How many distinct contacts are reached before the end; default all of them")
  ),
  partialLists: Schema.optionalWith(Schema.Boolean, { default: () => false }).annotations(
    label("assumed", "Growing lists while active; default none at all until the end (observed)")
  ),
  strangers: Schema.optionalWith(Strangers, {
    default: () => ({ success: [], failure: [] })
  }).annotations(label("assumed", "What the settled lists hold although it was never sent")),
  statusWord: Schema.optionalWith(Schema.NonEmptyString, { exact: true }).annotations(
    label("assumed", "An undocumented word shown in place of `active`")
  )
})

/**
 * @since 0.1.0
 * @category models
 */
export type Batch = typeof Batch.Type
