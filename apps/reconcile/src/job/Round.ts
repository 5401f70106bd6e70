import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { ActiveCampaignClient } from "effect-activecampaign/ActiveCampaignClient"
import type { BatchId } from "effect-activecampaign/BatchId"
import * as Contacts from "effect-activecampaign/Contacts"
import type { ContactsError } from "effect-activecampaign/ContactsError"
import * as Batches from "../ledger/facts/Batches.js"
import * as Links from "../ledger/facts/Links.js"
import * as AccountNames from "../ledger/asSent/AccountNames.js"
import * as Wanted from "../ledger/asSent/Wanted.js"
import * as SentValues from "../ledger/asSent/SentValues.js"
import * as Lookups from "../ledger/facts/Lookups.js"
import type { Ledger } from "../ledger/Ledger.js"
import type { LedgerError } from "../ledger/LedgerError.js"
import type { ContactStep } from "../ledger/schema/words.js"
import { type AccountStep, callBudget } from "./AccountStep.js"
import { CallMeter } from "./CallMeter.js"
import { type Ending, follow } from "./Follow.js"
import * as Journal from "./Journal.js"
import { lookUp } from "./LookUp.js"
import { type LookupPlan, planLookup } from "./lookupPlan.js"
import * as Meanwhile from "./Meanwhile.js"
import { timesKept, timeToSettle } from "./pollPolicy.js"
import { check, type CheckReport, countLooks } from "./Check.js"
import { type CheckOptions, isLeftOut, namesFor, planCheck } from "./checkPlan.js"
import * as Names from "./Names.js"
import { idsPerCall, resolve } from "./Resolve.js"
import type { RunEvent, StepProblem } from "./RunEvent.js"
import type { RunReport } from "./RunReport.js"
import { steadyMillis } from "./steadyTime.js"
import * as Turns from "./turns.js"

const noNames: Names.NamesPlan = { parts: [], before: 0, atTheEnd: 0, alone: 0 }

export interface AccountOptions {
  /** Fetch the addresses of successful IDs with no known address. */
  readonly resolve: boolean
  /** Look up the addresses that are in neither list. */
  readonly lookup: boolean
  /** Compare what was sent with what the account holds. Left out: not. */
  readonly check?: CheckOptions | undefined
  /** The most calls all of them may make together. */
  readonly maxCalls: number
}

export interface Options {
  /** Ask about each open batch once, instead of until it settles. */
  readonly once: boolean
  /** Longest time to wait for batches to settle. Each step after it may take as long. */
  readonly deadline: Duration.Duration
  /** What to ask about contacts once the batches have been asked about. */
  readonly account: AccountOptions
  readonly onEvent: (event: RunEvent) => Effect.Effect<void>
}

/** When something that begins now has to end, on the steady clock. */
export const endOf = (deadline: Duration.Duration) =>
  Effect.map(steadyMillis, (now) => now + Duration.toMillis(deadline))

/** How long the last batches of the file took to settle, in milliseconds, the latest last. */
const timesToSettle = Effect.map(Batches.lastSettled(timesKept), (batches) =>
  batches
    .map(({ settledAt, since, wasOpen }) => timeToSettle(DateTime.distance(since, settledAt), wasOpen === 1))
    .filter((time) => time > 0)
    .reverse()
)

/** Waits until there are more batches to follow. */
export type Joining = Effect.Effect<ReadonlyArray<Batches.OpenBatch>, LedgerError, Ledger>

/** What may still be asked about: successful IDs with no known address, unaccounted addresses, and contacts to compare. */
export interface Left {
  readonly ids: number
  readonly addresses: number
  readonly contacts: number
}

export type Rounds = Effect.Effect.Success<ReturnType<typeof make>>

/**
 * Follows batches, and resolves and looks up what their lists left open. A run makes one round; a run that watches makes one
 * whenever there is more to do. Its events and its report count over all of its rounds.
 */
