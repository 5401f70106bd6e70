import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"
import type { ContactId } from "effect-activecampaign/ContactId"
import type { Resolved, ResolvedInDetail } from "effect-activecampaign/Resolved"
import type { ContactsError } from "effect-activecampaign/ContactsError"
import type { Ledger } from "../ledger/Ledger.js"
import type { LedgerError } from "../ledger/LedgerError.js"
import * as Links from "../ledger/facts/Links.js"
import { type Moment, moment } from "../ledger/facts/Lookups.js"
import { reconcileStale } from "../ledger/conclusions/Reconciliation.js"
import * as InDetail from "./inDetail.js"
import { type AccountStep, cut, makeCalls, mayGoOn } from "./AccountStep.js"

export interface ResolveReport {
  /** IDs whose address the account gave. */
  readonly linked: number
  /** IDs the account no longer has. */
  readonly gone: number
  /** IDs still unknown, for lack of calls, time or an answer. */
  readonly left: number
}

export const idsPerCall = 100

/** How many IDs have been linked to an address, and how many are gone. */
export interface ResolveCounts {
  linked: number
  gone: number
}

/** Counts what IDs were resolved to. Returns how many have been resolved by now. */
export const countResolved = (
  counts: ResolveCounts,
  resolved: ReadonlyArray<Resolved | ResolvedInDetail>
): number => {
  const gone = resolved.filter(({ _tag }) => _tag === "Gone").length
  counts.gone += gone
  counts.linked += resolved.length - gone
  return counts.linked + counts.gone
}

/** IDs of one call. */
interface Part {
  readonly ids: ReadonlyArray<ContactId>
  /** Why they are asked for once more: they are part of a call that failed. */
  readonly reason: ContactsError | null
}

const pagesOf = (ids: ReadonlyArray<ContactId>): ReadonlyArray<Part> =>
  Array.from({ length: Math.ceil(ids.length / idsPerCall) }, (_, page) => ({
    ids: ids.slice(page * idsPerCall, (page + 1) * idsPerCall),
    reason: null
  }))

const halves = (ids: ReadonlyArray<ContactId>, reason: ContactsError): ReadonlyArray<Part> => {
  if (ids.length === 1) return [{ ids, reason }]
  const middle = Math.ceil(ids.length / 2)
  return [
    { ids: ids.slice(0, middle), reason },
    { ids: ids.slice(middle), reason }
  ]
}

/**
 * Fetches the addresses of successful IDs with no known address, 100 a call. Each call is recorded at once, so a stopped
 * step continues where it was.
 *
 * A page that fails is asked for again in halves, so that one ID does not leave others unknown. Pages come in random order
 * and take turns with the halves of failed pages. So no IDs keep others from being asked for: not in this run by failing
 * first, and not in the next ones by using up the calls.
 */
export const resolve = (
  step: AccountStep,
  /** Counted on, also if the step is interrupted. */
  counts: ResolveCounts = { linked: 0, gone: 0 }
): Effect.Effect<ResolveReport, ContactsError | LedgerError, Ledger> =>
  Effect.gen(function* () {
    const calls = makeCalls(step)
    const unknown = yield* Links.unknownIds
    const pages = [...(yield* Random.shuffle(pagesOf(unknown)))]
    const parts: Array<Part> = []
    let open = unknown.length
    let isFilterUsed = false
    let askOneByOne = false
    let isPartsTurn = true

    const record = (resolved: ReadonlyArray<Resolved | ResolvedInDetail>, asked: Moment) =>
      Effect.gen(function* () {
        yield* InDetail.record(step, resolved, asked)
        const done = countResolved(counts, resolved)
        open -= resolved.length
        yield* step.onEvent({ _tag: "Resolved", done, left: Math.max(0, open) })
      })
    /** One by one if the service ignores the filter on IDs. Passes each item to `keep` as it arrives: an answer may fail halfway. */
    const ask = (ids: ReadonlyArray<ContactId>, keep: (resolved: Resolved | ResolvedInDetail) => void) => {
      const [first] = ids
      return askOneByOne && ids.length === 1 && first !== undefined
        ? Effect.map(InDetail.fetchOne(step, first), keep)
        : Stream.runForEach(InDetail.fetch(step, ids), (one) => Effect.sync(() => keep(one)))
    }
    const next = () => {
      isPartsTurn = !isPartsTurn
      return isPartsTurn ? (parts.shift() ?? pages.shift()) : (pages.shift() ?? parts.shift())
    }

    while (yield* mayGoOn(step)) {
      const part = next()
      if (part === undefined) break
      step.calls.spend(1)
      const kept = new Map<ContactId, Resolved | ResolvedInDetail>()
      const began = yield* moment
      const asked = yield* calls.make(ask(part.ids, (one) => kept.set(one.id, one)))
      if (kept.size > 0) yield* record([...kept.values()], began)
      if (Either.isRight(asked)) {
        if (!askOneByOne) isFilterUsed = true
        continue
      }
      const reason = asked.left
      if (reason === cut) break
      const ids = part.ids.filter((id) => !kept.has(id))
      if (ids.length === 0) continue
      if (calls.isHopeless()) {
        yield* calls.leave(reason)
        break
      }
      if (reason._tag === "FilterIgnored" && !isFilterUsed && !askOneByOne) {
        askOneByOne = true
        const all = [{ ids, reason }, ...parts.splice(0), ...pages.splice(0)]
        parts.push(...all.flatMap((part) => part.ids.map((id): Part => ({ ids: [id], reason: part.reason }))))
      } else if (part.ids.length > 1) parts.push(...halves(ids, reason))
      else yield* calls.leave(reason)
    }
    const unsolved = parts.find(({ reason }) => reason !== null)?.reason
    if (unsolved) yield* calls.leave(unsolved)
    yield* calls.finish
    yield* reconcileStale()
    return { ...counts, left: yield* Links.countUnknown }
  }).pipe(Effect.withSpan("reconcile.resolve"))
