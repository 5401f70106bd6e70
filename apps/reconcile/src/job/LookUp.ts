import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Contact } from "effect-activecampaign/Contact"
import type { ContactsError } from "effect-activecampaign/ContactsError"
import type { Ledger } from "../ledger/Ledger.js"
import type { LedgerError } from "../ledger/LedgerError.js"
import * as Lookups from "../ledger/Lookups.js"
import { reconcileStale } from "../ledger/Reconciliation.js"
import { type AccountStep, mayGoOn, orProblem, problemOf, withinTime } from "./AccountStep.js"
import { type LookupPlan, planLookup, worthAsking } from "./lookupPlan.js"

export interface LookupReport {
  readonly plan: LookupPlan
  /** Addresses found in the account, and not found in it. */
  readonly found: number
  readonly absent: number
  /** Addresses still unaccounted. */
  readonly left: number
}

/** IDs are decimal; one that is not bounds nothing. */
const asNumber = (id: string) => (/^\d+$/.test(id) ? BigInt(id) : null)

/** Looks what there is to look up, and asks for the account's size where that may save calls. */
export const plan = (
  step: AccountStep,
  options: { readonly mustWalk?: boolean } = {}
): Effect.Effect<LookupPlan, ContactsError | LedgerError, Ledger> =>
  Effect.gen(function* () {
    const addresses = yield* Lookups.countUnaccounted
    const asks = addresses >= worthAsking || (options.mustWalk === true && addresses > 0)
    const goesOn = asks && (yield* mayGoOn(step))
    if (goesOn) step.calls.spend(1)
    const newest = goesOn ? yield* withinTime(step)(step.contacts.newestId) : Option.none()
    const newestId = Option.getOrNull(Option.map(Option.flatten(newest), asNumber))
    return planLookup({ addresses, newestId, budget: step.calls.left(), ...options })
  })

/** Addresses taken up at once: each is one call, and they are recorded together. */
const addressesAtOnce = 20

/** Addresses read at once: no index has the unaccounted in their order, so each reading sorts them. */
const addressesRead = 1000

interface Counts {
  found: number
  absent: number
}

interface Asked {
  readonly address: Lookups.Unaccounted
  readonly contact: Option.Option<Contact>
}

/** Refused one after another, so many addresses are no longer each one's own trouble. */
const refusedInARow = 40

/** One address's own trouble leaves it unaccounted; another's is everybody's. */
const isItsOwn = (error: ContactsError) => error._tag === "RequestRejected" || error._tag === "ContractBroken"

const byAddress = (step: AccountStep, counts: Counts) =>
  Effect.gen(function* () {
    let after = ""
    let refused = 0
    let page: ReadonlyArray<Lookups.Unaccounted> = []
    while (yield* mayGoOn(step)) {
      if (page.length === 0) page = yield* Lookups.unaccounted({ after, limit: addressesRead })
      const addresses = page.slice(0, Math.min(addressesAtOnce, step.calls.left()))
      page = page.slice(addresses.length)
      const last = addresses.at(-1)
      if (last === undefined) return
      step.calls.spend(addresses.length)
      const moment = yield* Lookups.moment
      // What was answered before a call fails, or time runs out, has been paid for.
      const answered: Array<Asked> = []
      const asked = withinTime(step)(
        Effect.forEach(
          addresses,
          (address) =>
            Effect.map(step.contacts.findByEmail(address.email), (contact) =>
              answered.push({ address, contact })
            ).pipe(Effect.catchIf(isItsOwn, (error) => step.onProblem(problemOf("lookup", error)))),
          { concurrency: 4, discard: true }
        )
      )
      const record = Effect.suspend(() => {
        counts.found += answered.filter(({ contact }) => Option.isSome(contact)).length
        counts.absent += answered.filter(({ contact }) => Option.isNone(contact)).length
        const lookedUp = answered.map(({ address, contact }) => ({ ...address, contact }))
        return Lookups.record(lookedUp, "address", moment)
      })
      yield* asked.pipe(
        Effect.tapError(() => record),
        Effect.onInterrupt(() => Effect.ignore(record))
      )
      yield* record
      after = last.emailKey
      refused = answered.length === 0 ? refused + addresses.length : 0
      if (refused >= refusedInARow) return
      yield* step.onEvent({ _tag: "LookedUp", done: counts.found + counts.absent })
    }
  })

/** A walk from the first contact to the last. Only its whole length proves that an address is absent. */
const byWalk = (step: AccountStep, counts: Counts) =>
  Effect.gen(function* () {
    const begun = yield* Lookups.moment
    let isCut = false
    // Page by page: they may be shorter than the plan counted on, and every one is a call.
    const walked = step.contacts.walk({}).pipe(
      Stream.chunks,
      Stream.runForEachWhile((contacts) =>
        Effect.gen(function* () {
          step.calls.spend(1)
          const now = DateTime.formatIso(yield* DateTime.now)
          counts.found += yield* Lookups.recordWalked([...contacts], { begun, now })
          yield* step.onEvent({ _tag: "LookedUp", done: counts.found })
          isCut = step.calls.left() === 0
          return !isCut
        })
      )
    )
    const finished = yield* withinTime(step)(walked)
    if (Option.isNone(finished) || isCut) return
    counts.absent += yield* Lookups.recordAbsent(begun)
    yield* step.onEvent({ _tag: "LookedUp", done: counts.found + counts.absent })
  })

/**
 * Asks the account for the addresses of which the lists said nothing, in the way the plan says, and as far as calls and
 * time reach. Resumed, it goes on with those still unaccounted.
 */
export const lookUp = (
  step: AccountStep,
  made: LookupPlan
): Effect.Effect<LookupReport, ContactsError | LedgerError, Ledger> =>
  Effect.gen(function* () {
    const counts: Counts = { found: 0, absent: 0 }
    let followed = made
    const askAll = Effect.suspend(() => {
      if (made.addresses === 0) return Effect.void
      if (made.method === "walk") return byWalk(step, counts)
      return Effect.catchTag(byAddress(step, counts), "FilterIgnored", (error) =>
        Effect.gen(function* () {
          followed = yield* plan(step, { mustWalk: true })
          yield* followed.method === "walk" ? byWalk(step, counts) : Effect.fail(error)
        })
      )
    })
    yield* orProblem(step, "lookup")(askAll)
    yield* reconcileStale()
    return { plan: followed, ...counts, left: yield* Lookups.countUnaccounted }
  }).pipe(Effect.withSpan("reconcile.lookUp"))