export const make = (options: Options, open: number) =>
  Effect.gen(function* () {
    const client = yield* ActiveCampaignClient
    const contacts = yield* Contacts.make
    const meter = yield* CallMeter
    const { account, deadline, once } = options
    const turns = Turns.make()
    const calls = callBudget(account.maxCalls, meter.left)
    const news = Effect.unsafeMakeLatch()
    const endings = new Map<BatchId, Ending>()
    const stepProblems = new Map<ContactStep, Array<StepProblem>>()
    const done = Meanwhile.nothingDone()
    let lookupPlan: LookupPlan | null = null
    let checked: CheckReport | null = null
    let hasProbed = false
    /** Contacts may be loaded while a run watches. */
    const checks = account.check === undefined ? Effect.succeed(false) : SentValues.hasAny
    const hasRun = new Set<ContactStep>()
    const onEvent = (event: RunEvent) => {
      if (event._tag === "Settled") news.unsafeOpen()
      return options.onEvent(event)
    }
    const journal = yield* Journal.make({ url: client.url, open, onEvent })

    // Each step has its own time: otherwise a batch that never settles would leave it none.
    const stepWith = (problems: Array<StepProblem>, name: ContactStep) =>
      Effect.gen(function* () {
        const step: AccountStep = {
          name,
          client,
          contacts,
          inDetail: yield* checks,
          countLooks: countLooks(done.checked),
          calls,
          journal,
          endsAt: yield* endOf(deadline),
          onEvent: (event) => {
            if (event._tag === "Resolved") journal.count({ resolved: event.done })
            if (event._tag === "LookedUp") journal.count({ lookedUp: event.done })
            return options.onEvent(event)
          },
          onProblem: (problem) => {
            problems.push(problem)
            return options.onEvent({ _tag: "Failed", problem })
          }
        }
        return step
      })

    const stepOf = (name: ContactStep) =>
      Effect.suspend(() => {
        const problems: Array<StepProblem> = []
        stepProblems.set(name, problems)
        return stepWith(problems, name)
      })

    // Names are read in the middle of other steps, whose problems stay.
    const names = Names.make(stepWith([], "check"), calls.left)
    const comparing = namesFor(names)
    /** Before contacts are compared with what was sent. */
    const readNames = (reading: Effect.Effect<void, LedgerError, Ledger>) =>
      Effect.flatMap(checks, (is) => (is ? reading : Effect.void))
    const resolved = Effect.gen(function* () {
      const { gone, linked } = done.resolved
      if (!account.resolve || (linked + gone === 0 && (yield* Links.countUnknown) === 0)) return
      hasRun.add("resolve")
      const unknown = yield* Links.countUnknown
      const unaccounted = account.lookup ? yield* Lookups.countUnaccounted : 0
      const others = Math.ceil(unknown / idsPerCall) + Math.max(0, unaccounted - unknown)
      yield* readNames(names.beforeOutcomes(others))
      yield* resolve(yield* stepOf("resolve"), done.resolved)
    })
    const lookedUp = Effect.gen(function* () {
      const { absent, found } = done.lookedUp
      if (!account.lookup || (found + absent === 0 && (yield* Lookups.countUnaccounted) === 0)) return
      hasRun.add("lookup")
      yield* readNames(names.beforeOutcomes(yield* Lookups.countUnaccounted))
      lookupPlan = (yield* lookUp(yield* stepOf("lookup"), done.lookedUp)).plan
    })
    const looked = Effect.gen(function* () {
      if (account.check === undefined || !(yield* checks)) return
      if (yield* AccountNames.areMissed) yield* comparing.read
      const isFresh = (yield* Wanted.countNew) > 0
      const asksAgain =
        !hasProbed && !isLeftOut(yield* contacts.sideloading) && (yield* Wanted.countUnseen) > 0
      if (account.check.sample === 0 && !isFresh && !asksAgain) return
      hasRun.add("check")
      checked = yield* check(yield* stepOf("check"), account.check, done.checked, comparing)
      hasProbed = true
    })
    const steps: Effect.Effect<void, ContactsError | LedgerError, Ledger> = Effect.zipRight(
      Effect.zipRight(resolved, lookedUp),
      Effect.zipRight(looked, readNames(names.atTheEnd))
    )

    /** A run whose other steps found that there is nothing to see says so, too. */
    const looks = Effect.gen(function* () {
      if (checked !== null) return { ...checked, looked: done.checked.looked, gone: done.checked.gone.size }
      const sideloading = yield* contacts.sideloading
      if (!isLeftOut(sideloading)) return null
      const left = yield* Wanted.countNew
      const unseen = yield* Wanted.countUnseen
      const plan = planCheck({
        fresh: left,
        named: yield* Wanted.countNamed,
        again: unseen,
        names: noNames,
        sideloading,
        sample: 0,
        budget: calls.left()
      })
      return { plan, looked: done.checked.looked, gone: done.checked.gone.size, left, unseen, sideloading }
    })

    return {
      journal,
      calls,
      endings,
      /** `joining`: more batches to follow, while the round lasts. */
      round: (batches: ReadonlyArray<Batches.OpenBatch>, joining: Joining | null) =>
        Effect.gen(function* () {
          const meanwhile = Meanwhile.make({
            turns,
            news,
            done,
            readNames: readNames(names.beforeOutcomes()),
            resolve: account.resolve && !once ? yield* stepOf("resolve") : null,
            lookup: account.lookup && !once ? yield* stepOf("lookup") : null
          })
          const endsAt = yield* endOf(deadline)
          const followed = (some: ReadonlyArray<Batches.OpenBatch>, beside: typeof steps | null) =>
            Effect.flatMap(timesToSettle, (times) =>
              follow(some, {
                client,
                contacts,
                journal,
                once,
                endsAt,
                timesToSettle: times,
                turns,
                joining,
                beside,
                endings,
                onEvent: options.onEvent
              })
            )
          yield* meanwhile.during(Effect.zipRight(followed(batches, null), journal.decide))
          // A batch that joins during the steps does not wait for their end.
          yield* joining === null ? steps : Effect.zipRight(followed([], steps), journal.decide)
        }),
      left: Effect.gen(function* () {
        const left: Left = {
          ids: account.resolve ? yield* Links.countUnknown : 0,
          addresses: account.lookup ? yield* Lookups.countUnaccounted : 0,
          contacts: (yield* checks) ? yield* Wanted.countNew : 0
        }
        return left
      }),
      /** What all rounds did, as far as they got. */
      report: (stopped: RunReport["stopped"]) =>
        Effect.gen(function* () {
          // Another run may have taken over and settled what this one left.
          const unsettled = [...endings].flatMap(([id, { _tag }]) => (_tag === "Settled" ? [] : [id]))
          const settled = yield* Batches.settledAmong(unsettled)
          const all = [...endings].map(([batchId, ending]): Ending => {
            const status = settled.get(batchId)
            return status === undefined ? ending : { _tag: "Settled", batchId, status }
          })
          const { absent, found } = done.lookedUp
          const { gone, linked } = done.resolved
          const addresses = yield* Lookups.countUnaccounted
          const report: RunReport = {
            open: endings.size,
            settled: all.filter((ending) => ending._tag === "Settled"),
            stillOpen: all.filter((ending) => ending._tag === "Open").length,
            resolved:
              hasRun.has("resolve") || linked + gone > 0
                ? { linked, gone, left: yield* Links.countUnknown }
                : null,
            lookedUp:
              hasRun.has("lookup") || found + absent > 0
                ? {
                    plan: lookupPlan ?? planLookup({ addresses, newestId: null, budget: calls.left() }),
                    found,
                    absent,
                    left: addresses
                  }
                : null,
            checked: yield* looks,
            callsForNames: names.spent(),
            problems: [
              ...all.flatMap((ending) => (ending._tag === "Failed" ? [ending.problem] : [])),
              ...[...stepProblems.values()].flat()
            ],
            stopped
          }
          return report
        })
    }
  })
