import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as ScheduleDecision from "effect/ScheduleDecision"
import * as ScheduleIntervals from "effect/ScheduleIntervals"
import type * as Schedule from "effect/Schedule"
import type { ImportAnswer } from "../ImportAnswer.js"

/** The part of a policy that decides the waits. */
interface Delays {
  readonly firstDelay: Duration.DurationInput
  readonly schedule: Schedule.Schedule<unknown, ImportAnswer>
}

/** The part of a state that they depend on. */
interface Waiting {
  readonly startedAt: DateTime.Utc
  readonly polls: number
  readonly last: Option.Option<{ readonly answer: ImportAnswer; readonly receivedAt: DateTime.Utc }>
}

/** After this many answers, no policy's waits still grow. */
const mostReplayed = 1000

/** Whole milliseconds, as queues need them. Jitter makes fractions. */
const whole = (millis: number) => Duration.millis(Math.max(0, Math.round(millis)))

/**
 * The times between the calls of one wait, on a clock that nobody sets. Not `Schedule.driver`: for a resumed wait, the
 * schedule first moves forward over the earlier answers without sleeping, and the time since the last of them counts. If
 * the clock of the other process is ahead, that time is zero, and the wait is as long as the schedule says.
 */
export const makePacer = (
  from: Waiting,
  { firstDelay, schedule }: Delays,
  currentTime: Effect.Effect<number>
) =>
  Effect.gen(function* () {
    const resumedAt = yield* Clock.currentTimeMillis
    const ageOf = (moment: DateTime.Utc) => Math.max(0, resumedAt - DateTime.toEpochMillis(moment))
    const began = yield* currentTime
    let scheduled: unknown = schedule.initial
    let resumed = Option.isSome(from.last)
    for (let answers = Math.min(from.polls, mostReplayed) - 1; answers > 0; answers--) {
      if (Option.isNone(from.last)) break
      const { answer, receivedAt } = from.last.value
      const [state] = yield* schedule.step(began - ageOf(receivedAt), answer, scheduled)
      scheduled = state
    }

    /** The wait before the next call, or `None` if the schedule has ended. */
    const delay = (state: Waiting): Effect.Effect<Option.Option<Duration.Duration>> =>
      Effect.flatMap(currentTime, (now) => {
        if (Option.isNone(state.last)) {
          const age = ageOf(state.startedAt) + now - began
          return Effect.succeedSome(whole(Duration.toMillis(firstDelay) - age))
        }
        const { answer, receivedAt } = state.last.value
        const at = resumed ? began - ageOf(receivedAt) : now
        resumed = false
        return Effect.map(schedule.step(at, answer, scheduled), ([next, _output, decision]) => {
          scheduled = next
          if (ScheduleDecision.isDone(decision)) return Option.none()
          const start = ScheduleIntervals.start(decision.intervals)
          return Option.some(whole(start - now))
        })
      })
    return { delay }
  })
