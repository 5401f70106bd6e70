/**
 * When a failed call is made again.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as ScheduleDecision from "effect/ScheduleDecision"
import * as ScheduleInterval from "effect/ScheduleInterval"
import { type ActiveCampaignError, isTransient, retryAfterOf } from "./ActiveCampaignError.js"
import { longestRetryAfter as longest, waitWithoutRetryAfter } from "./internal/waits.js"

/**
 * When a call is repeated, and how often. Any schedule will do: whether a call may be repeated at all is the client's to
 * decide, which treats each as `make` does. A submission whose outcome is unknown is not repeated, whatever the policy.
 *
 * @since 0.1.0
 * @category models
 */
export type RetryPolicy = Schedule.Schedule<unknown, ActiveCampaignError>

/**
 * The longest wait that `Retry-After` may ask for, 5 minutes. A broken header must not park a job for a day.
 *
 * @since 0.1.0
 * @category constants
 */
export const longestRetryAfter: Duration.Duration = longest

/**
 * How often a 403 is asked again where earlier calls worked.
 *
 * @since 0.1.0
 * @category constants
 */
export const forbiddenRetries = 2

/**
 * How often an answer that is JSON of another shape than documented is asked for again.
 *
 * @since 0.1.0
 * @category constants
 */
export const wrongShapeRetries = 1

/** A 503 that names no time is anybody's trouble, and its calls back off by themselves. */
const isLimited = (error: ActiveCampaignError) => error._tag === "RateLimited" && error.status !== 503

const floor = (error: ActiveCampaignError) =>
  Duration.min(
    Option.getOrElse(retryAfterOf(error), () => (isLimited(error) ? waitWithoutRetryAfter : Duration.zero)),
    longestRetryAfter
  )

/** Lets errors of one sort be retried so many times within one call. */
const atMost = (most: number, isOne: (error: ActiveCampaignError) => boolean) =>
  Schedule.makeWithState(0, (now, error: ActiveCampaignError, before) => {
    const count = isOne(error) ? before + 1 : before
    const decision =
      count <= most ? ScheduleDecision.continueWith(ScheduleInterval.after(now)) : ScheduleDecision.done
    return Effect.succeed([count, count, decision] as const)
  })

const fewForbidden = atMost(forbiddenRetries, (error) => error._tag === "AuthenticationFailed")
const fewOfWrongShape = atMost(
  wrongShapeRetries,
  (error) => error._tag === "ContractBroken" && error.content === "json"
)

/**
 * What a client makes of every schedule it is given: only transient errors are retried, a 403 at most twice and JSON of the
 * wrong shape once, and `Retry-After`, up to 5 minutes, is a floor under each wait. A rate limit that names no time counts
 * as 30 seconds. Nobody needs to call it for a client; made twice, a policy stays the same.
 *
 * @example
 * ```ts
 * import * as Schedule from "effect/Schedule"
 * import { RetryPolicy } from "effect-activecampaign"
 *
 * // The waits as they will be, for somebody who wants to be told of them.
 * const patient = RetryPolicy.make(
 *   Schedule.exponential("2 seconds").pipe(Schedule.jittered, Schedule.intersect(Schedule.recurs(10)))
 * )
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (schedule: Schedule.Schedule<unknown, ActiveCampaignError>): RetryPolicy =>
  Schedule.identity<ActiveCampaignError>().pipe(
    Schedule.whileInput(isTransient),
    // The schedule's jitter comes before the floor: applied after it, a wait could fall short of Retry-After.
    Schedule.intersect(schedule),
    Schedule.intersect(fewForbidden),
    Schedule.intersect(fewOfWrongShape),
    Schedule.map(([[[error]]]) => error),
    Schedule.modifyDelay((error, delay) => Duration.max(delay, floor(error)))
  )

/**
 * Five retries of transient errors, from 500 ms, doubling, jittered; `Retry-After` is a floor under each wait.
 *
 * @since 0.1.0
 * @category policies
 */
export const standard: RetryPolicy = make(
  Schedule.exponential("500 millis").pipe(Schedule.jittered, Schedule.intersect(Schedule.recurs(5)))
)

/**
 * No retries: the first error is the caller's.
 *
 * @since 0.1.0
 * @category policies
 */
export const none: RetryPolicy = Schedule.stop
