import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

const liveClock = Context.get(DefaultServices.liveServices, Clock.Clock)

/** The most that JavaScript's timers can count. Anything longer is no limit. */
const longest = 2 ** 31 - 1

/** Calls back when the time has passed, unless it is stopped before. */
export const startTimer = (clock: Clock.Clock, millis: number, onEnd: () => void): (() => void) => {
  if (millis > longest) return () => {}
  // The clock of another copy of `effect` works, too, but costs a fiber.
  if (clock !== liveClock) {
    const fiber = Effect.runFork(Effect.zipRight(clock.sleep(Duration.millis(millis)), Effect.sync(onEnd)))
    return () => fiber.unsafeInterruptAsFork(fiber.id())
  }
  const timer = setTimeout(onEnd, millis)
  return () => clearTimeout(timer)
}
