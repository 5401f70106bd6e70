import { type Clock, ClockTypeId } from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

interface Sleeper {
  readonly at: number
  readonly order: number
  readonly resume: () => void
}

/**
 * A clock on which time passes as soon as nothing else is left to do: whenever the event loop comes round, the
 * next sleeper wakes. TestClock would have to be told every step, and waits some real milliseconds at each.
 */
export const make = (
  startAt = Date.parse("2031-04-02T08:00:00Z"),
  /** How far somebody has set the wall clock forward (or back) by now; sleepers never notice. */
  setBy: (elapsed: number) => number = () => 0
): Clock => {
  let now = startAt
  const wall = () => now + setBy(now - startAt)
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
  return {
    [ClockTypeId]: ClockTypeId,
    unsafeCurrentTimeMillis: wall,
    unsafeCurrentTimeNanos: () => BigInt(Math.round(now * 1000)) * 1000n,
    currentTimeMillis: Effect.sync(wall),
    currentTimeNanos: Effect.sync(() => BigInt(Math.round(now * 1000)) * 1000n),
    sleep
  }
}
