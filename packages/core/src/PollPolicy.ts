/**
 * When a batch that has not settled is asked about again.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Schedule from "effect/Schedule"
import type { ImportAnswer } from "./ImportAnswer.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface PollPolicy {
  /** Wait before the first call: within a second of the submission the status is `false`. */
  readonly firstDelay: Duration.DurationInput
  /** The waits between calls, from the answers that did not settle. Where it ends, so does the waiting, as `StillRunning`. */
  readonly schedule: Schedule.Schedule<unknown, ImportAnswer>
  /** Longest time from start to end, calls included; then `StillRunning`. */
  readonly deadline: Duration.DurationInput
}

/**
 * First call after 1 s; then 2 s, growing by half to 30 s, jittered by a fifth; at most 30 minutes.
 *
 * @since 0.1.0
 * @category policies
 */
export const standard: PollPolicy = {
  firstDelay: "1 second",
  schedule: Schedule.exponential("2 seconds", 1.5).pipe(
    Schedule.union(Schedule.spaced("30 seconds")),
    Schedule.jittered
  ),
  deadline: "30 minutes"
}

/**
 * One call every so often, from the start, until the deadline (default: none).
 *
 * @since 0.1.0
 * @category policies
 */
export const fixed = (interval: Duration.DurationInput, deadline?: Duration.DurationInput): PollPolicy => ({
  firstDelay: Duration.zero,
  schedule: Schedule.spaced(interval),
  deadline: deadline ?? Duration.infinity
})
