import * as Duration from "effect/Duration"
import * as Schedule from "effect/Schedule"
import type { ImportAnswer } from "effect-activecampaign/ImportAnswer"
import type { PollPolicy } from "effect-activecampaign/PollPolicy"

/** `false` is documented for less than a second after the submission; after this long it means no such batch. */
export const unsetGrace = Duration.seconds(60)

/** Within a second of the submission the status is `false`, so a first call then would be wasted. */
const firstDelay = (age: Duration.Duration) => Duration.subtract("1 second", age)

/**
 * The wait before a batch is asked about again: a quarter of its age, within 1 to 10 s. A young batch is
 * seen soon after it settles, an old one does not eat the others' share of the rate.
 */
export const pollInterval = (age: Duration.Duration): Duration.Duration =>
  Duration.clamp(Duration.times(age, 0.25), { minimum: "1 second", maximum: "10 seconds" })

/** Whether a batch that keeps answering `false` should be taken for unknown to the account. */
export const isUnknownBatch = (answer: ImportAnswer, age: Duration.Duration): boolean =>
  answer._tag === "Unset" && Duration.greaterThan(age, unsetGrace)

/** How one batch is followed, from its age when the run begins to the run's deadline. */
export const followPolicy = (age: Duration.Duration, left: Duration.Duration): PollPolicy => {
  const ageAfter = (elapsed: Duration.Duration) => Duration.sum(age, elapsed)
  return {
    firstDelay: firstDelay(age),
    deadline: left,
    // Judged by the time this run has waited, not by the age: an adopted batch may be days old.
    unsetGrace,
    schedule: Schedule.identity<ImportAnswer>().pipe(
      Schedule.intersect(Schedule.elapsed),
      Schedule.modifyDelay(([, elapsed]) => pollInterval(ageAfter(elapsed)))
    )
  }
}
