import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

/** Counts the calls of a whole run, whichever step makes them. */
export interface Service {
  /** A call, or another attempt at one, got its turn. */
  readonly taken: Effect.Effect<void>
  /** How many of the calls that a run may spend on contacts are left. */
  readonly left: (calls: number) => void
  /** ActiveCampaign asked that no call be made for this long (429). */
  readonly held: (duration: Duration.Duration) => Effect.Effect<void>
}

/** By default, calls are not counted. */
export class CallMeter extends Context.Reference<CallMeter>()("ac-reconcile/CallMeter", {
  defaultValue: (): Service => ({ taken: Effect.void, left: () => {}, held: () => Effect.void })
}) {}
