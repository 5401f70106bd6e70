import * as Effect from "effect/Effect"

/** The two clocks of a computer differ by less where nobody has set one of them: milliseconds are whole. */
const tolerance = 2

/**
 * The clock's milliseconds as if nobody ever set it: where the wall clock jumps against the nanoseconds, which count from
 * the start of the process, the jump is taken off again. A clock on which both step back stands still until they move on.
 *
 * Not the nanoseconds alone: a test clock that a jittered sleep has moved tells them a little short.
 */
export const makeCurrentTime = (): Effect.Effect<number> => {
  let last = 0
  let jumped = 0
  let ahead: number | undefined
  return Effect.clockWith((clock) => {
    const wall = clock.unsafeCurrentTimeMillis()
    const isAhead = wall - Number(clock.unsafeCurrentTimeNanos() / 1000n) / 1000
    ahead ??= isAhead
    if (Math.abs(isAhead - ahead) > tolerance) {
      jumped += isAhead - ahead
      ahead = isAhead
    }
    if (wall - jumped < last) jumped = wall - last
    last = wall - jumped
    return Effect.succeed(last)
  })
}
