import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

/** `Watching`: only waiting can show whether the holder is still there. `TakenOver`: it was silent all the time. */
export interface LeaseEvent {
  readonly _tag: "Watching" | "TakenOver"
  readonly file: string
  readonly host: string
  readonly processId: number
  /** How long to wait for a silent holder. */
  readonly patience: Duration.Duration
}

/** Is told while a lease is watched whose holder may be gone: the ledger knows no terminal. By default, nobody. */
export class OnLease extends Context.Reference<OnLease>()("ac-reconcile/OnLease", {
  defaultValue: () => (_: LeaseEvent) => Effect.void
}) {}

/** An existing ledger that is about to be migrated to a newer schema. */
export interface Migration {
  readonly file: string
  readonly from: number
  readonly to: number
  /** The copy of the file from before. */
  readonly copy: string
}

/** Is told of a migration: the ledger knows no terminal. By default, nobody. */
export class OnMigration extends Context.Reference<OnMigration>()("ac-reconcile/OnMigration", {
  defaultValue: () => (_: Migration) => Effect.void
}) {}

/** A ledger that is read from a temporary copy. */
export interface PrivateCopy {
  readonly file: string
  /** Its folder cannot be written, its disk is full, or its schema is older than this program's. */
  readonly why: "unwritable" | "full" | "older"
}

/** Is told that a copy is read: the ledger knows no terminal. By default, nobody. */
export class OnPrivateCopy extends Context.Reference<OnPrivateCopy>()("ac-reconcile/OnPrivateCopy", {
  defaultValue: () => (_: PrivateCopy) => Effect.void
}) {}
