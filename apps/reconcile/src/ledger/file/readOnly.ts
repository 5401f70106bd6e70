import type * as Reactivity from "@effect/experimental/Reactivity"
import type Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import { fromSqlite, type LedgerError } from "../LedgerError.js"
import * as Client from "./client.js"
import { reading } from "./connection.js"
import { noLedgerYet } from "./openFile.js"
import { leavingNothing, type ReadOptions, readablePath } from "./readable.js"

/** A copy loses its name once it is open, so that nothing of it can be left behind. */
const opened = <A, E, R>(
  file: string,
  options: ReadOptions,
  open: (path: string) => Effect.Effect<A, E, R>
) =>
  Effect.flatMap(Effect.zipRight(leavingNothing(file), Effect.scope), (scope) =>
    Effect.scoped(
      Effect.flatMap(readablePath(file, options), (path) =>
        // An open file outlives its name.
        Effect.provideService(open(path), Scope.Scope, scope)
      )
    )
  )

/** A separate read-only connection: the user's SQL must not be able to change the file. */
export const readOnly = (
  file: string,
  options: ReadOptions = { schema: "any" }
): Effect.Effect<Sqlite.Database, LedgerError, Scope.Scope> =>
  opened(file, options, (path) => reading(path, (error) => fromSqlite(file, error)))

/** A client that only reads the file: no lease, no migration, no change of its mode. */
export const readOnlyClient = (
  file: string
): Effect.Effect<Client.Client, LedgerError, Scope.Scope | Reactivity.Reactivity> =>
  opened(file, { schema: "own", absent: noLedgerYet }, (path) =>
    Client.make(path, { readonly: true }).pipe(
      Effect.tap((sql) => sql.unsafe("PRAGMA busy_timeout = 5000")),
      Effect.mapError((error) => fromSqlite(file, error))
    )
  )
