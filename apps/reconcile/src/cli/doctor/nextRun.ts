import * as Effect from "effect/Effect"
import { hasAny } from "../../ledger/asSent/hasAny.js"
import * as Batches from "../../ledger/facts/Batches.js"
import * as Links from "../../ledger/facts/Links.js"
import * as Lookups from "../../ledger/facts/Lookups.js"
import * as Ledger from "../../ledger/Ledger.js"
import { planOnly } from "../../job/checkPlan.js"
import { contactsPerPage, planLookup, worthAsking } from "../../job/lookupPlan.js"
import { span } from "../../text/numbers.js"
import { batchesOf, plural } from "../output/text.js"
import { type Check, ok } from "./Check.js"

/** The calls that the next run would make. */
export interface NextRun {
  readonly batches: number
  readonly contactIds: number
  readonly addresses: number
  /** Batches to recompute first, whose contacts may then need a call. */
  readonly stale: number
  readonly resolveCalls: number
  readonly lookupCalls: number
  /** Contacts to compare with what they were sent with, and those of them whose last answer did not have all of it. */
  readonly contacts: number
  readonly contactsAgain: number
  readonly checkCalls: number
  /** The smallest number of calls. A batch may need more than one. */
  readonly calls: number
  /** Calls for resolving, looking up and comparing that --max-calls leaves for later runs. */
  readonly left: number
}

export interface Options {
  readonly db: string
  readonly url: string | undefined
  readonly maxCalls: number
  readonly requestsPerSecond: number
  /** The account's newest contact, which shows how large the account may be. */
  readonly newestId: string | undefined
}

/** What a run would compare with these calls. */
const comparing = (budget: number) =>
  Effect.gen(function* () {
    const none = { contacts: 0, contactsAgain: 0, checkCalls: 0 }
    if (!(yield* hasAny)) return none
    const { again, calls, contacts } = yield* planOnly({ sample: 0, budget })
    return contacts === 0 ? none : { contacts, contactsAgain: again, checkCalls: calls }
  })

export const nextRun = ({ maxCalls, newestId }: Options) =>
  Effect.gen(function* () {
    const batches = (yield* Batches.open).length
    const ids = yield* Links.countUnknown
    const addresses = yield* Lookups.countUnaccounted
    const { sql, use } = yield* Ledger.Ledger
    const [stale] = yield* use(sql<{ readonly stale: number }>`SELECT count(*) AS stale FROM stale_batches`)
    const resolveCalls = Math.ceil(ids / contactsPerPage)
    const isWorthAsking = addresses >= worthAsking && newestId !== undefined && /^\d+$/.test(newestId)
    const lookup = planLookup({
      addresses,
      newestId: isWorthAsking ? BigInt(newestId) : null,
      budget: Math.max(0, maxCalls - resolveCalls)
    })
    const compare = yield* comparing(Math.max(0, maxCalls - resolveCalls - lookup.calls))
    const others = resolveCalls + lookup.calls + compare.checkCalls
    const plan: NextRun = {
      batches,
      contactIds: ids,
      addresses,
      stale: stale?.stale ?? 0,
      resolveCalls: resolveCalls,
      lookupCalls: lookup.calls,
      ...compare,
      calls: batches + Math.min(maxCalls, others),
      left: Math.max(0, others - maxCalls)
    }
    return plan
  })

export const describeNext = (plan: NextRun, { maxCalls, requestsPerSecond }: Options): Check => {
  const parts = [
    ...(plan.stale > 0 ? [`recompute ${batchesOf(plan.stale)}`] : []),
    ...(plan.batches > 0 ? [`ask about ${batchesOf(plan.batches)}`] : []),
    ...(plan.contactIds > 0
      ? [`resolve ${plural(plan.contactIds, "contact ID")} in ${plural(plan.resolveCalls, "call")}`]
      : []),
    ...(plan.addresses > 0
      ? [
          `look up ${plural(plan.addresses, "address", "addresses")} in ${plural(plan.lookupCalls, "call")} at most`
        ]
      : []),
    ...(plan.contacts > 0
      ? [
          `compare ${plural(plan.contacts, "contact")} with what was sent in ${plural(plan.checkCalls, "call")}`
        ]
      : [])
  ]
  if (parts.length === 0) return ok("next-run", "A run would have nothing to do.")
  const cost =
    plan.calls === 0
      ? "no call"
      : `${plural(plan.calls, "call")} or more, about ${span((plan.calls * 1000) / requestsPerSecond)} at ${requestsPerSecond} a second`
  const later =
    plan.left > 0 ? ` --max-calls ${maxCalls} leaves ${plural(plan.left, "call")} for later runs.` : ""
  return ok("next-run", `A run would ${parts.join(", ")}: ${cost}.${later}`)
}
