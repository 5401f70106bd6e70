import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import type { Sideloading } from "effect-activecampaign/ContactDetails"
import type { ContactId } from "effect-activecampaign/ContactId"
import type { ResolvedInDetail } from "effect-activecampaign/Resolved"
import type { ContactsError } from "effect-activecampaign/ContactsError"
import * as Looks from "../ledger/asSent/Looks.js"
import { reconcileStale } from "../ledger/conclusions/Reconciliation.js"
import * as Lookups from "../ledger/facts/Lookups.js"
import type { Ledger } from "../ledger/Ledger.js"
import type { LedgerError } from "../ledger/LedgerError.js"
import { type AccountStep, type Calls, cut, makeCalls, mayGoOn } from "./AccountStep.js"
import { type CheckPlan, contactsPerCall, planCheck } from "./checkPlan.js"

export interface CheckReport {
  readonly plan: CheckPlan
  /** Sent contacts that this step compared with all they were sent with. */
  readonly looked: number
  /** Contacts not looked at, for lack of calls, time or an answer. */
  readonly left: number
  /** What the account does with `include`. */
  readonly sideloading: Sideloading
}

/** How many sent contacts have been compared. */
export interface CheckCounts {
  looked: number
}

export interface CheckOptions {
  /** The most contacts to ask for one by one, if the account leaves fields, tags and lists out of its answers. */
  readonly sample: number
}

/** Whether the account leaves fields, tags and lists out of its answers. */
export const isLeftOut = (sideloading: Sideloading) => sideloading === "ignored" || sideloading === "refused"

/** `ignored`: the account ignores the filter on IDs, so no page shows the contacts asked for. */
type Went = "on" | "end" | "ignored"

interface Way {
  readonly ask: (
    ids: ReadonlyArray<ContactId>,
    keep: (one: ResolvedInDetail) => void
  ) => Effect.Effect<void, ContactsError>
  readonly isIgnored: (error: ContactsError) => boolean
}

/**
 * Looks at the contacts of one call and records what they hold. A call that fails is made again in halves, so that one
 * contact does not keep others from being compared.
 */
const lookAt = (
  step: AccountStep,
  calls: Calls,
  counts: CheckCounts,
  some: ReadonlyArray<Looks.Wanted>,
  way: Way
): Effect.Effect<Went, LedgerError, Ledger> =>
  Effect.gen(function* () {
    const asked = yield* Lookups.moment
    const kept: Array<ResolvedInDetail> = []
    const ids = [...new Set(some.map(({ contactId }) => contactId))]
    const answer = yield* calls.make(way.ask(ids, (one) => kept.push(one)))
    if (kept.length > 0) {
      counts.looked += yield* Looks.record(kept, asked, some)
      yield* step.onEvent({ _tag: "Looked", done: counts.looked })
    }
    if (Either.isRight(answer)) return "on"
    if (answer.left === cut) return "end"
    if (way.isIgnored(answer.left)) {
      yield* calls.leave(answer.left)
      return calls.isHopeless() ? "end" : "ignored"
    }
    const seen = new Set(kept.map(({ id }) => id))
    const rest = some.filter(({ contactId }) => !seen.has(contactId))
    if (rest.length === 0) return "on"
    if (calls.isHopeless() || new Set(rest.map(({ contactId }) => contactId)).size === 1) {
      yield* calls.leave(answer.left)
      return calls.isHopeless() ? "end" : "on"
    }
    const middle = Math.ceil(rest.length / 2)
    for (const half of [rest.slice(0, middle), rest.slice(middle)]) {
      if (!(yield* mayGoOn(step))) {
        yield* calls.leave(answer.left)
        return "end"
      }
      step.calls.spend(1)
      const went = yield* lookAt(step, calls, counts, half, way)
      if (went !== "on") return went
    }
    return "on"
  })

/** True unless the account ignores the filter on IDs, so that pages cannot show the contacts asked for. */
const byPages = (step: AccountStep, calls: Calls, counts: CheckCounts) =>
  Effect.gen(function* () {
    let isFilterUsed = false
    const way: Way = {
      ask: (ids, keep) =>
        Effect.tap(
          Stream.runForEach(step.contacts.details(Stream.fromIterable(ids)), (one) =>
            Effect.sync(() => keep(one))
          ),
          () => {
            isFilterUsed = true
          }
        ),
      isIgnored: (error) => error._tag === "FilterIgnored" && !isFilterUsed
    }
    // What one answer left out, another may have.
    for (const which of ["new", "unseen"] as const) {
      let after: Looks.Wanted | null = null
      while (!isLeftOut(yield* step.contacts.sideloading) && (yield* mayGoOn(step))) {
        const some: ReadonlyArray<Looks.Wanted> = yield* Looks.wanted(which, after, contactsPerCall)
        const last = some.at(-1)
        if (last === undefined) break
        after = last
        step.calls.spend(1)
        const went = yield* lookAt(step, calls, counts, some, way)
        if (went !== "on") return went !== "ignored"
      }
    }
    return true
  })

/** Its tags take a second call. */
const callsByItself = 2

const oneByOne = (step: AccountStep, calls: Calls, counts: CheckCounts, most: number) =>
  Effect.gen(function* () {
    const way: Way = {
      ask: ([id], keep) =>
        id === undefined ? Effect.void : Effect.map(step.contacts.detailsByItself(id, { tags: true }), keep),
      isIgnored: () => false
    }
    for (const which of ["unseen", "new"] as const) {
      let after: Looks.Wanted | null = null
      while (counts.looked < most && step.calls.left() >= callsByItself && (yield* mayGoOn(step))) {
        const [one]: ReadonlyArray<Looks.Wanted> = yield* Looks.wanted(which, after, 1)
        if (one === undefined) break
        after = one
        step.calls.spend(callsByItself)
        if ((yield* lookAt(step, calls, counts, [one], way)) !== "on") return
      }
    }
  })

const planOf = (step: AccountStep, { sample }: CheckOptions) =>
  Effect.gen(function* () {
    return planCheck({
      contacts: yield* Looks.countWanted,
      sideloading: yield* step.contacts.sideloading,
      sample,
      budget: step.calls.left()
    })
  })

/**
 * Looks at contacts that were sent with something declared and have not been looked at since their batch settled, 100 a
 * call. Resolving or walking past a contact in this run has counted as a look.
 */
export const check = (
  step: AccountStep,
  options: CheckOptions,
  /** Counted on, also if the step is interrupted. */
  counts: CheckCounts = { looked: 0 }
): Effect.Effect<CheckReport, ContactsError | LedgerError, Ledger> =>
  Effect.gen(function* () {
    const calls = makeCalls(step)
    const plan = yield* planOf(step, options)
    if (plan.contacts > 0) yield* step.onEvent({ _tag: "CheckPlanned", plan })
    const showsAsked = yield* byPages(step, calls, counts)
    const isAlone = !showsAsked || isLeftOut(yield* step.contacts.sideloading)
    if (isAlone && options.sample > 0) yield* oneByOne(step, calls, counts, counts.looked + options.sample)
    yield* calls.finish
    yield* reconcileStale()
    return {
      plan,
      looked: counts.looked,
      left: yield* Looks.countWanted,
      sideloading: yield* step.contacts.sideloading
    }
  }).pipe(Effect.withSpan("reconcile.check"))
