import * as Duration from "effect/Duration"

/**
 * The shortest first wait, also used if no batch has settled yet. Within a second of the submission the status is `false`, so
 * an earlier call would be wasted.
 */
export const soonest = Duration.toMillis("1 second")

/** The longest first wait, however long batches took before. */
const longestFirstWait = Duration.toMillis("1 minute")

/** How many of the last batches count for the first wait. */
export const timesKept = 30

/**
 * The wait from the submission of a batch to the first call: the median time in which the last batches settled. Times are in
 * milliseconds.
 */
export const firstWait = (timesToSettle: ReadonlyArray<number>): number =>
  Math.min(longestFirstWait, Math.max(soonest, usualTime(timesToSettle)))

/** The median time in which the last batches settled, however long that is. */
export const usualTime = (timesToSettle: ReadonlyArray<number>): number => {
  const last = timesToSettle.slice(-timesKept).sort((one, other) => one - other)
  return last[last.length >> 1] ?? soonest
}

/**
 * How long a batch took to settle, as far as is known at this age. If the first call finds it settled, it settled some time
 * before that. Without this correction, the first wait could grow, but never shrink.
 */
export const timeToSettle = (age: number, wasSeenOpen: boolean): number => (wasSeenOpen ? age : 0.8 * age)

/** From this time on, a batch that one run follows is asked about less and less. */
const longTime = Duration.toMillis("1 hour")

/**
 * The wait before a batch is asked about again: a quarter of its age, within 1 to 10 s. A young batch is
 * seen soon after it settles, an old one does not eat the others' share of the rate. If one run has followed it for more
 * than an hour, the wait grows with that time: to 4 minutes after a day. In milliseconds.
 */
export const pollInterval = (age: number, followedFor = 0): number =>
  Math.min(10_000, Math.max(1_000, 0.25 * age)) * Math.max(1, followedFor / longTime)
