import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { ContactId } from "effect-activecampaign/ContactId"
import { Gone, Link, type Resolved } from "effect-activecampaign/Contacts"
import type { ContactsError } from "effect-activecampaign/ContactsError"
import type { Ledger } from "../ledger/Ledger.js"
import type { LedgerError } from "../ledger/LedgerError.js"
import * as Links from "../ledger/Links.js"
import { reconcileStale } from "../ledger/Reconciliation.js"
import { type AccountStep, mayGoOn, orProblem, withinTime } from "./AccountStep.js"

export interface ResolveReport {
  /** IDs whose address the account told. */
  readonly linked: number
  /** IDs the account no longer has. */
  readonly gone: number
  /** IDs still unknown, for want of calls or time. */
  readonly left: number
}

const idsPerCall = 100

/** The first of the IDs by itself, where the service ignores the filter on IDs. */
const firstAlone = ({ calls, client }: AccountStep, ids: ReadonlyArray<ContactId>) =>
  Effect.gen(function* () {
    const first = calls.left() > 0 ? ids.slice(0, 1) : []
    calls.spend(first.length)
    return yield* Effect.forEach(first, (id) =>
      Effect.map(
        client.contact(id),
        Option.match({
          onNone: (): Resolved => new Gone({ id }),
          onSome: (contact): Resolved => new Link({ id, contact })
        })
      )
    )
  })

/**
 * Fetches the addresses behind the successful IDs that nobody knows, 100 a call. What was learnt is recorded call by
 * call: a step that is stopped goes on where it was.
 */
export const resolve = (
  step: AccountStep
): Effect.Effect<ResolveReport, ContactsError | LedgerError, Ledger> =>
  Effect.gen(function* () {
    const counts = { linked: 0, gone: 0 }
    let unknown = yield* Links.countUnknown
    let askOneByOne = false
    const ask = (ids: ReadonlyArray<ContactId>): Effect.Effect<ReadonlyArray<Resolved>, ContactsError> => {
      if (askOneByOne) return firstAlone(step, ids)
      step.calls.spend(1)
      return Effect.catchTag(
        Effect.map(Stream.runCollect(step.contacts.resolve(Stream.fromIterable(ids))), (all) => [...all]),
        "FilterIgnored",
        () => {
          askOneByOne = true
          return firstAlone(step, ids)
        }
      )
    }
    const askAll = Effect.gen(function* () {
      let after = ""
      while (unknown > 0 && (yield* mayGoOn(step))) {
        const ids = yield* Links.unknownIds({ after, limit: askOneByOne ? 1 : idsPerCall })
        if (ids.length === 0) break
        const resolved = yield* withinTime(step)(ask(ids))
        if (Option.isNone(resolved) || resolved.value.length === 0) break
        yield* Links.record(resolved.value, DateTime.formatIso(yield* DateTime.now))
        after = resolved.value.at(-1)?.id ?? after
        const linked = resolved.value.filter(({ _tag }) => _tag === "Link").length
        counts.linked += linked
        counts.gone += resolved.value.length - linked
        unknown -= resolved.value.length
        yield* step.onEvent({
          _tag: "Resolved",
          done: counts.linked + counts.gone,
          left: Math.max(0, unknown)
        })
      }
    })
    yield* orProblem(step, "resolve")(askAll)
    yield* reconcileStale()
    return { ...counts, left: yield* Links.countUnknown }
  }).pipe(Effect.withSpan("reconcile.resolve"))
