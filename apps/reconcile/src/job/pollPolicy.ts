import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"

/** `false` is documented for less than a second after the submission; after this long it means no such batch. */
export const unsetGrace = Duration.seconds(60)

/** Within a second of the submission the status is `false`, so a first call then would be wasted. */
export const firstDelay = (age: Duration.Duration) => Duration.subtract("1 second", age)

/**
 * The wait before a batch is asked about again: a quarter of its age, within 1 to 10 s. A young batch is
 * seen soon after it settles, an old one does not eat the others' share of the rate.
 */
export const pollInterval = (age: Duration.Duration): Duration.Duration =>
  Duration.clamp(Duration.times(age, 0.25), { minimum: "1 second", maximum: "10 seconds" })

/**
 * Whether a time noted by another process is longer ago than the grace period, by the wall clock. A time in the future
 * means that a clock was set.
 */
export const isLongAgo = (then: DateTime.Utc, now: DateTime.Utc): "yes" | "no" | "clock was set" => {
  const distance = DateTime.distance(then, now)
  if (distance < 0) return "clock was set"
  return distance > Duration.toMillis(unsetGrace) ? "yes" : "no"
}
