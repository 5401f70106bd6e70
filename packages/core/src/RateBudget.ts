/**
 * The account's request rates, shared by every call made through them.
 *
 * ActiveCampaign allows each account 5 requests a second, all keys and integrations together. Among these may be 100 bulk
 * imports a minute, or 20 of a single contact. Effect's `RateLimiter` at 5 a second lets 9 through in a rolling second and
 * does not know 429, so the library has its own budget.
 *
 * Setting the wall clock forward or back does not change when a caller's turn comes.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { InvalidOption } from "./SetupError.js"
import { makeLines } from "./internal/lines.js"
import { makeCurrentTime } from "./internal/steadyTime.js"
import { makeWindow } from "./internal/window.js"

/**
 * The limit that a call counts against. Imports also count against the requests a second.
 *
 * @since 0.1.0
 * @category models
 */
export type Kind = "read" | "import-many" | "import-one"

/**
 * A response's `RateLimit-*` headers. A number that was not sent is `undefined`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Observed {
  readonly remaining: number
  readonly limit?: number | undefined
}

/**
 * What an application implements to provide its own budget, for instance one that processes share.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /**
   * Waits for this caller's turn (default kind: `read`). All kinds wait in one line, first come first served. A kind that
   * is held or has used up its minute lets the others pass until it may go again.
   */
  readonly take: (kind?: Kind) => Effect.Effect<void>
  /** Holds every caller, or those of one kind, for at least this long from now. That includes callers already waiting. */
  readonly hold: (duration: Duration.Duration, kind?: Kind) => Effect.Effect<void>
  /** Is told of each response with `RateLimit-Remaining`. */
  readonly observe: (observed: Observed) => Effect.Effect<void>
}

/**
 * The budget as a service. If none is provided, all clients of an account in a process share one, kept by the account's
 * host. Under another `Clock`, as in a test, they share another one. A provided budget replaces it.
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
  /** Requests a second, evenly spaced, so that no rolling second has more. Default 4 of the 5 allowed. */
  readonly requestsPerSecond?: number | undefined
  /** Imports of two contacts or more in any rolling minute. Default 95 of the 100 allowed. */
  readonly importsPerMinute?: number | undefined
  /** Imports of a single contact in any rolling minute. Default 19 of the 20 allowed. */
  readonly singleImportsPerMinute?: number | undefined
}

/** ActiveCampaign's limit a second, if a response does not name it. */
const documentedLimit = 5

const checked = (option: string, value: number, least: number) =>
  value >= least && value > 0
    ? Effect.succeed(value)
    : new InvalidOption({
        option,
        reason: `${least > 0 ? `a number from ${least} on` : "a number above 0"} (Infinity for no limit), not ${value}`
      })

const makeKind = (perMinute: number) => ({ window: makeWindow(perMinute, 60_000), heldUntil: 0 })
type KindState = ReturnType<typeof makeKind>

/** The limits a second and a minute, whole. */
interface Limits {
  readonly perSecond: number
  readonly many: number
  readonly one: number
}

const defaults: Limits = { perSecond: 4, many: 95, one: 19 }

const unsafeMake = ({ many, one, perSecond }: Limits): Service => {
  const spacing = Math.ceil(1000 / perSecond)
  const currentTime = makeCurrentTime()
  let nextTurn = 0
  let heldUntil = 0
  const kinds: Record<Kind, KindState> = {
    read: makeKind(Number.POSITIVE_INFINITY),
    "import-many": makeKind(many),
    "import-one": makeKind(one)
  }

  const lines = makeLines(currentTime)
  const lineOf = (of: KindState) =>
    lines.join({
      turnAt: () => Math.max(nextTurn, heldUntil, of.heldUntil, of.window.freeAt()),
      take: (now) => {
        nextTurn = now + spacing
        of.window.enter(now)
      }
    })
  const takes = {
    read: lineOf(kinds.read),
    "import-many": lineOf(kinds["import-many"]),
    "import-one": lineOf(kinds["import-one"])
  }

  return {
    take: (kind = "read") => takes[kind],
    hold: (duration, kind) =>
      Effect.map(currentTime, (now) => {
        const until = now + Duration.toMillis(duration)
        if (kind === undefined) heldUntil = Math.max(heldUntil, until)
        else kinds[kind].heldUntil = Math.max(kinds[kind].heldUntil, until)
      }),
    observe: ({ limit = documentedLimit, remaining }) => {
      // What this budget leaves unused says nothing about others. If less remains, somebody else is using the account.
      const low = Math.min(2, Math.max(1, limit - perSecond))
      if (!(remaining < low) || perSecond === Number.POSITIVE_INFINITY) return Effect.void
      return Effect.map(currentTime, (now) => {
        nextTurn = Math.max(nextTurn, now + 1000 / (Math.max(0, remaining) + 1))
      })
    }
  }
}

/**
 * A budget of this process. Fails with `InvalidOption` if a limit is not a positive number.
 *
 * @example
 * ```ts
 * import { RateBudget } from "effect-activecampaign"
 *
 * // Leaves more of the account's rate to others.
 * const modest = RateBudget.make({ requestsPerSecond: 2 })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: Options = {}): Effect.Effect<Service, InvalidOption> =>
  Effect.map(
    Effect.all({
      perSecond: checked("requestsPerSecond", options.requestsPerSecond ?? defaults.perSecond, 0),
      many: checked("importsPerMinute", options.importsPerMinute ?? defaults.many, 1),
      one: checked("singleImportsPerMinute", options.singleImportsPerMinute ?? defaults.one, 1)
    }),
    unsafeMake
  )

/**
 * A budget for everything built on this layer.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options?: Options): Layer.Layer<RateBudget, InvalidOption> =>
  Layer.effect(RateBudget, make(options))

/**
 * A budget without a limit, for your own server, such as the simulator. 429 is still respected.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerUnlimited: Layer.Layer<RateBudget> = Layer.sync(RateBudget, () =>
  unsafeMake({
    perSecond: Number.POSITIVE_INFINITY,
    many: Number.POSITIVE_INFINITY,
    one: Number.POSITIVE_INFINITY
  })
)
