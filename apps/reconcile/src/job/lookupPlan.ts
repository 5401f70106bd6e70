import type { Method } from "../ledger/facts/Lookups.js"

/** Contacts a page of a walk through the account holds. */
export const contactsPerPage = 100

/** From this many addresses on it is worth a call to ask how large the account is. */
export const worthAsking = 50

/** How many calls a walk to the contact with this ID takes at most. */
export const callsOfWalk = (newestId: bigint): number =>
  Number((newestId + BigInt(contactsPerPage) - 1n) / BigInt(contactsPerPage)) + 1

/** How to look up unaccounted addresses, and what it costs. */
export interface LookupPlan {
  /** Addresses to look up. */
  readonly addresses: number
  readonly method: Method
  /** Calls the method takes to the end, at most. */
  readonly calls: number
  /** Calls of a walk; null if it was not worth a call to find out. */
  readonly walkCalls: number | null
  /** Calls available. */
  readonly budget: number
  /** Addresses that can be looked up with these. */
  readonly affordable: number
}

/**
 * The cheaper of one call an address and a walk through the whole account by ID, 100 contacts a call. The newest ID
 * bounds the number of contacts from above. A walk through those changed since the submission alone would be shorter,
 * and could not tell a contact that is missing from one that was there before.
 */
export const planLookup = (known: {
  readonly addresses: number
  readonly newestId: bigint | null
  readonly budget: number
  /** The account ignores the filter on addresses: only a walk can tell. */
  readonly mustWalk?: boolean
}): LookupPlan => {
  const { addresses, budget, mustWalk = false, newestId } = known
  const walkCalls = newestId === null ? null : callsOfWalk(newestId)
  const walks = walkCalls !== null && walkCalls <= budget && (mustWalk || walkCalls < addresses)
  const method: Method = walks ? "walk" : "address"
  const affordable = walks ? addresses : mustWalk ? 0 : Math.min(addresses, budget)
  return { addresses, method, calls: walks ? walkCalls : addresses, walkCalls, budget, affordable }
}
