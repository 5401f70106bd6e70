/**
 * What becomes of submissions: batches that clients add to those of the scenario.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { Stages } from "./Batch.js"
import { Mishap } from "./Holdings.js"
import { label } from "./internal/label.js"
import { PositiveInt } from "./internal/numbers.js"

const PerMinute = Schema.Struct({
  many: Schema.optionalWith(PositiveInt, { default: () => 100 }).annotations(
    label("import-limits", "Submissions of more than one contact in any minute")
  ),
  one: Schema.optionalWith(PositiveInt, { default: () => 20 }).annotations(
    label("import-limits", "Submissions of one contact in any minute")
  )
})

/**
 * How `POST /import/bulk_import` is answered.
 *
 * An address without a dot in its domain is rejected. All others become contacts, or update existing ones.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Submissions = Schema.Struct({
  stages: Schema.optionalWith(Stages, {
    default: () => ({ unset: 1000, waiting: 200, claimed: 200, active: 500 })
  }).annotations(label("status-words", "How long a submitted batch shows each status")),
  badAddresses: Schema.optionalWith(Schema.Literal("fail-later", "reject-all"), {
    default: () => "fail-later" as const
  }).annotations(
    label(
      ["rejected-later", "reject-all"],
      "An address without a dot in its domain ends in failure, or has the whole submission rejected with 400"
    )
  ),
  flag: Schema.optionalWith(Schema.Literal("Success", "success"), {
    default: () => "Success" as const
  }).annotations(label("success-flag", "How the flag of the reply is spelled")),
  status: Schema.optionalWith(Schema.Literal(200, 201), { default: () => 200 as const }).annotations(
    label("accepted-201", "The HTTP status of an accepted submission: 200 or 201")
  ),
  perMinute: Schema.optionalWith(Schema.NullOr(PerMinute), {
    default: () => ({ many: 100, one: 20 })
  }).annotations(
    label(
      ["import-limits", "import-limit-as-400"],
      "How many are accepted in any minute; above it, the answer is 400. Null lifts it"
    )
  ),
  mishaps: Schema.optionalWith(Schema.Array(Mishap), { default: () => [] }).annotations(
    label("mishaps", "What goes wrong with what the contacts send")
  ),
  countsAs: Schema.optionalWith(Schema.Literal("string", "number"), {
    default: () => "string" as const
  }).annotations(label(["daily-totals", "totals-as-numbers"], "The daily totals as strings or as numbers"))
})

/**
 * @since 0.1.0
 * @category models
 */
export type Submissions = typeof Submissions.Type
