/**
 * When a failed call is retried.
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
 * When a call is retried, and how often. Any schedule will do: the client decides whether a call may be retried at all, and
 * treats each schedule as `make` does. A submission whose outcome is unknown is not retried under any policy.
 *
 * @since 0.1.0
 * @category models
 */
export type RetryPolicy = Schedule.Schedule<unknown, ActiveCampaignError>

/**
 * The longest wait that `Retry-After` can ask for, 5 minutes. A broken header must not stop a job for a day.
 *
 * @since 0.1.0
 * @category constants
 */
export const longestRetryAfter: Duration.Duration = longest

/**
 * How often a 403 is retried if earlier calls worked.
 *
 * @since 0.1.0
 * @category constants
 */
export const forbiddenRetries = 2

/**
 * How often an answer that is JSON of an undocumented shape is asked for again.
 *
 * @since 0.1.0
 * @category constants
 */
export const wrongShapeRetries = 1

const floor = (error: ActiveCampaignError) =>
  Duration.min(
    Option.getOrElse(retryAfterOf(error), () =>
      error._tag === "RateLimited" ? waitWithoutRetryAfter : Duration.zero
    ),
    longestRetryAfter
  )

/** Limits the retries of one kind of error within one call. */
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
 * What a client does with every schedule: it retries only transient errors, a 403 at most twice and JSON of the wrong shape
 * once, and waits at least as long as `Retry-After` says, up to 5 minutes. A rate limit that names no time counts as 30
 * seconds. Clients call it themselves; applying it twice changes nothing.
 *
 * @example
 * ```ts
 * import * as Schedule from "effect/Schedule"
 * import { RetryPolicy } from "effect-activecampaign"
 *
 * // The real waits, for logging them.
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
 * Five retries of transient errors, from 500 ms, doubling, jittered, and never sooner than `Retry-After`.
 *
 * @since 0.1.0
 * @category policies
 */
export const standard: RetryPolicy = make(
  Schedule.exponential("500 millis").pipe(Schedule.jittered, Schedule.intersect(Schedule.recurs(5)))
)

/**
 * No retries: the caller gets the first error.
 *
 * @since 0.1.0
 * @category policies
 */
export const none: RetryPolicy = Schedule.stop
