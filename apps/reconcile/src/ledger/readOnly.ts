import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { identify } from "./identity.js"
import { fromSqlite, LedgerError } from "./LedgerError.js"
import { schemaVersion } from "./migrations.js"

/** A read-only connection of its own: the text is the user's, and must not be able to change the file. */
export const readOnly = (file: string): Effect.Effect<Sqlite.Database, LedgerError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.gen(function* () {
      const identity = yield* identify(file, schemaVersion)
      if (identity._tag === "New") {
        return yield* new LedgerError({
          file,
          kind: "absent",
          reason: "there is no ledger there. Name another with --db FILE."
        })
      }
      return yield* Effect.try({
        try: () => new Sqlite(file, { readonly: true, fileMustExist: true }),
        catch: (error) => fromSqlite(file, error)
      })
    }),
    (database) => Effect.sync(() => database.close())
  )
