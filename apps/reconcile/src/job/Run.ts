import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { ActiveCampaignClient } from "effect-activecampaign/ActiveCampaignClient"
import type { ActiveCampaignError } from "effect-activecampaign/ActiveCampaignError"
import type { BatchId } from "effect-activecampaign/BatchId"
import * as BulkImport from "effect-activecampaign/BulkImport"
import { isSettled } from "effect-activecampaign/ImportAnswer"
import type { ImportSnapshot } from "effect-activecampaign/ImportSnapshot"
import type { SettledStatus } from "effect-activecampaign/ImportStatus"
import * as Answers from "../ledger/Answers.js"
import * as Batches from "../ledger/Batches.js"
import { bindAccount, checkAccount, type Ledger } from "../ledger/Ledger.js"
import type { LedgerError } from "../ledger/LedgerError.js"
import { reconcileStale } from "../ledger/Reconciliation.js"
import * as Runs from "../ledger/Runs.js"
import { followPolicy, isUnknownBatch } from "./pollPolicy.js"
import type { Problem, RunEvent, RunReport } from "./RunReport.js"

export interface RunOptions {
  /** Ask about each open batch once, instead of until it settles. */
  readonly once: boolean
  /** Longest time the run may take; then what is open stays open for the next run. */
  readonly deadline: Duration.Duration
  readonly onEvent: (event: RunEvent) => Effect.Effect<void>
}

/** Calls under way at once. The rate budget decides how many a second; this bounds sockets and memory. */
const concurrentCalls = 8

/** Wait before a batch is taken up again whose call failed through all retries. */
const pauseAfterFailure = Duration.seconds(10)

type Ending =
  | { readonly _tag: "Settled"; readonly batchId: BatchId; readonly status: SettledStatus }
  | { readonly _tag: "Open" }
  | { readonly _tag: "Failed"; readonly problem: Problem }

type Asking = Effect.Effect<Ending, ActiveCampaignError | LedgerError, Ledger>

const nowIso = Effect.map(DateTime.now, DateTime.formatIso)

const endingOf = ({ answer, batchId }: ImportSnapshot): Ending =>
  isSettled(answer) ? { _tag: "Settled", batchId, status: answer.status } : { _tag: "Open" }

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
): Effect.Effect<RunReport, ActiveCampaignError | LedgerError, Ledger | ActiveCampaignClient> =>
  Effect.gen(function* () {
    const client = yield* ActiveCampaignClient
    const bulkImport = yield* Effect.provideService(BulkImport.make, ActiveCampaignClient, bounded(client))
    yield* checkAccount(client.url)
    yield* reconcileStale()

    const startedAt = yield* Clock.currentTimeMillis
    const elapsed = Effect.map(Clock.currentTimeMillis, (now) => Duration.millis(now - startedAt))
    const open = yield* Batches.open
    const counts = { answers: 0, settled: 0, errors: 0 }
    // Nothing is written before the account has answered once: a wrong token or host leaves no trace.
    const begun = yield* Effect.cached(
      Effect.gen(function* () {
        yield* bindAccount(client.url, yield* nowIso)
        return yield* Runs.start(DateTime.formatIso(DateTime.unsafeMake(startedAt)), open.length)
      })
    )

    const record = (snapshot: ImportSnapshot) =>
      Effect.gen(function* () {
        yield* begun
        if (yield* Answers.record(snapshot)) counts.answers += 1
        const { answer, batchId } = snapshot
        if (!isSettled(answer))
          return yield* options.onEvent({ _tag: "Answered", batchId, status: answer.status })
        counts.settled += 1
        yield* options.onEvent({ _tag: "Settled", batchId, status: answer.status })
      })

    const recordProblem = (problem: Problem, body: string | null = null) =>
      Effect.gen(function* () {
        yield* begun
        counts.errors += 1
        yield* Answers.recordError(problem, yield* nowIso, body)
        yield* options.onEvent({ _tag: "Failed", problem })
        const ending: Ending = { _tag: "Failed", problem }
        return ending
      })

    const askOnce = ({ batchId }: Batches.OpenBatch): Asking =>
      bulkImport.snapshot(batchId).pipe(Effect.tap(record), Effect.map(endingOf))

    const follow = ({ batchId, since }: Batches.OpenBatch): Asking =>
      Effect.gen(function* () {
        const left = Duration.subtract(options.deadline, yield* elapsed)
        const age = Duration.millis(Math.max(0, DateTime.distance(since, yield* DateTime.now)))
        const last = yield* bulkImport
          .changes(batchId, followPolicy(age, left))
          .pipe(Stream.tap(record), Stream.runLast)
        return Option.match(last, { onNone: (): Ending => ({ _tag: "Open" }), onSome: endingOf })
      }).pipe(
        Effect.catchTag(
          "StillRunning",
          ({ lastAnswer, waited }): Asking =>
            Option.exists(lastAnswer, (answer) => isUnknownBatch(answer, waited))
              ? recordProblem(unknownBatch(batchId))
              : Effect.succeed({ _tag: "Open" })
        )
      )

    const ask = options.once ? askOnce : follow

    const attempt = (batch: Batches.OpenBatch): Asking =>
      Effect.catchAll(ask(batch), (error): Asking => {
        const everyBatch =
          error._tag === "LedgerError" ||
          error._tag === "AuthenticationFailed" ||
          (error._tag === "ApiUnavailable" && error.reason === "Transport" && counts.answers === 0)
        if (everyBatch) return Effect.fail(error)
        const problem: Problem = { batchId: batch.batchId, error: error._tag, message: error.message }
        return Effect.gen(function* () {
          const ending = yield* recordProblem(problem, error._tag === "ContractBroken" ? error.body : null)
          const resumesAt = Duration.sum(yield* elapsed, pauseAfterFailure)
          if (options.once || !error.isTransient || Duration.greaterThan(resumesAt, options.deadline))
            return ending
          yield* Effect.sleep(pauseAfterFailure)
          return yield* attempt(batch)
        })
      })

    const finish = Effect.gen(function* () {
      if (counts.answers + counts.errors === 0) return
      yield* Runs.finish(yield* begun, { finishedAt: yield* nowIso, ...counts })
    })

    const endings = yield* Effect.forEach(open, attempt, { concurrency: "unbounded" }).pipe(
      Effect.ensuring(Effect.ignore(finish))
    )
    const report: RunReport = {
      open: open.length,
      settled: endings.filter((ending) => ending._tag === "Settled"),
      stillOpen: endings.filter((ending) => ending._tag === "Open").length,
      problems: endings.flatMap((ending) => (ending._tag === "Failed" ? [ending.problem] : []))
    }
    return report
  }).pipe(Effect.withSpan("reconcile.run", { attributes: { once: options.once } }))

const unknownBatch = (batchId: BatchId): Problem => ({
  batchId,
  error: "UnknownBatch",
  message: `Batch ${batchId}: ActiveCampaign keeps answering that it has no status. It does not know this batch, or no longer does: check the ID and the account.`
})
