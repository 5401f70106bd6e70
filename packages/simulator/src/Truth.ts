/**
 * What really became of each contact. No answer of the service says it.
 *
 * @since 0.1.0
 */

import * as Option from "effect/Option"
import * as EmailKey from "effect-activecampaign/EmailKey"
import type { Becomes } from "./Batch.js"
import type { Holdings } from "./Holdings.js"
import { makeAccount } from "./internal/account.js"
import { planOf } from "./internal/plan.js"
import type { Scenario } from "./Scenario.js"

/**
 * The fate of one submitted row of one batch.
 *
 * @since 0.1.0
 * @category models
 */
export interface Fate {
  readonly batchId: string
  /** The address as submitted in this row. */
  readonly email: string
  readonly emailKey: EmailKey.EmailKey
  /** `unreached`: the batch ended, or got stuck, before this contact's turn. */
  readonly became: Becomes | "unreached"
  /** The contact's ID in the account, if it has one. */
  readonly contactId: Option.Option<string>
  /** Whether the last answer about the batch has its ID, or its address. */
  readonly inSuccess: boolean
  readonly inFailure: boolean
}

/**
 * One fate for each row of each batch, in sending order.
 *
 * Rows with one e-mail key in one batch are one contact and share its fate. The first row decides it.
 *
 * @since 0.1.0
 * @category getters
 */
export const truth = (scenario: Scenario): ReadonlyArray<Fate> => {
  const plans = planOf(scenario)
  return scenario.batches.flatMap((batch) => {
    const contacts = plans.get(batch.batchId)?.contacts ?? []
    const byKey = new Map(contacts.map((contact) => [contact.key, contact]))
    const listed = batch.ends !== "never" || batch.partialLists
    return batch.contacts.flatMap(({ email }): Array<Fate> => {
      const contact = byKey.get(EmailKey.fromAddress(email))
      if (contact === undefined) return []
      const { becomes, contactId, inFailure, key, reached, timesInSuccess } = contact
      return [
        {
          batchId: batch.batchId,
          email,
          emailKey: key,
          became: reached ? becomes : "unreached",
          contactId: Option.fromNullable(contactId),
          inSuccess: listed && reached && timesInSuccess > 0,
          inFailure: listed && reached && inFailure
        }
      ]
    })
  })
}

/**
 * A contact as it really is in the account. Times are milliseconds after the simulator's start.
 *
 * @since 0.1.0
 * @category models
 */
export interface TrueContact {
  readonly id: string
  readonly email: string
  readonly createdAt: number
  readonly updatedAt: number
  /** Marked as deleted, but still answered. */
  readonly deleted: boolean
}

/**
 * The contacts in the account at a time, in milliseconds after the simulator's start, by ID. Includes those of the
 * scenario's batches, but not those of later submissions.
 *
 * @since 0.1.0
 * @category getters
 */
export const contactsAt = (scenario: Scenario, millis: number): ReadonlyArray<TrueContact> =>
  makeAccount(scenario).contacts(millis)

/**
 * What each contact in the account really holds at a time, in milliseconds after the simulator's start, by its ID. Includes
 * the contacts of the scenario's batches, but not those of later submissions.
 *
 * @since 0.1.0
 * @category getters
 */
export const holdingsAt = (scenario: Scenario, millis: number): ReadonlyMap<string, Holdings> => {
  const account = makeAccount(scenario)
  return new Map(account.contacts(millis).map(({ id }) => [id, account.holdings(id, millis)]))
}
