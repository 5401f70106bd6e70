import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"

/** As long as a call may take by default. */
const longest = Duration.seconds(30)

/** An effect that ends by itself when its caller is interrupted, if it can in 30 seconds. The caller then waits for it. */
export const toTheEnd = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(Effect.forkDaemon(Effect.interruptible(effect)), (fiber) =>
      restore(Fiber.join(fiber)).pipe(
        Effect.onInterrupt(() =>
          Fiber.await(fiber).pipe(
            Effect.interruptible,
            Effect.timeout(longest),
            Effect.ignore,
            Effect.zipRight(Fiber.interrupt(fiber))
          )
        )
      )
    )
  )
