/**
 * What can go wrong with a call, on demand.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import type { ClaimId } from "effect-activecampaign/Claim"
import { label } from "./internal/label.js"
import { FiniteNonNegative, PositiveInt } from "./internal/numbers.js"

const tag = <Tag extends string>(name: Tag, claims: ClaimId | ReadonlyArray<ClaimId>, meaning: string) => ({
  _tag: Schema.propertySignature(Schema.Literal(name)).annotations(label(claims, meaning))
})

const seconds = Schema.Union(FiniteNonNegative, Schema.Null)

/**
 * One fault of one call.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Fault = Schema.Union(
  Schema.Struct({
    ...tag("RateLimited", "retry-after", "429, regardless of the budget"),
    retryAfter: Schema.optionalWith(seconds, { default: () => 1 }).annotations(
      label(["retry-after", "bare-429"], "Seconds named by `Retry-After`; null sends no such header")
    ),
    retryAfterAs: Schema.optionalWith(Schema.Literal("seconds", "date"), {
      default: () => "seconds" as const
    }).annotations(label(["retry-after", "retry-after-date"], "`Retry-After` as seconds or as an HTTP date")),
    headers: Schema.optionalWith(Schema.Boolean, { default: () => true }).annotations(
      label("bare-429", "Whether the 429 carries any rate limit headers at all")
    )
  }),
  Schema.Struct(
    tag(
      "RateLimitAs400",
      ["import-limit-as-400", "limit-400-elsewhere"],
      "The bulk import's 400 about a rate limit, on any call"
    )
  ),
  Schema.Struct({
    ...tag("Unavailable", "unavailable", "A 5xx with an HTML page, as a proxy in front of the service sends"),
    status: Schema.optionalWith(Schema.Int.pipe(Schema.between(500, 599)), {
      default: () => 503
    }).annotations(label("unavailable", "The HTTP status")),
    retryAfter: Schema.optionalWith(seconds, { default: () => null }).annotations(
      label("retry-after-on-5xx", "Seconds named by `Retry-After`; null sends no such header")
    )
  }),
  Schema.Struct(tag("Cut", "cut-body", "The connection ends in the middle of the body")),
  Schema.Struct(tag("Empty", "empty-body", "200 without a body")),
  Schema.Struct(tag("HtmlWith200", "html-with-200", "200 with an HTML page")),
  Schema.Struct(
    tag(
      "Challenge",
      "firewall-page",
      "403 with an HTML page and `cf-mitigated`, as a firewall in front of the service sends"
    )
  ),
  Schema.Struct({
    ...tag("Nested", "deep-json", "200 with JSON nested deeper than any real answer"),
    levels: Schema.optionalWith(PositiveInt, { default: () => 3000 }).annotations(
      label("deep-json", "How many levels")
    )
  }),
  Schema.Struct({
    ...tag(
      "OddLists",
      "odd-lists",
      "The right answer of the status call or a page, with its lists in an odd shape"
    ),
    as: Schema.optionalWith(Schema.Literal("object", "odd-items"), {
      default: () => "object" as const
    }).annotations(
      label(
        "odd-lists",
        "`object`: as PHP writes a list that lost its order. `odd-items`: with a null as the last item"
      )
    )
  }),
  Schema.Struct(
    tag(
      "Withheld",
      "withheld-page",
      "The right page of contacts without its contacts; its total still counts them"
    )
  ),
  Schema.Struct(tag("WrongShape", "wrong-shape", "200 with JSON of another shape: a number for the status")),
  Schema.Struct({
    ...tag("Slow", "slow-answer", "The right answer, late"),
    millis: Schema.propertySignature(FiniteNonNegative).annotations(
      label("slow-answer", "How late, in milliseconds")
    )
  }),
  Schema.Struct({
    ...tag("Redirect", "redirect-to-login", "A redirect, as to a login page"),
    location: Schema.propertySignature(Schema.String).annotations(label("redirect-to-login", "Where to")),
    status: Schema.optionalWith(Schema.Literal(301, 302, 303, 307, 308), {
      default: () => 302 as const
    }).annotations(label("redirect-to-login", "The HTTP status"))
  }),
  Schema.Struct(tag("Forbidden", "sporadic-403", "403 although the token is right, as sometimes happens")),
  Schema.Struct(tag("Reset", "broken-connection", "The connection is reset before anything is answered"))
)

/**
 * @since 0.1.0
 * @category models
 */
export type Fault = typeof Fault.Type

const CallRange = Schema.Struct({
  from: Schema.propertySignature(PositiveInt).annotations(label([], "First call hit")),
  to: Schema.optionalWith(PositiveInt, { default: () => Number.MAX_SAFE_INTEGER }).annotations(
    label([], "Last call hit; without it, every call from the first on")
  )
})

/**
 * The calls the simulator answers.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Endpoint = Schema.Literal(
  "info",
  "totals",
  "submit",
  "contacts",
  "contact",
  "contactTags",
  "fields",
  "tags",
  "lists",
  "exclusions"
)

/**
 * @since 0.1.0
 * @category models
 */
export type Endpoint = typeof Endpoint.Type

/**
 * Which calls of one endpoint a fault hits, counted from 1.
 *
 * @since 0.1.0
 * @category schemas
 */
export const FaultTrigger = Schema.Struct({
  endpoint: Schema.optionalWith(Endpoint, { default: () => "info" as const }).annotations(
    label(
      [],
      "`info` (the status call), `totals`, `submit` (POST), `contacts`, `contact`, `contactTags`, `fields`, `tags`, `lists` or `exclusions`; each is counted separately"
    )
  ),
  batchId: Schema.optionalWith(Schema.NonEmptyString, { exact: true }).annotations(
    label([], "Count only the calls about this batch; without it, all calls count")
  ),
  calls: Schema.optionalWith(Schema.Union(Schema.Array(PositiveInt), CallRange), {
    default: () => ({ from: 1, to: Number.MAX_SAFE_INTEGER })
  }).annotations(label([], "The calls hit, 1-based: a list or a range; default every call"))
})

/**
 * @since 0.1.0
 * @category models
 */
export type FaultTrigger = typeof FaultTrigger.Type

/**
 * A fault and the calls it hits. If several hit one call, the first in the list counts.
 *
 * @since 0.1.0
 * @category schemas
 */
export const PlannedFault = Schema.Struct({
  on: Schema.optionalWith(FaultTrigger, {
    default: () => ({ endpoint: "info" as const, calls: { from: 1, to: Number.MAX_SAFE_INTEGER } })
  }).annotations(label([], "Which calls are hit")),
  fault: Schema.propertySignature(Fault).annotations(label([], "What happens to them"))
})

/**
 * @since 0.1.0
 * @category models
 */
export type PlannedFault = typeof PlannedFault.Type
