import * as Duration from "effect/Duration"

/** The longest wait that `Retry-After` may ask for. */
export const longestRetryAfter: Duration.Duration = Duration.minutes(5)

/** The wait if a rate limit names no time: the documented sample says 30. */
export const waitWithoutRetryAfter: Duration.Duration = Duration.seconds(30)
