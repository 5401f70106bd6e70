/**
 * Why a submission was not accepted. In each case nothing was queued.
 *
 * @since 0.1.0
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { ActiveCampaignError } from "./ActiveCampaignError.js"

/**
 * The submission is above one of ActiveCampaign's two limits, and was not sent.
 *
 * @since 0.1.0
 * @category errors
 */
export class SubmissionTooLarge extends Schema.TaggedError<SubmissionTooLarge>(
  "effect-activecampaign/SubmissionTooLarge"
)("SubmissionTooLarge", {
  limit: Schema.Literal("contacts", "bytes"),
  most: Schema.Int,
  actual: Schema.Int
}) {
  readonly isTransient = false
  /** How far it is above the limit. */
  get excess(): number {
    return this.actual - this.most
  }
  override get message() {
    return `The submission has ${this.actual} ${this.limit}, ${this.excess} more than the ${this.most} that ActiveCampaign accepts at once. It was not sent: split it.`
  }
}

/**
 * One complaint of a rejected submission.
 *
 * @since 0.1.0
 * @category models
 */
export const Reason = Schema.Struct({
  /** The number of the contact as ActiveCampaign counts them: from 1, as far as is known. */
  contact: Schema.optionalWith(Schema.Int, { as: "Option", exact: true }),
  /** ActiveCampaign's own words, with typographic quotes and odd spaces: never compare them exactly. */
  reason: Schema.String
})

/**
 * @since 0.1.0
 * @category models
 */
export type Reason = typeof Reason.Type

const shown = 3

/**
 * 400 or 422: one bad contact rejects all of them.
 *
 * @since 0.1.0
 * @category errors
 */
export class SubmissionRejected extends Schema.TaggedError<SubmissionRejected>(
  "effect-activecampaign/SubmissionRejected"
)("SubmissionRejected", {
  request: Schema.String,
  status: Schema.Int,
  detail: Schema.String,
  /** The first 500. */
  reasons: Schema.Array(Reason),
  /** ActiveCampaign's ID of the request, if the answer had one. */
  requestId: Schema.optionalWith(Schema.String, { exact: true })
}) {
  readonly isTransient = false
  override get message() {
    const first = this.reasons
      .slice(0, shown)
      .map(({ contact, reason }) =>
        Option.match(contact, { onNone: () => reason, onSome: (row) => `contact ${row}: ${reason}` })
      )
    const more = this.reasons.length > shown ? [`and ${this.reasons.length - shown} more`] : []
    const why = [...first, ...more].join("; ")
    return `${this.request}: ActiveCampaign rejected the submission with ${this.status}: ${this.detail}${why === "" ? "" : ` (${why})`}. None of its contacts was queued.`
  }
}

/**
 * Everything a submission can fail with, as a schema.
 *
 * @since 0.1.0
 * @category errors
 */
export const SubmissionError = Schema.Union(
  ...ActiveCampaignError.members,
  SubmissionTooLarge,
  SubmissionRejected
)

/**
 * @since 0.1.0
 * @category errors
 */
export type SubmissionError = ActiveCampaignError | SubmissionTooLarge | SubmissionRejected
