import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

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
