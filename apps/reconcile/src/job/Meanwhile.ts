import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Resolved, ResolvedInDetail } from "effect-activecampaign/Resolved"
import type { Ledger } from "../ledger/Ledger.js"
import type { LedgerError } from "../ledger/LedgerError.js"
import * as Links from "../ledger/facts/Links.js"
import * as Lookups from "../ledger/facts/Lookups.js"
import { reconcileStale } from "../ledger/conclusions/Reconciliation.js"
import { type CheckCounts, nothingLooked } from "./Check.js"
import { type AccountStep, type Calls, cut, makeCalls } from "./AccountStep.js"
import * as InDetail from "./inDetail.js"
import { asNumber, type LookupCounts } from "./LookUp.js"
import { callsOfWalk, worthAsking } from "./lookupPlan.js"
import { countResolved, idsPerCall, type ResolveCounts } from "./Resolve.js"
import { steadyMillis } from "./steadyTime.js"
import type { Turns } from "./turns.js"

/** If no batch settles for this long, IDs are resolved even if they do not fill a call. */
const lull = "10 seconds"

/** If no address was waiting, the file is read again only after this time. */
const pause = Duration.toMillis(lull)

/** How long a call may still take when following is over. */
const patience = "5 seconds"

/** Addresses read from the file at once. */
const addressesAtOnce = 20

/** What the steps did while batches were followed. */
export interface Done {
  readonly resolved: ResolveCounts
  readonly lookedUp: LookupCounts
  readonly checked: CheckCounts
}

export const nothingDone = (): Done => ({
  resolved: { linked: 0, gone: 0 },
  lookedUp: { found: 0, absent: 0 },
  checked: nothingLooked()
})

export interface Options {
  readonly turns: Turns
  /** What the run has done so far; it is counted on. */
  readonly done: Done
  /** Opened when a batch has settled, because there may be something to ask for. */
  readonly news: Effect.Latch
  /** Before contacts are compared with what was sent. */
  readonly readNames: Effect.Effect<void, LedgerError, Ledger>
  /** Null: the run does not take this step. */
  readonly resolve: AccountStep | null
  readonly lookup: AccountStep | null
}

/** One call of a kind, unless there is nothing to ask for or one of them failed. True: a call was made. */
type Asking = Effect.Effect<boolean, LedgerError, Ledger>

const none: Asking = Effect.succeed(false)

/**
 * Records why a kind of call ends early. An ignored filter, or the end of the time, is not recorded: a later step can do it
 * in another way.
 */
const leave = (calls: Calls, reason: Parameters<Calls["leave"]>[0] | typeof cut) =>
  reason === cut || reason._tag === "FilterIgnored" ? Effect.void : calls.leave(reason)

/** Fetches the addresses of one call's IDs, if there are at least `least` of them. */
const resolving = (
  step: AccountStep,
  calls: Calls,
  counts: ResolveCounts,
  readNames: Options["readNames"]
) => {
  let isOver = false
  return (least: number): Asking =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        if (isOver || step.calls.left() === 0) return false
        const ids = yield* Links.someUnknown(idsPerCall)
        if (ids.length < least) return false
        yield* restore(readNames)
        step.calls.spend(1)
        const kept: Array<Resolved | ResolvedInDetail> = []
        const began = yield* Lookups.moment
        const asked = yield* restore(
          calls.make(Stream.runForEach(InDetail.fetch(step, ids), (one) => Effect.sync(() => kept.push(one))))
        )
        if (kept.length > 0) {
          yield* InDetail.record(step, kept, began)
          yield* step.onEvent({ _tag: "Resolved", done: countResolved(counts, kept), left: 0 })
        }
        // IDs that an answer leaves out would be asked for again and again.
        isOver = Either.isLeft(asked) || kept.length < ids.length
        if (Either.isLeft(asked)) yield* leave(calls, asked.left)
        return true
      })
    )
}

/**
 * Looks up one by one the addresses that no open batch or ID can account for. It makes at most as many calls as a walk
 * through the account, and at most half of those that are left. So the total stays low even if a walk turns out to be cheaper
 * at the end.
 */
