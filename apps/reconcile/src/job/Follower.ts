import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { ActiveCampaignError } from "effect-activecampaign/ActiveCampaignError"
import type { BatchId } from "effect-activecampaign/BatchId"
import type * as BulkImport from "effect-activecampaign/BulkImport"
import { isSettled } from "effect-activecampaign/ImportAnswer"
import type { ImportSnapshot } from "effect-activecampaign/ImportSnapshot"
import type { SettledStatus } from "effect-activecampaign/ImportStatus"
import type { OpenBatch } from "../ledger/Batches.js"
import type { Ledger } from "../ledger/Ledger.js"
import type { LedgerError } from "../ledger/LedgerError.js"
import { followPolicy, isUnknownBatch } from "./pollPolicy.js"
import type { BatchProblem } from "./RunEvent.js"

/** How a batch's part in a run ended. */
export type Ending =
  | { readonly _tag: "Settled"; readonly batchId: BatchId; readonly status: SettledStatus }
  | { readonly _tag: "Open" }
  | { readonly _tag: "Failed"; readonly problem: BatchProblem }

/** A visit to a batch: how its part in the run ended, or `None` if it is to be visited again. */
type Visit = Effect.Effect<Option.Option<Ending>, ActiveCampaignError | LedgerError, Ledger>

/** Longest visit to one batch before others get its place: longer than a status may stay `false`. */
const longestVisit = Duration.seconds(90)

/** Wait before a batch is taken up again whose call failed through all retries. */
const pauseAfterFailure = Duration.seconds(10)

export interface Follower {
  readonly bulkImport: BulkImport.Service
  readonly once: boolean
  /** When the run must end, in milliseconds since the epoch. */
  readonly endsAt: number
  readonly record: (snapshot: ImportSnapshot) => Effect.Effect<void, LedgerError, Ledger>
  readonly recordProblem: (
    problem: BatchProblem,
    body: string | null
  ) => Effect.Effect<void, LedgerError, Ledger>
  /** Records the trouble that ends the run, if the run has come to anything before. */
  readonly recordEnd: (problem: BatchProblem) => Effect.Effect<void, LedgerError, Ledger>
  /** Whether an error is the trouble of every batch, and so the end of the run. */
  readonly isEveryBatch: (error: ActiveCampaignError) => boolean
}

const endingOf = ({ answer, batchId }: ImportSnapshot): Ending =>
  isSettled(answer) ? { _tag: "Settled", batchId, status: answer.status } : { _tag: "Open" }

const unknownBatch = (batchId: BatchId): BatchProblem => ({
  batchId,
  error: "UnknownBatch",
  message: `Batch ${batchId}: ActiveCampaign keeps answering that it has no status. It does not know this batch, or no longer does: check the ID and the account.`
})

const timeLeft = (endsAt: number) =>
  Effect.map(Clock.currentTimeMillis, (now) => Duration.millis(Math.max(0, endsAt - now)))

const failedAs = (follower: Follower, problem: BatchProblem): Visit =>
  Effect.as(follower.recordProblem(problem, null), Option.some<Ending>({ _tag: "Failed", problem }))

const askOnce = (follower: Follower, { batchId, unsetSince }: OpenBatch): Visit =>
  Effect.flatMap(timeLeft(follower.endsAt), (left) =>
    Effect.timeoutOption(follower.bulkImport.snapshot(batchId), left)
  ).pipe(
    Effect.flatMap(
      Option.match({
        onNone: (): Visit => Effect.succeed(Option.some<Ending>({ _tag: "Open" })),
        onSome: (snapshot): Visit =>
          Effect.zipRight(
            follower.record(snapshot),
            // Single passes, hours apart, have to find out together what one run would by waiting.
            unsetSince !== null &&
              isUnknownBatch(
                snapshot.answer,
                Duration.millis(DateTime.distance(unsetSince, snapshot.receivedAt))
              )
              ? failedAs(follower, unknownBatch(batchId))
              : Effect.succeed(Option.some(endingOf(snapshot)))
          )
      })
    )
  )

const follow = (follower: Follower, { batchId, since }: OpenBatch): Visit =>
  Effect.gen(function* () {
    const left = yield* timeLeft(follower.endsAt)
    if (Duration.toMillis(left) === 0) return Option.some<Ending>({ _tag: "Open" })
    const age = Duration.millis(Math.max(0, DateTime.distance(since, yield* DateTime.now)))
    const policy = followPolicy(age, Duration.min(left, longestVisit))
    const last = yield* follower.bulkImport
      .changes(batchId, policy)
      .pipe(Stream.tap(follower.record), Stream.runLast)
    return Option.map(last, endingOf)
  }).pipe(
    Effect.catchTags({
      StillRunning: () => Effect.succeedNone,
      UnknownBatch: (): Visit => failedAs(follower, unknownBatch(batchId))
    })
  )

/** Trouble that outlasts the retries of a call may still pass; a body that is no JSON then has had its chances. */
const mayPass = (error: ActiveCampaignError) => error.isTransient && error._tag !== "ContractBroken"

/**
 * Visits one batch. Its trouble is recorded and ends its part, or has it visited again where that can help;
 * the trouble of every batch fails.
 */
export const visit =
  (follower: Follower) =>
  (batch: OpenBatch): Visit =>
    Effect.catchAll(follower.once ? askOnce(follower, batch) : follow(follower, batch), (error): Visit => {
      if (error._tag === "LedgerError") return Effect.fail(error)
      const problem: BatchProblem = { batchId: batch.batchId, error: error._tag, message: error.message }
      if (follower.isEveryBatch(error))
        return Effect.zipRight(follower.recordEnd(problem), Effect.fail(error))
      return Effect.gen(function* () {
        yield* follower.recordProblem(problem, error._tag === "ContractBroken" ? error.body : null)
        const left = yield* timeLeft(follower.endsAt)
        if (follower.once || !mayPass(error) || Duration.lessThan(left, pauseAfterFailure)) {
          return Option.some<Ending>({ _tag: "Failed", problem })
        }
        yield* Effect.sleep(pauseAfterFailure)
        return Option.none<Ending>()
      })
    })
