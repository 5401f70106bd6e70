import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

/** `Watching`: whether the holder is still there can only be seen by waiting. `TakenOver`: it was silent throughout. */
export interface LeaseEvent {
  readonly _tag: "Watching" | "TakenOver"
  readonly file: string
  readonly host: string
  readonly processId: number
  /** How long one waits for a holder that stays silent. */
  readonly patience: Duration.Duration
}

/** Who is to be told while a lease of unknown standing is watched: the ledger knows no terminal. By default, nobody. */
export class OnLease extends Context.Reference<OnLease>()("ac-reconcile/OnLease", {
  defaultValue: () => (_: LeaseEvent) => Effect.void
}) {}
