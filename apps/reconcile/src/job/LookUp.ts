import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"
import type { Contact } from "effect-activecampaign/Contact"
import type { Detailed } from "effect-activecampaign/ContactDetails"
import type { ContactId } from "effect-activecampaign/ContactId"
import type { ContactsError, FilterIgnored } from "effect-activecampaign/ContactsError"
import { Ledger } from "../ledger/Ledger.js"
import type { LedgerError } from "../ledger/LedgerError.js"
import * as Looks from "../ledger/asSent/Looks.js"
import * as Lookups from "../ledger/facts/Lookups.js"
import { reconcileStale } from "../ledger/conclusions/Reconciliation.js"
import { type AccountStep, type Calls, cut, makeCalls, mayGoOn } from "./AccountStep.js"
import { type LookupPlan, planLookup, worthAsking } from "./lookupPlan.js"

const topic = { _tag: "Step", step: "lookup" } as const

export interface LookupReport {
  readonly plan: LookupPlan
  /** Addresses found in the account, and not found in it. */
  readonly found: number
  readonly absent: number
  /** Addresses still unaccounted. */
  readonly left: number
}

/** The number of a decimal ID; any other ID gives no bound. */
export const asNumber = (id: string) => (/^\d+$/.test(id) ? BigInt(id) : null)

/** Counts what there is to look up, and asks for the account's size if that may save calls. */
export const plan = <E>(
  step: Pick<AccountStep, "calls" | "endsAt">,
  newestId: Effect.Effect<Option.Option<string>, E, Ledger>,
  options: { readonly mustWalk?: boolean } = {}
): Effect.Effect<LookupPlan, E | LedgerError, Ledger> =>
  Effect.gen(function* () {
    const addresses = yield* Lookups.countUnaccounted
    const asks = addresses >= worthAsking || (options.mustWalk === true && addresses > 0)
    const goesOn = asks && (yield* mayGoOn(step))
    if (goesOn) step.calls.spend(1)
    const newest = goesOn ? Option.getOrNull(Option.map(yield* newestId, asNumber)) : null
    return planLookup({ addresses, newestId: newest, budget: step.calls.left(), ...options })
  })

/** Addresses handled together: each is one call, and they are recorded at once. */
const addressesAtOnce = 20

/** How many addresses have been found in the account, and how many are not in it. */
export interface LookupCounts {
  found: number
  absent: number
}

interface Asked {
  readonly address: Lookups.Unaccounted
  readonly contact: Option.Option<Contact>
}

/**
 * One address after another, in random order: when calls or time run out, those that never get an answer are not always
 * before the others. Returns the errors if the account ignored the filter on addresses, so that only a walk can tell.
 */
const byAddress = (step: AccountStep, calls: Calls, counts: LookupCounts) =>
  Effect.gen(function* () {
    const addresses = [...(yield* Random.shuffle(yield* Lookups.unaccounted))]
    let next = 0
    const ignored: Array<FilterIgnored> = []
    let ignoredInARow = 0
    const isIgnored = () => ignoredInARow >= Math.min(2, addresses.length)
    while (yield* mayGoOn(step)) {
      const some = addresses.slice(next, next + Math.min(addressesAtOnce, step.calls.left()))
      if (some.length === 0) break
      next += some.length
      const moment = yield* Lookups.moment
      // Answers from before time runs out are kept: their calls are spent.
      const answered: Array<Asked> = []
      let isCut = false
      const ask = (address: Lookups.Unaccounted) =>
        Effect.suspend(() => {
          if (isCut || calls.isHopeless() || isIgnored()) return Effect.void
          step.calls.spend(1)
          return Effect.flatMap(calls.make(step.contacts.findByEmail(address.email)), (asked) => {
            if (Either.isRight(asked)) {
              ignoredInARow = 0
              answered.push({ address, contact: asked.right })
              return Effect.void
            }
            const reason = asked.left
            if (reason === cut) {
              isCut = true
              return Effect.void
            }
            if (reason._tag === "FilterIgnored") {
              ignored.push(reason)
              ignoredInARow += 1
              return Effect.void
            }
            return calls.leave(reason)
          })
        })
      const record = Effect.suspend(() => {
        counts.found += answered.filter(({ contact }) => Option.isSome(contact)).length
        counts.absent += answered.filter(({ contact }) => Option.isNone(contact)).length
        const lookedUp = answered.map(({ address, contact }) => ({ ...address, contact }))
        return Lookups.record(lookedUp, "address", moment)
      })
      yield* Effect.forEach(some, ask, { concurrency: 4, discard: true }).pipe(
        Effect.onInterrupt(() => Effect.ignore(record))
      )
      yield* record
      if (isCut || isIgnored() || calls.isHopeless()) break
      yield* step.onEvent({ _tag: "LookedUp", done: counts.found + counts.absent })
    }
    return ignored
  })

