import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"

const liveClock = Context.get(DefaultServices.liveServices, Clock.Clock)

/** What timers of JavaScript can count; longer is no limit at all. */
const longest = 2 ** 31 - 1

/** Calls back when the time has passed, unless it is told to stop before. */
const startTimer = (clock: Clock.Clock, duration: Duration.Duration, onEnd: () => void): (() => void) => {
  if (clock === liveClock) {
    const millis = Duration.toMillis(duration)
    if (millis > longest) return () => {}
    const timer = setTimeout(onEnd, millis)
    return () => clearTimeout(timer)
  }
  const fiber = Effect.runFork(Effect.zipRight(clock.sleep(duration), Effect.sync(onEnd)))
  return () => fiber.unsafeInterruptAsFork(fiber.id())
}

/**
 * `Effect.timeoutFail`, at a third of its cost: one fiber instead of two, and a timer instead of a sleep. The effect
 * runs in a fiber of its own, whose FiberRefs do not come back.
 */
export const timeLimit =
  <E2>(duration: Duration.Duration, onTimeout: () => E2) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | E2, R> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(Effect.forkDaemon(Effect.interruptible(effect)), (fiber) =>
        restore(
          Effect.clockWith((clock) =>
            Effect.async<A, E | E2>((resume) => {
              const stop = startTimer(clock, duration, () =>
                resume(
                  Effect.zipRight(
                    Fiber.interrupt(fiber),
                    Effect.suspend(() => Effect.fail(onTimeout()))
                  )
                )
              )
              fiber.addObserver((exit) => {
                stop()
                resume(exit)
              })
              return Effect.sync(stop)
            })
          )
        ).pipe(Effect.onInterrupt(() => Fiber.interrupt(fiber)))
      )
    )
