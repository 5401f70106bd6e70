import type { Sideloading } from "effect-activecampaign/ContactDetails"

/** Contacts that one call fetches with what they hold. */
export const contactsPerCall = 100

/** How what was sent is compared with the account, and what it costs. */
export interface CheckPlan {
  /** Contacts to look at. */
  readonly contacts: number
  /** Those of them that were looked at, and whose answer did not have all of what was sent. */
  readonly again: number
  /** `pages`: 100 a call, with fields, tags and lists in the answer. `one-by-one`: the account leaves them out of it. */
  readonly method: "pages" | "one-by-one"
  /** Calls for the names of fields, tags and lists and the exclusion list, if these are still to be read. */
  readonly names: number
  /** Calls it takes to look at all of them, with those for names. */
  readonly calls: number
  /** Calls available. */
  readonly budget: number
  /** Contacts that can be looked at with these. */
  readonly affordable: number
}

/** Without a sample, contacts are not asked for one by one: nobody expects a call for each. */
export const planCheck = (known: {
  /** Contacts that were not looked at. */
  readonly fresh: number
  readonly again: number
  readonly names: number
  readonly sideloading: Sideloading
  /** The most contacts to ask for one by one. */
  readonly sample: number
  readonly budget: number
}): CheckPlan => {
  const { again, budget, fresh, sample, sideloading } = known
  const contacts = fresh + again
  const names = contacts === 0 ? 0 : known.names
  const left = Math.max(0, budget - names)
  if (sideloading !== "ignored" && sideloading !== "refused") {
    const affordable = Math.min(contacts, left * contactsPerCall)
    const calls = names + Math.ceil(fresh / contactsPerCall) + Math.ceil(again / contactsPerCall)
    return { contacts, again, method: "pages", names, calls, budget, affordable }
  }
  // Its tags take a second call.
  const affordable = Math.min(contacts, sample, Math.floor(left / 2))
  return { contacts, again, method: "one-by-one", names, calls: names + contacts * 2, budget, affordable }
}
