/**
 * When a failed call is made again.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import { type ActiveCampaignError, isTransient, retryAfterOf } from "./ActiveCampaignError.js"

/**
 * Decides, from the error, whether and when a call is repeated.
 *
 * @since 0.1.0
 * @category models
 */
export type RetryPolicy = Schedule.Schedule<unknown, ActiveCampaignError>

/**
 * The longest wait that `Retry-After` may ask for. A broken header must not park a job for a day.
 *
 * @since 0.1.0
 * @category constants
 */
export const longestRetryAfter: Duration.Duration = Duration.minutes(5)

const floor = (error: ActiveCampaignError) =>
  Duration.min(
    Option.getOrElse(retryAfterOf(error), () => Duration.zero),
    longestRetryAfter
  )

/**
 * Five retries of transient errors, from 500 ms, doubling, jittered; `Retry-After` is a floor under each wait.
 *
 * @since 0.1.0
 * @category policies
 */
export const standard: RetryPolicy = Schedule.identity<ActiveCampaignError>().pipe(
  Schedule.whileInput(isTransient),
  // The jitter comes before the floor: applied after it, a wait could fall short of Retry-After.
  Schedule.intersect(Schedule.exponential("500 millis").pipe(Schedule.jittered)),
  Schedule.intersect(Schedule.recurs(5)),
  Schedule.map(([[error]]) => error),
  Schedule.modifyDelay((error, delay) => Duration.max(delay, floor(error)))
)

/**
 * No retries: the first error is the caller's.
 *
 * @since 0.1.0
 * @category policies
 */
export const none: RetryPolicy = Schedule.stop
