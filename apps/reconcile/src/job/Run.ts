import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { ActiveCampaignClient } from "effect-activecampaign/ActiveCampaignClient"
import type { ActiveCampaignError } from "effect-activecampaign/ActiveCampaignError"
import * as BulkImport from "effect-activecampaign/BulkImport"
import * as Contacts from "effect-activecampaign/Contacts"
import type { ContactsError } from "effect-activecampaign/ContactsError"
import { isSettled } from "effect-activecampaign/ImportAnswer"
import type { ImportSnapshot } from "effect-activecampaign/ImportSnapshot"
import * as AccountErrors from "../ledger/AccountErrors.js"
import * as Answers from "../ledger/Answers.js"
import * as Batches from "../ledger/Batches.js"
import { bindAccount, checkAccount, type Ledger } from "../ledger/Ledger.js"
import type { LedgerError } from "../ledger/LedgerError.js"
import * as Links from "../ledger/Links.js"
import * as Lookups from "../ledger/Lookups.js"
import { whileLeased } from "../ledger/lease.js"
import { reconcileStale } from "../ledger/Reconciliation.js"
import * as Runs from "../ledger/Runs.js"
import { type AccountStep, callBudget } from "./AccountStep.js"
import { type Follower, visit } from "./Follower.js"
import { lookUp, plan } from "./LookUp.js"
import type { LookupPlan } from "./lookupPlan.js"
import { resolve } from "./Resolve.js"
import type { BatchProblem, RunEvent, StepProblem } from "./RunEvent.js"
import type { RunReport } from "./RunReport.js"
import { rotate } from "./rotate.js"

export interface RunOptions {
  /** Whether to ask about the batches that have not settled; without it, only what `account` says is done. */
  readonly follow: boolean
  /** Ask about each open batch once, instead of until it settles. */
  readonly once: boolean
  /** Longest time to wait for batches to settle; what is open then stays open for the next run. Each step after it may take as long. */
  readonly deadline: Duration.Duration
  /** What to ask about contacts once the batches have been asked about. */
  readonly account: AccountOptions
  readonly onEvent: (event: RunEvent) => Effect.Effect<void>
}

export interface AccountOptions {
  /** Fetch the addresses behind successful IDs that nobody knows. */
  readonly resolve: boolean
  /** Look up the addresses of which the lists said nothing. */
  readonly lookup: boolean
  /** The most calls both may make together. */
  readonly maxCalls: number
}

/** Batches followed at once: enough to use the whole rate while most of them wait, few enough for flat memory. */
const followed = 64

/** Calls under way at once. The rate budget decides how many a second; this bounds sockets. */
const concurrentCalls = 8

const nowIso = Effect.map(DateTime.now, DateTime.formatIso)

/** The same client with a bound on the calls under way, first come first served. */
const bounded = (client: ActiveCampaignClient["Type"]): ActiveCampaignClient["Type"] => {
  const gate = Effect.unsafeMakeSemaphore(concurrentCalls)
  return { ...client, importInfo: (batchId) => gate.withPermits(1)(client.importInfo(batchId)) }
}

/**
 * Asks about every open batch until it settles, records each change, and draws the conclusions.
 *
 * One batch's trouble is recorded and named, and never ends the run. A refused token does, and so does an
 * account that cannot be reached at all: those are troubles of every batch.
 */
