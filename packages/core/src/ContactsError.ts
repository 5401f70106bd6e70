/**
 * What can go wrong with a look into the account, besides the call itself.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import type { ActiveCampaignError } from "./ActiveCampaignError.js"
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
 * Everything a look into the account can fail with.
 *
 * @since 0.1.0
 * @category errors
 */
export type ContactsError = ActiveCampaignError | FilterIgnored
