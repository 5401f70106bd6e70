/**
 * What can go wrong when asking for contacts, besides the call itself.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { ActiveCampaignError } from "./ActiveCampaignError.js"
import { ContactId } from "./ContactId.js"

/**
 * The answer has a contact that was not asked for, or is out of order: ActiveCampaign ignored the filter or the order, and
 * sent the first contacts of the account. Nothing of the answer is used.
 *
 * @since 0.1.0
 * @category errors
 */
export class FilterIgnored extends Schema.TaggedError<FilterIgnored>("effect-activecampaign/FilterIgnored")(
  "FilterIgnored",
  {
    request: Schema.String,
    filter: Schema.Literal("ids[]", "email", "id", "id_greater", "orders[id]"),
    /** The contact that was not asked for, or the first out of order. */
    stranger: ContactId
  }
) {
  readonly isTransient = false
  override get message() {
    const ignored =
      this.filter === "orders[id]"
        ? `the order ${this.filter} and answered with contact ${this.stranger} out of order`
        : `the filter ${this.filter} and answered with contact ${this.stranger}, which was not asked for`
    return `${this.request}: ActiveCampaign ignored ${ignored}. Nothing of that answer was used.`
  }
}

/**
 * The answer is incomplete, so it does not prove that anything is absent from the account:
 *
 * - `unreadable`: some of its items cannot be read.
 * - `withheld`: it counts more than it shows.
 * - `ended-early`: a walk ended before a contact that is known to be in the account.
 * - `repeated`: a page of fields, tags, lists or exclusions only repeats earlier ones: its offset was ignored.
 *
 * What it does show is used. It is not retried.
 *
 * @since 0.1.0
 * @category errors
 */
export class AnswerIncomplete extends Schema.TaggedError<AnswerIncomplete>(
  "effect-activecampaign/AnswerIncomplete"
)("AnswerIncomplete", {
  request: Schema.String,
  reason: Schema.Literal("unreadable", "withheld", "ended-early", "repeated"),
  detail: Schema.String
}) {
  readonly isTransient = false
  override get message() {
    return `${this.request}: ActiveCampaign's answer is incomplete: ${this.detail}. Nothing was concluded about what it does not show.`
  }
}

/**
 * Everything that asking for contacts can fail with, as a schema.
 *
 * @since 0.1.0
 * @category errors
 */
export const ContactsError = Schema.Union(...ActiveCampaignError.members, FilterIgnored, AnswerIncomplete)

/**
 * @since 0.1.0
 * @category errors
 */
export type ContactsError = ActiveCampaignError | FilterIgnored | AnswerIncomplete
