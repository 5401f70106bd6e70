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

/** An existing ledger that is about to be brought to a newer schema. */
export interface Migration {
  readonly file: string
  readonly from: number
  readonly to: number
  /** The file as it was before. */
  readonly copy: string
}

/** Who is to be told of a migration: the ledger knows no terminal. By default, nobody. */
export class OnMigration extends Context.Reference<OnMigration>()("ac-reconcile/OnMigration", {
  defaultValue: () => (_: Migration) => Effect.void
}) {}

/** A ledger that is read from a temporary copy. */
export interface PrivateCopy {
  readonly file: string
  /** Its folder cannot be written, its disk is full, or its schema is older than this program's. */
  readonly why: "unwritable" | "full" | "older"
}

/** Who is to be told that a copy is read: the ledger knows no terminal. By default, nobody. */
export class OnPrivateCopy extends Context.Reference<OnPrivateCopy>()("ac-reconcile/OnPrivateCopy", {
  defaultValue: () => (_: PrivateCopy) => Effect.void
}) {}
