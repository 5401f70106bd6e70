import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { type BatchId, BulkImport, PollPolicy, PollState, type WaitError } from "effect-activecampaign"

/** A wait that was put off: where it stands, and when it goes on. */
export const Job = Schema.Struct({ state: PollState.PollState, dueAt: Schema.DateTimeUtc })
export type Job = typeof Job.Type

/** Your queue. It keeps a job until another is put in its place, so a worker that is killed takes none along. */
export class Queue extends Context.Tag("Queue")<
  Queue,
  {
    readonly put: (job: Job) => Effect.Effect<void>
    readonly done: (settled: PollState.PollState) => Effect.Effect<void>
    readonly giveUp: (error: WaitError.StillRunning | WaitError.UnknownBatch) => Effect.Effect<void>
  }
>() {}

const putOff = (state: PollState.PollState, delay: Duration.DurationInput) =>
  Effect.gen(function* () {
    const queue = yield* Queue
    const now = yield* DateTime.now
    yield* queue.put({ state, dueAt: DateTime.addDuration(now, delay) })
  })

export const enqueue = (batchId: BatchId.BatchId) =>
  Effect.flatMap(PollState.start(batchId), (state) => putOff(state, "1 second"))

/** Works on a job that is due: asks once, and puts back the new state, unless the wait is over. */
export const work = (job: Job, policy: PollPolicy.Input = { deadline: "1 day" }) =>
  Effect.gen(function* () {
    const queue = yield* Queue
    const asked = yield* Effect.either(BulkImport.poll(job.state))
    // A call that failed with all of its retries does not change the wait. Its deadline still ends it.
    const state = Either.getOrElse(asked, () => job.state)
    const least = Either.isLeft(asked) ? Duration.minutes(1) : Duration.zero
    if (Either.isLeft(asked)) yield* Effect.logWarning(asked.left.message)
    const delay = yield* PollPolicy.nextDelay(state, policy)
    yield* Option.match(delay, {
      onNone: () => queue.done(state),
      onSome: (time) => putOff(state, Duration.max(time, least))
    })
  }).pipe(Effect.catchAll((end) => Effect.flatMap(Queue, ({ giveUp }) => giveUp(end))))
