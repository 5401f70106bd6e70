import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/**
 * The clock's milliseconds, but never less than before: a step back of the wall clock becomes a standstill.
 *
 * Not the clock's nanoseconds, which never step back: TestClock cannot tell them once a jittered sleep has moved it by
 * a fraction of a millisecond.
 */
export const makeCurrentTime = (): Effect.Effect<number> => {
  let last = 0
  let lost = 0
  return Effect.map(Clock.currentTimeMillis, (wall) => {
    const now = wall + lost
    if (now < last) lost += last - now
    last = Math.max(last, now)
    return last
  })
}
