/**
 * What the simulated account does: its batches, the wording of its answers, and its faults.
 *
 * @since 0.1.0
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { type ClaimId, claims } from "effect-activecampaign/Claim"
import { Account } from "./Account.js"
import { Batch } from "./Batch.js"
import { PlannedFault } from "./Fault.js"
import { label } from "./internal/label.js"
import { FiniteNonNegative, PositiveInt } from "./internal/numbers.js"
import { labelledKeys } from "./internal/switches.js"
import { Submissions } from "./Submissions.js"

const RateLimit = Schema.Struct({
  requests: Schema.propertySignature(PositiveInt).annotations(
    label("rate-limit", "Requests allowed in any window")
  ),
  perMillis: Schema.optionalWith(PositiveInt, { default: () => 1000 }).annotations(
    label("rate-limit", "Length of the sliding window in milliseconds")
  )
})

const distinctBatchIds = (batches: ReadonlyArray<Batch>) => {
  const ids = batches.map((batch) => batch.batchId)
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index)
  return repeated === undefined || `two batches are called ${repeated}`
}

/**
 * A scenario, as loaded from JSON. Every key is optional.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Scenario = Schema.Struct({
  apiToken: Schema.optionalWith(Schema.NonEmptyString, { default: () => "simulator-token" }).annotations(
    label(
      ["token-header", "token-refused"],
      "The token every call must carry in `Api-Token`; any other is answered 403"
    )
  ),
  rateLimit: Schema.optionalWith(Schema.NullOr(RateLimit), {
    default: () => ({ requests: 5, perMillis: 1000 })
  }).annotations(
    label(
      ["rate-limit", "refused-calls-free"],
      "The account's budget, 5 a second; null lifts it. Refused calls do not count"
    )
  ),
  retryAfterSeconds: Schema.optionalWith(FiniteNonNegative, { default: () => 1 }).annotations(
    label("retry-after", "Seconds named by the `Retry-After` of a 429 that the budget causes")
  ),
  sendRateLimitHeaders: Schema.optionalWith(Schema.Boolean, { default: () => false }).annotations(
    label("rate-headers-on-2xx", "`RateLimit-Limit` and `RateLimit-Remaining` on 2xx, too")
  ),
  batches: Schema.optionalWith(Schema.Array(Batch).pipe(Schema.filter(distinctBatchIds)), {
    default: () => []
  }).annotations(label("status-call", "The batches the account knows")),
  successMeans: Schema.optionalWith(Schema.Literal("created-and-updated", "created-only"), {
    default: () => "created-and-updated" as const
  }).annotations(
    label(
      "success-means",
      "Whether success holds the IDs of updated contacts; the vendor's own pages disagree"
    )
  ),
  duplicateIds: Schema.optionalWith(Schema.Literal("once", "twice"), {
    default: () => "once" as const
  }).annotations(
    label("repeated-addresses", "An address sent twice is one contact: its ID listed once, or once per row")
  ),
  idsAs: Schema.optionalWith(Schema.Literal("string", "number"), {
    default: () => "string" as const
  }).annotations(label(["ids-as-strings", "ids-as-numbers"], "Contact IDs as strings or as numbers")),
  emptyLists: Schema.optionalWith(Schema.Literal("array", "null", "missing"), {
    default: () => "array" as const
  }).annotations(
    label(
      ["lists-empty", "lists-null", "lists-missing"],
      "How an empty list is written: `[]`, `null`, or not at all"
    )
  ),
  unknownBatch: Schema.optionalWith(Schema.Literal("false", "empty", "400", "404"), {
    default: () => "false" as const
  }).annotations(
    label(
      "unknown-batch",
      "The reply about an unknown batch: status false, the same with two empty lists, 400 or 404"
    )
  ),
  account: Schema.optionalWith(Account, { default: () => Account.make({}) }).annotations(
    label(
      ["list-contacts", "contact-by-id"],
      "The contacts of the account, and how its answers describe them"
    )
  ),
  submissions: Schema.optionalWith(Submissions, { default: () => Submissions.make({}) }).annotations(
    label("submission", "What becomes of submissions")
  ),
  faults: Schema.optionalWith(Schema.Array(PlannedFault), { default: () => [] }).annotations(
    label([], "What goes wrong, and with which calls")
  )
}).annotations({ identifier: "Scenario", parseOptions: { onExcessProperty: "error" } })

/**
 * @since 0.1.0
 * @category models
 */
export type Scenario = typeof Scenario.Type

/**
 * A scenario as written in JSON, or as the argument of `make`.
 *
 * @since 0.1.0
 * @category models
 */
export type ScenarioInput = typeof Scenario.Encoded

/**
 * A scenario with the defaults filled in. Throws a `ParseError` if the input is invalid.
 *
 * @example
 * ```ts
 * import { Scenario } from "effect-activecampaign-simulator"
 *
 * const scenario = Scenario.make({
 *   batches: [{ batchId: "b-1", contacts: [{ email: "ada@example.test" }] }],
 *   faults: [{ on: { calls: [1] }, fault: { _tag: "RateLimited", retryAfter: 2 } }]
 * })
 * scenario.rateLimit?.requests // 5
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (input: ScenarioInput = {}): Scenario => Schema.decodeSync(Scenario)(input)

/**
 * The text of a scenario file.
 *
 * @since 0.1.0
 * @category schemas
 */
export const ScenarioFromJson: Schema.Schema<Scenario, string> = Schema.parseJson(Scenario)

/**
 * One key of a scenario, and the claims about the service behind it.
 *
 * @since 0.1.0
 * @category models
 */
export interface Switch {
  /** Path of the key. `[]` is any item of a list; a word after a space is the fault's tag. */
  readonly name: string
  /** Entries of the library's list of claims. None if the key only tells the simulator what to do. */
  readonly claims: ReadonlyArray<ClaimId>
  readonly meaning: string
}

/**
 * Every key of a scenario, in order of definition.
 *
 * @since 0.1.0
 * @category documentation
 */
export const switches: ReadonlyArray<Switch> = labelledKeys(Scenario.ast).map((key) => ({
  ...key,
  claims: Option.getOrElse(key.claims, () => [])
}))

const evidenceOf = (id: ClaimId) => `\`${id}\` ${claims[id].evidence}`

/**
 * `switches` as a Markdown table, with the evidence of each claim.
 *
 * @since 0.1.0
 * @category documentation
 */
export const switchesTable: string = [
  "| switch | claims | meaning |",
  "|---|---|---|",
  ...switches.map(
    ({ claims, meaning, name }) => `| \`${name}\` | ${claims.map(evidenceOf).join(", ")} | ${meaning} |`
  )
].join("\n")
