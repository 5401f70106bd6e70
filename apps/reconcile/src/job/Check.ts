import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import type { Sideloading } from "effect-activecampaign/ContactDetails"
import type { ContactId } from "effect-activecampaign/ContactId"
import type { ResolvedInDetail } from "effect-activecampaign/Resolved"
import type { ContactsError } from "effect-activecampaign/ContactsError"
import * as Looks from "../ledger/asSent/Looks.js"
import * as Wanted from "../ledger/asSent/Wanted.js"
import { reconcileStale } from "../ledger/conclusions/Reconciliation.js"
import * as Lookups from "../ledger/facts/Lookups.js"
import type { Ledger } from "../ledger/Ledger.js"
import type { LedgerError } from "../ledger/LedgerError.js"
import { type AccountStep, type Calls, cut, makeCalls, mayGoOn } from "./AccountStep.js"
import {
  type CheckOptions,
  type CheckPlan,
  contactsPerCall,
  isLeftOut,
  type namesFor,
  planOf
} from "./checkPlan.js"

export interface CheckReport {
  readonly plan: CheckPlan
  /** Sent contacts of which the run compared something with what they were sent with, also while IDs were resolved. */
  readonly looked: number
  /** Sent contacts that were not in the account when it was asked for them. */
  readonly gone: number
  /** Contacts not looked at, for lack of calls, time or an answer. */
  readonly left: number
  /** Contacts that were looked at, and whose answer did not have all of what was sent. */
  readonly unseen: number
  /** What the account does with `include`. */
  readonly sideloading: Sideloading
}

/** How many sent contacts have been compared. */
export interface CheckCounts {
  looked: number
  /** Keys of those counted: what one look lacked, another may compare. */
  readonly compared: Set<string>
  /** Keys of those that were not in the account. */
  readonly gone: Set<string>
  /** Those that showed more than at their last look. */
  more?: number
}

export const nothingLooked = (): CheckCounts => ({ looked: 0, compared: new Set(), gone: new Set() })

export const countLooks =
  (counts: CheckCounts) =>
  ({ compared, gone, more }: Looks.Recorded): void => {
    for (const key of compared) counts.compared.add(key)
    for (const key of gone) counts.gone.add(key)
    counts.looked = counts.compared.size
    counts.more = (counts.more ?? 0) + more
  }

/** `ignored`: the account ignores the filter on IDs, so no page shows the contacts asked for. */
type Went = "on" | "end" | "ignored"

interface Way {
  readonly ask: (
    ids: ReadonlyArray<ContactId>,
    keep: (one: ResolvedInDetail) => void
  ) => Effect.Effect<void, ContactsError>
  readonly isIgnored: (error: ContactsError) => boolean
  /** Its contacts were looked at before: a failure leaves nothing open, and is no trouble. */
  readonly isProbe?: boolean
  /** Before something is compared that needs them. */
  readonly readNames: Effect.Effect<void, LedgerError, Ledger>
}

/** Whether an answer has fields, tags or lists of the contact. */
const showsParts = (one: ResolvedInDetail) =>
  one._tag === "Detailed" &&
  [one.details.fieldValues, one.details.tags, one.details.lists].some(({ _tag }) => _tag !== "NotSideloaded")

/**
 * Looks at the contacts of one call and records what they hold. A call that fails is made again in halves, so that one
 * contact does not keep others from being compared.
 */