export const run = (
  options: RunOptions
): Effect.Effect<RunReport, ContactsError | LedgerError, Ledger | ActiveCampaignClient> =>
  Effect.gen(function* () {
    const client = yield* ActiveCampaignClient
    const bulkImport = yield* Effect.provideService(BulkImport.make, ActiveCampaignClient, bounded(client))
    const contacts = yield* Contacts.make
    yield* checkAccount(client.url)
    yield* reconcileStale()

    const startedAt = yield* Clock.currentTimeMillis
    const open = options.follow ? yield* Batches.open : []
    const counts = { asked: 0, answers: 0, settled: 0, errors: 0, resolved: 0, lookedUp: 0 }
    // Nothing is written before there is something to record: a wrong token or host leaves no trace.
    const begun = yield* Effect.cached(
      Runs.start(DateTime.formatIso(DateTime.unsafeMake(startedAt)), open.length)
    )
    // Only an answer proves the account; a stranger's error page must not tie the file to a stranger.
    const bound = yield* Effect.cached(Effect.flatMap(nowIso, (now) => bindAccount(client.url, now)))
    const finish = Effect.gen(function* () {
      if (counts.asked === 0) return
      yield* Runs.finish(yield* begun, { finishedAt: yield* nowIso, ...counts })
    })

    const follower: Follower = {
      bulkImport,
      once: options.once,
      endsAt: startedAt + Duration.toMillis(options.deadline),
      record: (snapshot: ImportSnapshot) =>
        Effect.gen(function* () {
          counts.asked += 1
          yield* Effect.zipRight(bound, begun)
          if (yield* Answers.record(snapshot)) counts.answers += 1
          const { answer, batchId } = snapshot
          if (!isSettled(answer)) {
            return yield* options.onEvent({ _tag: "Answered", batchId, status: answer.status })
          }
          counts.settled += 1
          yield* reconcileStale({ only: batchId })
          yield* options.onEvent({ _tag: "Settled", batchId, status: answer.status })
        }),
      recordProblem: (problem: BatchProblem, body: string | null) =>
        Effect.gen(function* () {
          counts.asked += 1
          counts.errors += 1
          yield* begun
          yield* Answers.recordError(problem, yield* nowIso, body)
          yield* options.onEvent({ _tag: "Failed", problem })
        }),
      recordEnd: (problem) =>
        Effect.suspend(() => {
          if (counts.asked === 0) return Effect.void
          counts.errors += 1
          return Effect.flatMap(nowIso, (now) => Answers.recordError(problem, now, null))
        }),
      isEveryBatch: (error) =>
        error._tag === "AuthenticationFailed" || (counts.asked === 0 && cannotBeTheAccount(error))
    }

    yield* options.onEvent({ _tag: "Started", open: open.length })
    const stepProblems: Array<StepProblem> = []
    const step: Omit<AccountStep, "endsAt"> = {
      client,
      contacts,
      calls: callBudget(options.account.maxCalls),
      onEvent: (event) => {
        if (event._tag === "Resolved") counts.resolved = event.done
        if (event._tag === "LookedUp") counts.lookedUp = event.done
        return options.onEvent(event)
      },
      onProblem: (problem) =>
        Effect.gen(function* () {
          stepProblems.push(problem)
          counts.errors += 1
          yield* AccountErrors.record(problem, yield* nowIso)
          yield* options.onEvent({ _tag: "Failed", problem })
        })
    }
    // A step that has something to ask begins the run as an answer about a batch does. Its time is its own: a batch
    // that never settles would leave it none.
    const begin = Effect.gen(function* () {
      counts.asked += 1
      yield* Effect.zipRight(bound, begun)
      const endsAt = (yield* Clock.currentTimeMillis) + Duration.toMillis(options.deadline)
      return { ...step, endsAt }
    })
    const resolved = Effect.gen(function* () {
      if (!options.account.resolve || (yield* Links.countUnknown) === 0) return null
      return yield* resolve(yield* begin)
    })
    const lookedUp = Effect.gen(function* () {
      if (!options.account.lookup || (yield* Lookups.countUnaccounted) === 0) return null
      const looking = yield* begin
      const made = yield* plan(looking)
      yield* options.onEvent({ _tag: "Planned", plan: made })
      return yield* lookUp(looking, made)
    })
    return yield* Effect.gen(function* () {
      const endings = yield* rotate(open, followed, visit(follower))
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
    }).pipe(Effect.ensuring(Effect.ignore(finish)))
  }).pipe(whileLeased, Effect.withSpan("reconcile.run", { attributes: { once: options.once } }))

/** How what is unaccounted would be looked up. Records nothing. */
export const planOnly = (options: {
  readonly deadline: Duration.Duration
  readonly maxCalls: number
}): Effect.Effect<LookupPlan, ContactsError | LedgerError, Ledger | ActiveCampaignClient> =>
  Effect.gen(function* () {
    const client = yield* ActiveCampaignClient
    yield* checkAccount(client.url)
    yield* reconcileStale()
    const endsAt = (yield* Clock.currentTimeMillis) + Duration.toMillis(options.deadline)
    return yield* plan({
      client,
      contacts: yield* Contacts.make,
      calls: callBudget(options.maxCalls),
      endsAt,
      onEvent: () => Effect.void,
      onProblem: () => Effect.void
    })
  })

/** Nobody there, or somebody who sends us elsewhere: as a first sign of life, no batch's own trouble. */
const cannotBeTheAccount = (error: ActiveCampaignError) =>
  (error._tag === "ApiUnavailable" && error.reason === "Transport") ||
  (error._tag === "RequestRejected" && error.status < 400)
