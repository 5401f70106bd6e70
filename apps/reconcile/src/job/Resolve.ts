import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"
import type { ContactId } from "effect-activecampaign/ContactId"
import { Gone, Link, type Resolved } from "effect-activecampaign/Contacts"
import type { ContactsError } from "effect-activecampaign/ContactsError"
import type { Ledger } from "../ledger/Ledger.js"
import type { LedgerError } from "../ledger/LedgerError.js"
import * as Links from "../ledger/Links.js"
import { reconcileStale } from "../ledger/Reconciliation.js"
import { type AccountStep, cut, makeCalls, mayGoOn } from "./AccountStep.js"
import { roundFrom } from "./roundFrom.js"

export interface ResolveReport {
  /** IDs whose address the account told. */
  readonly linked: number
  /** IDs the account no longer has. */
  readonly gone: number
  /** IDs still unknown, for want of calls, time or an answer. */
  readonly left: number
}

const idsPerCall = 100

/** One ID, where the service ignores the filter on IDs. */
const byItself = ({ client }: AccountStep, id: ContactId) =>
  Effect.map(
    client.contact(id),
    Option.match({
      onNone: (): Resolved => new Gone({ id }),
      onSome: (contact): Resolved => new Link({ id, contact })
    })
  )

/** IDs to be asked for once more, after the others, and why: they are part of a call that failed. */
interface Part {
  readonly ids: ReadonlyArray<ContactId>
  readonly reason: ContactsError | null
}

const halves = (ids: ReadonlyArray<ContactId>, reason: ContactsError): ReadonlyArray<Part> => {
  const middle = Math.ceil(ids.length / 2)
  return [
    { ids: ids.slice(0, middle), reason },
    { ids: ids.slice(middle), reason }
  ]
}

/**
 * Fetches the addresses behind the successful IDs that nobody knows, 100 a call. What was learnt is recorded call by
 * call: a step that is stopped goes on where it was. A page that fails is asked for again in halves, after the others, so
 * that one ID leaves no other one unknown.
 */
export const resolve = (
  step: AccountStep
): Effect.Effect<ResolveReport, ContactsError | LedgerError, Ledger> =>
  Effect.gen(function* () {
    const counts = { linked: 0, gone: 0 }
    const calls = makeCalls(step)
    let unknown = yield* Links.countUnknown
    let askOneByOne = false
    // Where an earlier run was left in trouble, this one begins elsewhere, so that calls for others are left, too.
    const skipped = step.wasTroubled ? yield* Random.nextIntBetween(0, Math.max(1, unknown)) : 0
    const start = skipped === 0 ? "" : ((yield* Links.unknownAt(skipped)) ?? "")
    const nextPage = roundFrom(start, (id: ContactId) => id, Links.unknownIds)
    const parts: Array<Part> = []

    const record = (resolved: ReadonlyArray<Resolved>) =>
      Effect.gen(function* () {
        yield* Links.record(resolved, DateTime.formatIso(yield* DateTime.now))
        const linked = resolved.filter(({ _tag }) => _tag === "Link").length
        counts.linked += linked
        counts.gone += resolved.length - linked
        unknown -= resolved.length
        const done = counts.linked + counts.gone
        yield* step.onEvent({ _tag: "Resolved", done, left: Math.max(0, unknown) })
      })
    const ask = (ids: ReadonlyArray<ContactId>): Effect.Effect<ReadonlyArray<Resolved>, ContactsError> => {
      const [first] = ids
      if (ids.length === 1 && askOneByOne && first !== undefined) {
        return Effect.map(byItself(step, first), (resolved) => [resolved])
      }
      return Effect.map(Stream.runCollect(step.contacts.resolve(Stream.fromIterable(ids))), (all) => [...all])
    }

    while (yield* mayGoOn(step)) {
      const page = yield* nextPage(askOneByOne ? 1 : idsPerCall)
      const ids = page.length > 0 ? page : parts.shift()?.ids
      if (ids === undefined) break
      step.calls.spend(1)
      const asked = yield* calls.make(ask(ids))
      if (Either.isRight(asked)) {
        yield* record(asked.right)
        continue
      }
      const reason = asked.left
      if (reason === cut) break
      if (calls.isHopeless()) {
        yield* calls.leave(reason)
        break
      }
      if (reason._tag === "FilterIgnored" && !askOneByOne) {
        askOneByOne = true
        const one = (id: ContactId): Part => ({ ids: [id], reason: null })
        parts.push(...[...ids, ...parts.splice(0).flatMap((part) => part.ids)].map(one))
      } else if (ids.length > 1) parts.push(...halves(ids, reason))
      else yield* calls.leave(reason)
    }
    const unsolved = parts.find(({ reason }) => reason !== null)?.reason
    if (unsolved) yield* calls.leave(unsolved)
    yield* calls.finish
    yield* reconcileStale()
    return { ...counts, left: yield* Links.countUnknown }
  }).pipe(Effect.withSpan("reconcile.resolve"))
