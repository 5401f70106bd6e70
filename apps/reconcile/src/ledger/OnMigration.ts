import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

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
