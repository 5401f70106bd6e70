import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { BatchId } from "effect-activecampaign/BatchId"
import { isSettled } from "effect-activecampaign/ImportAnswer"
import type { ImportSnapshot } from "effect-activecampaign/ImportSnapshot"
import * as Answers from "../ledger/facts/Answers.js"
import { bindAccount, type Ledger } from "../ledger/Ledger.js"
import type { LedgerError } from "../ledger/LedgerError.js"
import { reconcileStale } from "../ledger/conclusions/Reconciliation.js"
import * as Runs from "../ledger/facts/Runs.js"
import * as Trouble from "../ledger/facts/Trouble.js"
import type { Topic } from "./Failure.js"
import type { RunEvent } from "./RunEvent.js"
import * as Troubles from "./Troubles.js"

const nowIso = Effect.map(DateTime.now, DateTime.formatIso)

/**
 * Settled answers wait this long, to be decided together with others: ten batches take little more time than one. Readers of
 * the file see the outcomes this much later.
 */
const decidedWithin = Duration.millis(500)

/** What is recorded about a batch that stays `unset` across passes. */
const suspicion = {
  error: "UnknownBatch",
  message: "ActiveCampaign has had no status for this batch for a while."
}

/**
 * What a run writes into the file. Nothing is written before something that may be the account has answered, so a wrong
 * host or token leaves no trace. Earlier failures are recorded afterwards.
 */
export interface Journal {
  readonly troubles: Troubles.Troubles
  /** Something that may be the account answered; the run and its troubles are recorded from now on. */
  readonly heardFrom: Effect.Effect<void, LedgerError, Ledger>
  readonly hasHeard: () => boolean
  /** The account answered: the file is tied to it. */
  readonly answered: (topic: Topic) => Effect.Effect<void, LedgerError, Ledger>
  /** The account answered a call that was not about any of the topics. */
  readonly proven: Effect.Effect<void, LedgerError, Ledger>
  readonly hasAnswered: () => boolean
  /** Whether an earlier run left the batch without an answer. */
  readonly wasTroubled: (batchId: BatchId) => boolean
  /** When an earlier pass found that the batch had been without a status for too long. */
  readonly suspectedAt: (batchId: BatchId) => DateTime.Utc | undefined
  readonly suspect: (batchId: BatchId) => Effect.Effect<void, LedgerError, Ledger>
  readonly suspectAnew: (batchId: BatchId) => Effect.Effect<void, LedgerError, Ledger>
  /** Records the answer at once. If the batch has settled, it is decided and reported soon after. */
  readonly recordAnswer: (snapshot: ImportSnapshot) => Effect.Effect<void, LedgerError, Ledger>
  /** Decides the settled batches that are not decided yet. */
  readonly decide: Effect.Effect<void, LedgerError, Ledger>
  /** Writes new troubles. */
  readonly flush: Effect.Effect<void, LedgerError, Ledger>
  readonly count: (done: { readonly resolved?: number; readonly lookedUp?: number }) => void
  readonly finish: Effect.Effect<void, LedgerError, Ledger>
}

