import * as Effect from "effect/Effect"

/** Unless somebody sets one, the two clocks of a computer differ by less: milliseconds are whole. */
const tolerance = 2

/**
 * The clock's milliseconds as if nobody ever set it: if the wall clock jumps against the nanoseconds, which count from the
 * start of the process, the jump is subtracted. If both step back, the clock stands still until they catch up.
 *
 * Not the nanoseconds alone: on a test clock, a jittered sleep leaves them a little short.
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
