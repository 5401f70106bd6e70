import type { Sideloading } from "effect-activecampaign/ContactDetails"

/** Contacts that one call fetches with what they hold. */
export const contactsPerCall = 100

/** How what was sent is compared with the account, and what it costs. */
export interface CheckPlan {
  /** Contacts to look at. */
  readonly contacts: number
  /** `pages`: 100 a call, with fields, tags and lists in the answer. `one-by-one`: the account leaves them out of it. */
  readonly method: "pages" | "one-by-one"
  /** Calls it takes to look at all of them. */
  readonly calls: number
  /** Calls available. */
  readonly budget: number
  /** Contacts that can be looked at with these. */
  readonly affordable: number
}

/** Without a sample, contacts are not asked for one by one: nobody expects a call for each. */
export const planCheck = (known: {
  readonly contacts: number
  readonly sideloading: Sideloading
  /** The most contacts to ask for one by one. */
  readonly sample: number
  readonly budget: number
}): CheckPlan => {
  const { budget, contacts, sample, sideloading } = known
  if (sideloading !== "ignored" && sideloading !== "refused") {
    const affordable = Math.min(contacts, budget * contactsPerCall)
    return { contacts, method: "pages", calls: Math.ceil(contacts / contactsPerCall), budget, affordable }
  }
  // Its tags take a second call.
  const affordable = Math.min(contacts, sample, Math.floor(budget / 2))
  return { contacts, method: "one-by-one", calls: contacts * 2, budget, affordable }
}
