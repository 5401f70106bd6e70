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

/** Transactions of which every trouble is a `SqlError`, where those of the client itself end in defects on a full disk. */
const transactions = (
  sql: SqlClient.SqlClient,
  options: { readonly begin: "BEGIN" | "BEGIN IMMEDIATE"; readonly checksReferences: boolean }
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
    begin: (connection) => connection.executeRaw(options.begin, []),
    savepoint: (connection, id) => connection.executeUnprepared(`SAVEPOINT nested_${id}`, [], undefined),
    commit: (connection) => connection.executeRaw("COMMIT", []),
    // Nothing is left to roll back where BEGIN failed, or where SQLite has rolled back already (a full disk).
    rollback: (connection) => Effect.ignore(connection.executeRaw("ROLLBACK", [])),
    rollbackSavepoint: (connection, id) =>
      connection.executeUnprepared(`ROLLBACK TO nested_${id}`, [], undefined)
  })
  return <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | SqlError, R> =>
    inTransaction(effect).pipe(
      Effect.catchSomeDefect((defect) =>
        isSqlError(defect) ? Option.some(Effect.fail(defect)) : Option.none()
      )
    )
}

/**
 * Transactions that take the write lock at once. SQLite's default takes it at the first write, and by then
 * another process may have made what was read out of date: an error no waiting can help.
 */
export const withImmediateTransaction = (
  sql: SqlClient.SqlClient,
  options: { readonly checksReferences: boolean } = { checksReferences: true }
) => transactions(sql, { begin: "BEGIN IMMEDIATE", ...options })

/** For what only reads, or writes what is the connection's own: nobody else is held up. */
export const withTransaction = (sql: SqlClient.SqlClient) =>
  transactions(sql, { begin: "BEGIN", checksReferences: true })

export const isSqlError = (error: unknown): error is SqlError =>
  typeof error === "object" && error !== null && "_tag" in error && error._tag === "SqlError"

/** The rows that a statement run as `.raw` changed. */
export const changesOf = (result: unknown): number =>
  typeof result === "object" && result !== null && "changes" in result ? Number(result.changes) : 0

/**
 * The connection of the transaction around, for statements that are run so often that a `sql` template, which costs
 * ten times what SQLite needs for a small one, would be felt.
 */
export const transactionConnection = Effect.flatMap(
  Effect.serviceOption(SqlClient.TransactionConnection),
  Option.match({
    onNone: () => Effect.dieMessage("this is done within a transaction"),
    onSome: ([connection]) => Effect.succeed(connection)
  })
)
