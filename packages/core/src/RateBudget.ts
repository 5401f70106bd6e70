/**
 * The account's request rate, shared by every call made through it.
 *
 * ActiveCampaign allows 5 requests a second an account, all keys and integrations together. Effect's
 * `RateLimiter` at 5 a second lets 9 through in a rolling second, and knows no 429; hence a budget of our own.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/**
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** Waits for this caller's turn, first come first served. */
  readonly take: Effect.Effect<void>
  /** Holds every caller, those already waiting included, for at least this long from now. */
  readonly hold: (duration: Duration.Duration) => Effect.Effect<void>
}

/**
 * The budget as a service. `ActiveCampaignClient` makes one of its own where none is provided.
 *
 * @since 0.1.0
 * @category tags
 */
export class RateBudget extends Context.Tag("effect-activecampaign/RateBudget")<RateBudget, Service>() {}

/**
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** Requests a second, evenly spaced, so that no rolling second ever holds more. Default 4 of the 5 allowed. */
  readonly requestsPerSecond?: number | undefined
}

/**
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: Options = {}): Effect.Effect<Service> =>
  Effect.sync(() => {
    const spacing = Math.ceil(1000 / (options.requestsPerSecond ?? 4))
    const queue: Array<Deferred.Deferred<void>> = []
    let nextTurn = 0
    let heldUntil = 0
    // The head of the queue sleeps for everyone; it looks again on waking, since a hold may have begun.
    const turn: Effect.Effect<void> = Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const at = Math.max(nextTurn, heldUntil)
      if (at > now) return Effect.zipRight(Effect.sleep(at - now), turn)
      nextTurn = now + spacing
      return Effect.void
    })
    // No semaphore: a caller that comes back at once would take its permit before those who wait.
    const callHead = Effect.suspend(() =>
      queue[0] === undefined ? Effect.void : Deferred.succeed(queue[0], undefined)
    )
    const enter = Effect.tap(Deferred.make<void>(), (place) => {
      queue.push(place)
      return callHead
    })
    const leave = (place: Deferred.Deferred<void>) =>
      Effect.suspend(() => {
        queue.splice(queue.indexOf(place), 1)
        return callHead
      })
    return {
      take: Effect.acquireUseRelease(enter, (place) => Effect.zipRight(Deferred.await(place), turn), leave),
      hold: (duration) =>
        Effect.map(Clock.currentTimeMillis, (now) => {
          heldUntil = Math.max(heldUntil, now + Duration.toMillis(duration))
        })
    }
  })

/**
 * @since 0.1.0
 * @category layers
 */
export const layer = (options?: Options): Layer.Layer<RateBudget> => Layer.effect(RateBudget, make(options))

/**
 * A budget without a limit, for a server of one's own such as the simulator. 429 is still respected.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerUnlimited: Layer.Layer<RateBudget> = layer({ requestsPerSecond: Number.POSITIVE_INFINITY })
