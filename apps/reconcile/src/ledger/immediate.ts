import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"

/** While the connection is held, so that nothing else is written on it meanwhile; a transaction cannot do this from within. */
const withoutReferenceChecks = (reserve: SqlClient.SqlClient["reserve"]) =>
  Effect.tap(reserve, (connection) =>
    Effect.acquireRelease(connection.executeRaw("PRAGMA foreign_keys = OFF", []), () =>
      Effect.ignore(connection.executeRaw("PRAGMA foreign_keys = ON", []))
    )
  )

/**
 * Transactions that take the write lock at once. SQLite's default takes it at the first write, and by then
 * another process may have made what was read out of date: an error no waiting can help.
 */
export const withImmediateTransaction = (
  sql: SqlClient.SqlClient,
  options: { readonly checksReferences: boolean } = { checksReferences: true }
) => {
  const inTransaction = SqlClient.makeWithTransaction({
    transactionTag: SqlClient.TransactionConnection,
    spanAttributes: [["db.system.name", "sqlite"]],
    acquireConnection: Effect.flatMap(Scope.make(), (scope) =>
      Scope.extend(options.checksReferences ? sql.reserve : withoutReferenceChecks(sql.reserve), scope).pipe(
        Effect.map((connection) => [scope, connection] as const),
        Effect.onError(() => Scope.close(scope, Exit.void))
      )
    ),
    begin: (connection) => connection.executeRaw("BEGIN IMMEDIATE", []),
    savepoint: (connection, id) => connection.executeUnprepared(`SAVEPOINT nested_${id}`, [], undefined),
    commit: (connection) => connection.executeRaw("COMMIT", []),
    // Nothing is left to roll back where BEGIN failed, or where SQLite has rolled back already (a full disk).
    rollback: (connection) => Effect.ignore(connection.executeRaw("ROLLBACK", [])),
    rollbackSavepoint: (connection, id) =>
      connection.executeUnprepared(`ROLLBACK TO nested_${id}`, [], undefined)
  })
  return <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | SqlError, R> =>
    inTransaction(effect).pipe(
      // A commit that fails is a defect to the transaction; to the user it is a full disk.
      Effect.catchSomeDefect((defect) =>
        isSqlError(defect) ? Option.some(Effect.fail(defect)) : Option.none()
      )
    )
}

export const isSqlError = (error: unknown): error is SqlError =>
  typeof error === "object" && error !== null && "_tag" in error && error._tag === "SqlError"