/** A walk from the first contact to the last. Only its whole length proves that an address is absent. */
const byWalk = (step: AccountStep, calls: Calls, counts: LookupCounts, upTo?: ContactId) =>
  Effect.gen(function* () {
    const begun = yield* Lookups.moment
    let isCut = false
    // Page by page: they may be shorter than the plan counted on, and every one is a call.
    const pages = step.inDetail ? step.contacts.walkDetails({ upTo }) : step.contacts.walk({ upTo })
    const walked = Stream.chunks<Contact | Detailed, ContactsError, never>(pages).pipe(
      Stream.runForEachWhile((page) =>
        Effect.gen(function* () {
          step.calls.spend(1)
          yield* step.journal.answered(topic)
          const now = DateTime.formatIso(yield* DateTime.now)
          const all = [...page]
          const contacts = all.map((one) => ("details" in one ? one.contact : one))
          const found = Lookups.recordWalked(contacts, { begun, now })
          const looks = Looks.record(
            all.filter((one) => "details" in one),
            { ...begun, askedAt: now }
          )
          if (step.inDetail) {
            const [more, looked] = yield* Ledger.transact(() => Effect.zip(found, looks))
            counts.found += more
            step.countLooks(looked)
          } else counts.found += yield* found
          yield* step.onEvent({ _tag: "LookedUp", done: counts.found })
          isCut = step.calls.left() === 0
          return !isCut
        })
      )
    )
    const finished = yield* calls.make(walked, 1)
    if (Either.isLeft(finished) && finished.left !== cut) step.calls.spend(1)
    if (Either.isLeft(finished) || isCut) return finished
    counts.absent += yield* Lookups.recordAbsent(begun)
    yield* step.onEvent({ _tag: "LookedUp", done: counts.found + counts.absent })
    return finished
  })

/**
 * Looks up the addresses in neither list, in the cheaper way, as far as calls and time allow. When resumed, it continues
 * with those still unaccounted. If the account does not answer about one address, page or question, the others are still
 * asked for.
 */
export const lookUp = (
  step: AccountStep,
  /** Counted on, also if the step is interrupted. */
  counts: LookupCounts = { found: 0, absent: 0 }
): Effect.Effect<LookupReport, ContactsError | LedgerError, Ledger> =>
  Effect.gen(function* () {
    const calls = makeCalls(step)
    let newest: ContactId | undefined
    /** Without the account's size, the addresses can still be looked up one by one. */
    const newestId = Effect.map(calls.make(step.contacts.newestId), (asked) => {
      const id = Option.flatten(Either.getRight(asked))
      newest = Option.getOrUndefined(id)
      return id
    })
    let followed = yield* plan(step, newestId)
    if (followed.addresses > 0) yield* step.onEvent({ _tag: "Planned", plan: followed })
    const walk = Effect.gen(function* () {
      const walked = yield* byWalk(step, calls, counts, newest)
      if (Either.isRight(walked) || walked.left === cut) return true
      yield* calls.leave(walked.left)
      // What it has found so far is not asked for again.
      yield* reconcileStale()
      return calls.isHopeless()
    })
    if (followed.addresses > 0) {
      // An unreadable page ends every walk, but addresses can still be looked up one by one.
      const isDone = followed.method === "walk" && (yield* walk)
      const ignored = isDone ? [] : yield* byAddress(step, calls, counts)
      if (ignored.length > 0) {
        followed = yield* plan(step, newestId, { mustWalk: true })
        if (followed.method === "walk") yield* walk
        else yield* Effect.forEach(ignored, calls.leave, { discard: true })
      }
    }
    yield* calls.finish
    yield* reconcileStale()
    return { plan: followed, ...counts, left: yield* Lookups.countUnaccounted }
  }).pipe(Effect.withSpan("reconcile.lookUp"))
