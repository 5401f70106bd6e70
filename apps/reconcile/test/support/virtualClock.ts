import { type Clock, ClockTypeId } from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

interface Sleeper {
  readonly at: number
  readonly order: number
  readonly resume: () => void
}

/** Time itself, in milliseconds from its beginning, and who waits for it to pass. */
export interface Timeline {
  readonly elapsed: () => number
  readonly sleep: (duration: Duration.Duration) => Effect.Effect<void>
}

/**
 * Time that passes as soon as nothing else is left to do: whenever the event loop comes round, the next sleeper
 * wakes. TestClock would have to be told every step, and waits some real milliseconds at each.
 */
export const timeline = (): Timeline => {
  let now = 0
  let order = 0
  let sleepers: Array<Sleeper> = []
  let pumping = false
  const pump = () => {
    sleepers.sort((a, b) => a.at - b.at || a.order - b.order)
    const next = sleepers.shift()
    pumping = sleepers.length > 0
    if (pumping) setImmediate(pump)
    if (next === undefined) return
    now = Math.max(now, next.at)
    next.resume()
  }
  const sleep = (duration: Duration.Duration) =>
    Effect.async<void>((resume) => {
      const sleeper = {
        at: now + Duration.toMillis(duration),
        order: order++,
        resume: () => resume(Effect.void)
      }
      sleepers.push(sleeper)
      if (!pumping) {
        pumping = true
        setImmediate(pump)
      }
      return Effect.sync(() => {
        sleepers = sleepers.filter((other) => other !== sleeper)
      })
    })
  return { elapsed: () => now, sleep }
}

/** How far somebody has set the wall clock forward (or back) by now; sleepers never notice. */
export type SetBy = (elapsed: number) => number

const never: SetBy = () => 0

const began = Date.parse("2031-04-02T08:00:00Z")

/** A clock of this time. Its wall clock may be set; its nanoseconds never are, as those of a real one. */
export const of = ({ elapsed, sleep }: Timeline, setBy = never, startsAt = began): Clock => {
  const millis = () => startsAt + elapsed() + setBy(elapsed())
  const nanos = () => BigInt(Math.round((startsAt + elapsed()) * 1000)) * 1000n
  return {
    [ClockTypeId]: ClockTypeId,
    unsafeCurrentTimeMillis: millis,
    unsafeCurrentTimeNanos: nanos,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanos: Effect.sync(nanos),
    sleep
  }
}

export const make = (startsAt?: number, setBy?: SetBy): Clock => of(timeline(), setBy, startsAt)
