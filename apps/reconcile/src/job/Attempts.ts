import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { ActiveCampaignError } from "effect-activecampaign/ActiveCampaignError"

/** What is known of a call while the client still retries. */
export interface Service {
  /** An attempt gets its turn and is sent. */
  readonly sent: Effect.Effect<void>
  /** An attempt failed; the next one follows after this wait, or none does. */
  readonly failed: (error: ActiveCampaignError, next: Option.Option<Duration.Duration>) => Effect.Effect<void>
}

/** Receives the attempts of a call; by default nothing does. */
export class Attempts extends Context.Reference<Attempts>()("ac-reconcile/Attempts", {
  defaultValue: (): Service => ({ sent: Effect.void, failed: () => Effect.void })
}) {}

/** Where an attempt waits before it waits for the account's rate. The default is no wait. */
export class Line extends Context.Reference<Line>()("ac-reconcile/Line", {
  defaultValue: (): { readonly enter: (turn: Effect.Effect<void>) => Effect.Effect<void> } => ({
    enter: (turn) => turn
  })
}) {}