const lookAt = (
  step: AccountStep,
  calls: Calls,
  counts: CheckCounts,
  some: ReadonlyArray<Wanted.Wanted>,
  way: Way
): Effect.Effect<Went, LedgerError, Ledger> =>
  Effect.gen(function* () {
    const asked = yield* Lookups.moment
    const kept: Array<ResolvedInDetail> = []
    const ids = some.map(({ contactId }) => contactId)
    const answer = yield* calls.make(way.ask(ids, (one) => kept.push(one)))
    if (kept.length > 0) {
      if (kept.some(showsParts)) yield* way.readNames
      step.countLooks(yield* Looks.record(kept, asked, some))
      yield* step.onEvent({ _tag: "Looked", done: counts.looked })
    }
    if (Either.isRight(answer)) return "on"
    if (answer.left === cut) return "end"
    if (way.isProbe === true) return calls.isHopeless() ? "end" : "on"
    if (way.isIgnored(answer.left)) {
      yield* calls.leave(answer.left)
      return calls.isHopeless() ? "end" : "ignored"
    }
    const seen = new Set(kept.map(({ id }) => id))
    const rest = some.filter(({ contactId }) => !seen.has(contactId))
    if (calls.isHopeless() || new Set(rest.map(({ contactId }) => contactId)).size <= 1) {
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
const byPages = (
  step: AccountStep,
  calls: Calls,
  counts: CheckCounts,
  { again = "probe" }: CheckOptions,
  readNames: Way["readNames"]
) =>
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
      isIgnored: (error) => error._tag === "FilterIgnored" && !isFilterUsed,
      readNames
    }
    const isAlone = Effect.map(step.contacts.sideloading, isLeftOut)
    const page = (some: ReadonlyArray<Wanted.Wanted>, of: Way = way) => {
      step.calls.spend(1)
      return lookAt(step, calls, counts, some, of)
    }
    /** Whether the others are worth asking for, too. */
    const showsMore = (before: number) =>
      Effect.map(
        step.contacts.sideloading,
        (now) => (counts.more ?? 0) > before || (again === "all" && now === "served")
      )
    // What one answer left out, another may have.
    for (const which of ["new", "unseen"] as const) {
      if (which === "unseen" && (yield* isAlone)) break
      if (which === "unseen" && again === "probe" && (yield* mayGoOn(step))) {
        const oldest = yield* Wanted.unseenLongest(contactsPerCall)
        const before = counts.more ?? 0
        const went = oldest.length === 0 ? "on" : yield* page(oldest, { ...way, isProbe: true })
        if (went !== "on") return went !== "ignored"
        if (!(yield* showsMore(before))) break
      }
      let after: Wanted.Wanted | null = null
      while (yield* mayGoOn(step)) {
        // Names and phone numbers can still be compared, but only of contacts that were not looked at.
        const now = which === "new" && (yield* isAlone) ? "named" : which
        const some: ReadonlyArray<Wanted.Wanted> = yield* Wanted.next(now, after, contactsPerCall)
        const last = some.at(-1)
        if (last === undefined) break
        after = last
        const before = counts.more ?? 0
        const went = yield* page(some)
        if (went !== "on") return went !== "ignored"
        if (which === "unseen" && !(yield* showsMore(before))) break
      }
    }
    return true
  })

/** Its tags take a second call. */
const callsByItself = 2

const oneByOne = (
  step: AccountStep,
  calls: Calls,
  counts: CheckCounts,
  most: number,
  readNames: Way["readNames"]
) =>
  Effect.gen(function* () {
    const way: Way = {
      ask: ([id], keep) =>
        id === undefined ? Effect.void : Effect.map(step.contacts.detailsByItself(id, { tags: true }), keep),
      isIgnored: () => false,
      readNames
    }
    let asked = 0
    for (const which of ["unseen", "new"] as const) {
      let after: Wanted.Wanted | null = null
      while (asked < most && step.calls.left() >= callsByItself && (yield* mayGoOn(step))) {
        const [one]: ReadonlyArray<Wanted.Wanted> = yield* Wanted.next(which, after, 1)
        if (one === undefined) break
        after = one
        asked += 1
        step.calls.spend(callsByItself)
        if ((yield* lookAt(step, calls, counts, [one], way)) !== "on") return
      }
    }
  })

/**
 * Looks at contacts that were sent with something declared and have not been looked at since their batch settled, 100 a
 * call, and again at those whose look did not show all of it. Resolving or walking past a contact in this run has counted
 * as a look.
 */
export const check = (
  step: AccountStep,
  options: CheckOptions,
  /** Counted on, also if the step is interrupted. */
  counts: CheckCounts,
  names: ReturnType<typeof namesFor>
): Effect.Effect<CheckReport, ContactsError | LedgerError, Ledger> =>
  Effect.gen(function* () {
    const calls = makeCalls(step)
    const plan = yield* planOf(step, options, names)
    if (plan.contacts > 0) yield* step.onEvent({ _tag: "CheckPlanned", plan, done: counts.looked })
    // Contacts that are asked for again may show nothing that needs the names.
    if (!isLeftOut(yield* step.contacts.sideloading) && (yield* Wanted.countNew) > 0) yield* names.read
    const showsAsked = yield* byPages(step, calls, counts, options, names.read)
    const sideloading = yield* step.contacts.sideloading
    const isAlone = !showsAsked || isLeftOut(sideloading)
    if (options.sample > 0 && (isAlone || (yield* Wanted.countUnseen) > 0))
      yield* oneByOne(step, calls, counts, options.sample, names.read)
    yield* calls.finish
    yield* reconcileStale()
    return {
      plan,
      looked: counts.looked,
      gone: counts.gone.size,
      left: yield* Wanted.countNew,
      unseen: yield* Wanted.countUnseen,
      sideloading: yield* step.contacts.sideloading
    }
  }).pipe(Effect.withSpan("reconcile.check"))
