/**
 * When to ask again about a batch that has not settled.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import type { ImportAnswer } from "./ImportAnswer.js"
import { makePacer } from "./internal/pacer.js"
import * as PollState from "./PollState.js"
import { StillRunning, UnknownBatch } from "./WaitError.js"

/**
 * All times count from the start of the wait. A resumed `PollState` keeps that start across processes.
 *
 * @since 0.1.0
 * @category models
 */
export interface PollPolicy {
  /** The wait before the first call: within a second of the submission, the status is `false`. */
  readonly firstDelay: Duration.DurationInput
  /** The waits between calls. Its input is each answer that is not settled. When it ends, the wait ends as `StillRunning`. */
  readonly schedule: Schedule.Schedule<unknown, ImportAnswer>
  /** The longest time from start to end, calls included. Then `StillRunning`. */
  readonly deadline: Duration.DurationInput
  /** How long a batch may answer nothing but `unset`. Then `UnknownBatch`. */
  readonly unsetGrace: Duration.DurationInput
}

/**
 * Some parts of a policy. Parts that are `undefined` count as left out.
 *
 * @since 0.1.0
 * @category models
 */
export type Parts = { readonly [Part in keyof PollPolicy]?: PollPolicy[Part] | undefined }

/**
 * What a wait accepts: a policy, the parts that differ from the default, or only a schedule.
 *
 * @since 0.1.0
 * @category models
 */
export type Input = Parts | Schedule.Schedule<unknown, ImportAnswer>

const growing = (from: Duration.DurationInput, factor: number, to: Duration.DurationInput) =>
  Schedule.exponential(from, factor).pipe(Schedule.union(Schedule.spaced(to)), Schedule.jittered)

const standard: PollPolicy = {
  firstDelay: "1 second",
  schedule: growing("2 seconds", 1.5, "30 seconds"),
  deadline: "30 minutes",
  unsetGrace: "1 minute"
}

export {
  /**
   * First call after 1 s; then 2 s, growing by half to 30 s, jittered by a fifth; at most 30 minutes.
   *
   * @since 0.1.0
   * @category policies
   */
  standard as default
}

/**
 * For somebody who is watching: first call after 1 s; then 1 s, growing by a quarter to 5 s, jittered by a fifth; at most
 * 30 minutes. One batch takes up to a fifth of the account's rate.
 *
 * @since 0.1.0
 * @category policies
 */
export const eager: PollPolicy = { ...standard, schedule: growing("1 second", 1.25, "5 seconds") }

/**
 * One call at each interval, from the start until the deadline (default: 30 minutes, as in the default policy).
 *
 * @since 0.1.0
 * @category policies
 */
export const fixed = (interval: Duration.DurationInput, deadline?: Duration.DurationInput): PollPolicy => ({
  ...standard,
  firstDelay: Duration.zero,
  schedule: Schedule.spaced(interval),
  deadline: deadline ?? standard.deadline
})

/**
 * The whole policy for an input. Parts that are left out come from the default.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (input: Input = {}): PollPolicy => {
  const parts: Parts = Schedule.isSchedule(input) ? { schedule: input } : input
  return {
    firstDelay: parts.firstDelay ?? standard.firstDelay,
    schedule: parts.schedule ?? standard.schedule,
    deadline: parts.deadline ?? standard.deadline,
    unsetGrace: parts.unsetGrace ?? standard.unsetGrace
  }
}

/**
 * How long to wait from now until the next call, in whole milliseconds, for a queue, a workflow or a cron job that waits by
 * itself and asks with `BulkImport.poll`. `None` if the batch has settled. It fails when `awaitSettled` would: with
 * `StillRunning` if the deadline or the end of the schedule comes before the next call, or with `UnknownBatch`.
 *
 * @example
 * ```ts
 * import type * as Duration from "effect/Duration"
 * import * as Effect from "effect/Effect"
 * import * as Option from "effect/Option"
 * import { BulkImport, PollPolicy, type PollState } from "effect-activecampaign"
 *
 * const ask = (
 *   job: PollState.PollState,
 *   putBack: (job: PollState.PollState, delay: Duration.Duration) => Effect.Effect<void>
 * ) =>
 *   Effect.gen(function* () {
 *     const state = yield* BulkImport.poll(job)
 *     const delay = yield* PollPolicy.nextDelay(state, { deadline: "1 day" })
 *     // The new state, which counts its polls, not the old job.
 *     if (Option.isSome(delay)) yield* putBack(state, delay.value)
 *   })
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const nextDelay = (
  state: PollState.PollState,
  policy?: Input
): Effect.Effect<Option.Option<Duration.Duration>, StillRunning | UnknownBatch> =>
  Effect.gen(function* () {
    if (Option.isSome(PollState.settled(state))) return Option.none()
    const { deadline, unsetGrace, ...delays } = make(policy)
    const { batchId, known, last, startedAt } = state
    if (!known && Option.isSome(last)) {
      const waited = Duration.millis(Math.max(0, DateTime.distance(startedAt, last.value.receivedAt)))
      if (Duration.greaterThan(waited, unsetGrace)) return yield* new UnknownBatch({ batchId, waited })
    }
    const waited = yield* PollState.elapsed(state)
    const pacer = yield* makePacer(state, delays, Clock.currentTimeMillis)
    const delay = yield* pacer.delay(state)
    if (Option.exists(delay, (next) => Duration.lessThan(Duration.sum(waited, next), deadline))) return delay
    return yield* new StillRunning({ state, waited, lastTrouble: Option.none() })
  })
