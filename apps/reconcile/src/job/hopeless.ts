import type { ActiveCampaignError } from "effect-activecampaign/ActiveCampaignError"
import type { ContactsError } from "effect-activecampaign/ContactsError"
import { neverConnected, provesNothing } from "./blame.js"

/** What is asked about. */
export interface Asked {
  /** Null while it may still be asked. */
  readonly ending: unknown
  /** Null until it has answered in this run. */
  readonly answered: unknown
}

/** Judges, by the calls that failed so far, whether every other call must fail in the same way. */
export const make = <A extends Asked>(all: ReadonlyArray<A>, hasHeard: () => boolean) => {
  const refused = new Set<A>()
  const unreached = new Set<A>()
  let lastStranger: ContactsError | null = null
  const shownBy = () => Math.min(2, all.length)
  /** After this many refusals since the last answer, it is checked whether the token works at all. Null: the usual. */
  let enough: number | null = null

  return {
    note: (one: A, error: ActiveCampaignError) => {
      if (!provesNothing(error)) return
      lastStranger = error
      if (error._tag === "AuthenticationFailed") refused.add(one)
      else if (error._tag === "ApiUnavailable") unreached.add(one)
    },
    /** Something was answered. */
    answered: () => {
      refused.clear()
      enough = null
    },
    /** Other calls are answered, so it takes more refusals until that is checked again. */
    answersOthers: () => {
      refused.clear()
      enough = 2 * (enough ?? shownBy())
    },
    /** Whether every call must fail like this one, judged by two batches, or one if there is only one. */
    isTheEnd: (error: ActiveCampaignError) => {
      if (error._tag === "AuthenticationFailed") {
        if (refused.size < (enough ?? shownBy())) return false
        // A token that worked in this run is not refused while a batch that answered with it may still answer.
        return !all.some((one) => one.ending === null && one.answered !== null && !refused.has(one))
      }
      if (hasHeard() || unreached.size === 0) return false
      return neverConnected(error)
        ? unreached.size >= shownBy()
        : all.every((one) => one.ending !== null || unreached.has(one))
    },
    /** The last failure that does not show that the URL is the account's. */
    lastStranger: () => lastStranger
  }
}
