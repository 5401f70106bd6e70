/**
 * What can go wrong with a look into the account, besides the call itself.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { ActiveCampaignError } from "./ActiveCampaignError.js"
import { ContactId } from "./ContactId.js"

/**
 * The answer holds a contact nobody asked for, or not in this place: ActiveCampaign ignored the filter, or the order,
 * and sent whichever contacts come first. Nothing of such an answer is used.
 *
 * @since 0.1.0
 * @category errors
 */
export class FilterIgnored extends Schema.TaggedError<FilterIgnored>("effect-activecampaign/FilterIgnored")(
  "FilterIgnored",
  {
    request: Schema.String,
    filter: Schema.Literal("ids[]", "email", "id", "id_greater", "orders[id]"),
    /** The contact nobody asked for, or the first out of order. */
    stranger: ContactId
  }
) {
  readonly isTransient = false
  override get message() {
    const ignored =
      this.filter === "orders[id]"
        ? `the order ${this.filter} and answered with contact ${this.stranger} out of turn`
        : `the filter ${this.filter} and answered with contact ${this.stranger}, which was not asked for`
    return `${this.request}: ActiveCampaign ignored ${ignored}. Nothing of that answer was used.`
  }
}

/**
 * The answer does not show all there is, and so proves of nobody that the account does not have them:
 *
 * - `unreadable`: some of its items cannot be read as contacts.
 * - `withheld`: it counts contacts that match, and shows fewer or none.
 * - `ended-early`: a walk ended before a contact that the account is known to have.
 *
 * The contacts it does show are used. It is not asked for again by itself.
 *
 * @since 0.1.0
 * @category errors
 */
export class AnswerIncomplete extends Schema.TaggedError<AnswerIncomplete>(
  "effect-activecampaign/AnswerIncomplete"
)("AnswerIncomplete", {
  request: Schema.String,
  reason: Schema.Literal("unreadable", "withheld", "ended-early"),
  detail: Schema.String
}) {
  readonly isTransient = false
  override get message() {
    return `${this.request}: ActiveCampaign's answer is not whole: ${this.detail}. Nothing was concluded about contacts it does not show.`
  }
}

/**
 * Everything a look into the account can fail with, as a schema.
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
