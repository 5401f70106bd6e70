import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { ActiveCampaignClient } from "effect-activecampaign/ActiveCampaignClient"
import * as Contacts from "effect-activecampaign/Contacts"
import type { ContactsError } from "effect-activecampaign/ContactsError"
import * as Batches from "../ledger/facts/Batches.js"
import { checkAccount, type Ledger } from "../ledger/Ledger.js"
import type { LedgerError } from "../ledger/LedgerError.js"
import * as Links from "../ledger/facts/Links.js"
import * as Lookups from "../ledger/facts/Lookups.js"
import { whileLeased } from "../ledger/lease/Lease.js"
import { reconcileStale } from "../ledger/conclusions/Reconciliation.js"
import { type AccountStep, callBudget, withinTime } from "./AccountStep.js"
import { follow } from "./Follow.js"
import * as Journal from "./Journal.js"
import { lookUp, plan } from "./LookUp.js"
import * as Meanwhile from "./Meanwhile.js"
import type { LookupPlan } from "./lookupPlan.js"
import { resolve } from "./Resolve.js"
import type { RunEvent, StepProblem } from "./RunEvent.js"
import type { RunReport } from "./RunReport.js"
import { timesKept, timeToSettle } from "./pollPolicy.js"
import { steadyMillis } from "./steadyTime.js"
import * as Turns from "./turns.js"

export interface RunOptions {
  /** Whether to ask about the batches that have not settled; without it, only what `account` says is done. */
  readonly follow: boolean
  /** Ask about each open batch once, instead of until it settles. */
  readonly once: boolean
  /**
   * Longest time to wait for batches to settle; what is open then stays open for the next run. Each step after it may take
   * as long.
   */
  readonly deadline: Duration.Duration
  /** What to ask about contacts once the batches have been asked about. */
  readonly account: AccountOptions
  readonly onEvent: (event: RunEvent) => Effect.Effect<void>
}

export interface AccountOptions {
  /** Fetch the addresses of successful IDs with no known address. */
  readonly resolve: boolean
  /** Look up the addresses that are in neither list. */
  readonly lookup: boolean
  /** The most calls both may make together. */
  readonly maxCalls: number
}

/** When something that begins now has to end, on the steady clock. */
const endOf = (deadline: Duration.Duration) =>
  Effect.map(steadyMillis, (now) => now + Duration.toMillis(deadline))

/** How long the last batches of the file took to settle, in milliseconds, the latest last. */
const timesToSettle = Effect.map(Batches.lastSettled(timesKept), (batches) =>
  batches
    .map(({ settledAt, since, wasOpen }) => timeToSettle(DateTime.distance(since, settledAt), wasOpen === 1))
    .filter((time) => time > 0)
    .reverse()
)

/**
 * Asks about every open batch until it settles, records each change, and computes the outcomes.
 *
 * Trouble with one batch or contact is recorded and named, and never ends the run. A refused token does, and so does an
 * account that cannot be reached at all, because these affect every call.
 */
export const run = (
  options: RunOptions
): Effect.Effect<RunReport, ContactsError | LedgerError, Ledger | ActiveCampaignClient> =>
  Effect.gen(function* () {
    const client = yield* ActiveCampaignClient
    const contacts = yield* Contacts.make
    yield* checkAccount(client.url)
    yield* reconcileStale()

    const { deadline, once } = options
    const open = options.follow ? yield* Batches.open : []
    const stepProblems: Array<StepProblem> = []
    const turns = Turns.make()
    const calls = callBudget(options.account.maxCalls)
    const news = Effect.unsafeMakeLatch()
    const onEvent = (event: RunEvent) => {
      if (event._tag === "Settled") news.unsafeOpen()
      return options.onEvent(event)
    }
    const journal = yield* Journal.make({ url: client.url, open: open.length, onEvent })
    // Each step has its own time: otherwise a batch that never settles would leave it none.
    const stepOf = (name: StepProblem["step"]) =>
      Effect.gen(function* () {
        const step: AccountStep = {
          name,
          client,
          contacts,
          calls,
          journal,
          endsAt: yield* endOf(deadline),
          onEvent: (event) => {
            if (event._tag === "Resolved") journal.count({ resolved: event.done })
            if (event._tag === "LookedUp") journal.count({ lookedUp: event.done })
            return options.onEvent(event)
          },
          onProblem: (problem) => {
            stepProblems.push(problem)
            return options.onEvent({ _tag: "Failed", problem })
          }
        }
        return step
      })
    const { lookup: looksUp, resolve: resolves } = options.account
    const meanwhile = Meanwhile.make({
      turns,
      news,
      resolve: resolves && !once ? yield* stepOf("resolve") : null,
      lookup: looksUp && !once ? yield* stepOf("lookup") : null
    })
    const resolved = Effect.gen(function* () {
      const { gone, linked } = meanwhile.done.resolved
      if (!resolves || (linked + gone === 0 && (yield* Links.countUnknown) === 0)) return null
      return yield* resolve(yield* stepOf("resolve"), { linked, gone })
    })
    const lookedUp = Effect.gen(function* () {
      const { absent, found } = meanwhile.done.lookedUp
      if (!looksUp || (found + absent === 0 && (yield* Lookups.countUnaccounted) === 0)) return null
      return yield* lookUp(yield* stepOf("lookup"), { found, absent })
    })
    return yield* Effect.gen(function* () {
      yield* options.onEvent({ _tag: "Started", open: open.length })
      const endsAt = yield* endOf(deadline)
      const following = follow(open, {
        client,
        contacts,
        journal,
        once,
        endsAt,
        timesToSettle: yield* timesToSettle,
        turns,
        onEvent: options.onEvent
      })
      const endings = yield* meanwhile.during(Effect.tap(following, () => journal.decide))
      const batchProblems = endings.flatMap((ending) => (ending._tag === "Failed" ? [ending.problem] : []))
      const report: RunReport = {
        open: open.length,
        settled: endings.filter((ending) => ending._tag === "Settled"),
        stillOpen: endings.filter((ending) => ending._tag === "Open").length,
        resolved: yield* resolved,
        lookedUp: yield* lookedUp,
        problems: [...batchProblems, ...stepProblems]
      }
      return report
    }).pipe(Effect.ensuring(Effect.ignore(journal.finish)))
  }).pipe(whileLeased, Effect.withSpan("reconcile.run", { attributes: { once: options.once } }))

/** How the unaccounted addresses would be looked up. Records nothing. */
export const planOnly = (options: {
  readonly deadline: Duration.Duration
  readonly maxCalls: number
}): Effect.Effect<LookupPlan, ContactsError | LedgerError, Ledger | ActiveCampaignClient> =>
  Effect.gen(function* () {
    const client = yield* ActiveCampaignClient
    const contacts = yield* Contacts.make
    yield* checkAccount(client.url)
    yield* reconcileStale()
    const step = { calls: callBudget(options.maxCalls), endsAt: yield* endOf(options.deadline) }
    return yield* plan(step, Effect.map(withinTime(step)(contacts.newestId), Option.flatten))
  })
