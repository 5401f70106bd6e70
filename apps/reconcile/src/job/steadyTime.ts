import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/**
 * Milliseconds on a clock that nobody sets, for durations within this process. They are not a date: the wall clock may be
 * set back or forward at any time.
 */
export const steadyMillis: Effect.Effect<number> = Clock.currentTimeNanos.pipe(
  Effect.map((nanos) => Number(nanos / 1000n) / 1000),
  // TestClock knows no nanoseconds once a jittered sleep has moved it by a fraction of one.
  Effect.catchAllDefect(() => Clock.currentTimeMillis)
)

/** How long until a time on that clock; 0 if it has passed. */
export const millisUntil = (time: number): Effect.Effect<number> =>
  Effect.map(steadyMillis, (now) => Math.max(0, time - now))