const lookingUp = (step: AccountStep, calls: Calls, counts: LookupCounts, resolvesIds: boolean) => {
  const asked = new Set<string>()
  const waiting: Array<Lookups.Unaccounted> = []
  const half = Math.floor(step.calls.left() / 2)
  let most = Math.min(half, worthAsking)
  let knowsWalk = false
  let looksAgainAt = Number.NEGATIVE_INFINITY
  let isOver = false
  const fail = (reason: Parameters<typeof leave>[1]) => {
    isOver = true
    return leave(calls, reason)
  }
  const raise = Effect.gen(function* () {
    knowsWalk = true
    step.calls.spend(1)
    const newest = yield* calls.make(step.contacts.newestId)
    if (Either.isLeft(newest)) return yield* fail(newest.left)
    const id = Option.getOrNull(Option.map(newest.right, asNumber))
    most = Math.max(most, Math.min(half, id === null ? half : callsOfWalk(id)))
  })
  const one = (restore: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>) =>
    Effect.gen(function* () {
      const address = waiting.shift()
      if (address === undefined) return
      asked.add(address.emailKey)
      const moment = yield* Lookups.moment
      step.calls.spend(1)
      const answer = yield* restore(calls.make(step.contacts.findByEmail(address.email)))
      if (Either.isLeft(answer)) return yield* fail(answer.left)
      yield* Lookups.record([{ ...address, contact: answer.right }], "address", moment)
      if (Option.isSome(answer.right)) counts.found += 1
      else counts.absent += 1
      yield* step.onEvent({ _tag: "LookedUp", done: counts.found + counts.absent })
    })
  return (): Asking =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        if (isOver || step.calls.left() === 0) return false
        const now = yield* steadyMillis
        if (waiting.length === 0 && now >= looksAgainAt) {
          yield* reconcileStale({ meanwhile: true })
          const some = yield* Lookups.unaccountedForGood(asked.size + addressesAtOnce, {
            resolvesIds
          })
          waiting.push(...some.filter(({ emailKey }) => !asked.has(emailKey)).slice(0, addressesAtOnce))
          if (waiting.length === 0) looksAgainAt = now + pause
        }
        if (waiting.length === 0) return false
        if (asked.size < most) yield* one(restore)
        else if (most < half && !knowsWalk) yield* restore(raise)
        else return false
        return true
      })
    )
}

/**
 * Asks about contacts while batches are followed, with the calls that are left. After the first failed call of a kind, the
 * rest of that kind is left to the step after following, which has other ways to ask and reports the failure.
 */
export const make = ({ done, lookup, news, readNames, resolve, turns }: Options) => {
  let isOver = false
  const resolveSome =
    resolve === null ? () => none : resolving(resolve, makeCalls(resolve), done.resolved, readNames)
  const lookUpOne =
    lookup === null ? () => none : lookingUp(lookup, makeCalls(lookup), done.lookedUp, resolve !== null)

  const asMuchAsCan = (least: number) => {
    const next = Effect.flatMap(resolveSome(least), (hasAsked) =>
      hasAsked ? Effect.succeed(true) : lookUpOne()
    )
    return Effect.repeat(turns.spare(next), { while: Option.contains(true) })
  }

  const work = Effect.gen(function* () {
    while (!isOver) {
      yield* news.await
      news.unsafeClose()
      yield* asMuchAsCan(idsPerCall)
      if (isOver) return
      if (Option.isSome(yield* Effect.timeoutOption(news.await, lull))) continue
      yield* asMuchAsCan(1)
    }
  })

  return {
    during: <A, E, R>(following: Effect.Effect<A, E, R>): Effect.Effect<A, E | LedgerError, R | Ledger> =>
      Effect.scoped(
        Effect.gen(function* () {
          if (resolve === null && lookup === null) return yield* following
          const working = yield* Effect.forkScoped(work)
          const result = yield* following
          isOver = true
          news.unsafeOpen()
          yield* Effect.timeoutOption(Fiber.join(working), patience)
          yield* reconcileStale({ meanwhile: true })
          return result
        })
      )
  }
}