export const make = (options: {
  readonly url: string
  readonly open: number
  readonly onEvent: (event: RunEvent) => Effect.Effect<void>
}): Effect.Effect<Journal, LedgerError, Ledger> =>
  Effect.gen(function* () {
    const startedAt = yield* nowIso
    const counts = { answers: 0, settled: 0, resolved: 0, lookedUp: 0 }
    let heard = false
    let hasAnswered = false
    const begun = yield* Effect.cached(
      Effect.tap(Runs.start(startedAt, options.open), (runId) => options.onEvent({ _tag: "Recorded", runId }))
    )
    // Only an answer proves the account; an error page of another server must not tie the file to it.
    const bound = yield* Effect.cached(Effect.flatMap(nowIso, (now) => bindAccount(options.url, now)))
    const lasting = yield* Trouble.lasting
    const isSuspicion = ({ error }: Trouble.Lasting) => error === suspicion.error
    const suspected = new Map(
      lasting.filter(isSuspicion).map((row) => [row.batch_id, DateTime.unsafeMake(row.first_at)])
    )
    const troubled = new Set(lasting.filter((row) => !isSuspicion(row)).map(({ batch_id }) => batch_id))
    const suspect = (batchId: BatchId) =>
      Effect.flatMap(nowIso, (now) =>
        Trouble.recordOfBatch(batchId, { ...suspicion, firstAt: now, lastAt: now, times: 1, body: null })
      )
    const clear = (batchId: BatchId) =>
      Effect.flatMap(nowIso, (now) => {
        suspected.delete(batchId)
        return Trouble.endOfBatch(batchId, now)
      })
    const troubles = Troubles.make({
      onEvent: options.onEvent,
      lasting: {
        batches: troubled,
        ofAll: yield* Trouble.isLasting("follow")
      }
    })
    const flush = Effect.suspend(() => (heard ? troubles.flush : Effect.void))
    const heardFrom = Effect.suspend(() => {
      heard = true
      return Effect.asVoid(begun)
    })
    const proven = Effect.gen(function* () {
      hasAnswered = true
      yield* bound
      yield* heardFrom
      yield* flush
    })
    const answered = (topic: Topic) => Effect.zipRight(troubles.answered(topic), proven)

    const undecided: Array<RunEvent> = []
    let waiting: Fiber.RuntimeFiber<void> | null = null
    const decideAll = Effect.suspend(() => {
      const those = undecided.length
      return those === 0
        ? Effect.void
        : Effect.zipRight(
            reconcileStale({ meanwhile: true }),
            Effect.suspend(() =>
              Effect.forEach(undecided.splice(0, those), options.onEvent, { discard: true })
            )
          )
    }).pipe(Effect.unsafeMakeSemaphore(1).withPermits(1))
    const decideSoon = Effect.gen(function* () {
      if (waiting !== null) return
      const later = Effect.zipRight(
        Effect.interruptible(Effect.sleep(decidedWithin)),
        Effect.suspend(() => {
          waiting = null
          return decideAll
        })
      )
      // A failure is tried again with the next batch, or at the end, and reported then.
      waiting = yield* Effect.forkDaemon(Effect.ignore(later))
    })
    const decide = Effect.suspend(() => {
      const fiber = waiting
      waiting = null
      return Effect.zipRight(fiber === null ? Effect.void : Fiber.interrupt(fiber), decideAll)
    })
    return {
      troubles,
      heardFrom,
      hasHeard: () => heard,
      answered,
      proven,
      hasAnswered: () => hasAnswered,
      wasTroubled: (batchId) => troubled.has(batchId),
      suspectedAt: (batchId) => suspected.get(batchId),
      suspect,
      suspectAnew: (batchId) => Effect.zipRight(clear(batchId), suspect(batchId)),
      recordAnswer: (snapshot) =>
        Effect.gen(function* () {
          const { answer, batchId } = snapshot
          if (answer._tag !== "Unset" && suspected.has(batchId)) yield* clear(batchId)
          yield* answered({ _tag: "Batch", batchId })
          if (yield* Answers.record(snapshot)) counts.answers += 1
          if (!isSettled(answer)) {
            return yield* options.onEvent({ _tag: "Answered", batchId, status: answer.status })
          }
          counts.settled += 1
          undecided.push({ _tag: "Settled", batchId, status: answer.status })
          yield* decideSoon
        }),
      decide,
      flush,
      count: (done) => Object.assign(counts, done),
      finish: Effect.suspend(() =>
        heard
          ? Effect.gen(function* () {
              yield* Effect.ignore(decide)
              yield* flush
              const result = { finishedAt: yield* nowIso, ...counts, errors: troubles.count() }
              yield* Runs.finish(yield* begun, result)
            })
          : Effect.void
      )
    }
  })
