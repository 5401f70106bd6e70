import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"

/** While the connection is held, so that nothing else is written on it. This cannot be done within a transaction. */
const withoutReferenceChecks = (reserve: SqlClient.SqlClient["reserve"]) =>
  Effect.tap(reserve, (connection) =>
    Effect.acquireRelease(connection.executeRaw("PRAGMA foreign_keys = OFF", []), () =>
      Effect.ignore(connection.executeRaw("PRAGMA foreign_keys = ON", []))
    )
  )

/** Transactions whose failures are all a `SqlError`. Those of the client end in a defect on a full disk. */
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
    // Nothing is left to roll back if BEGIN failed or SQLite has rolled back already (a full disk).
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
 * Transactions that take the write lock at once. SQLite's default takes it at the first write. By then another process
 * may have changed what was read, and waiting cannot help.
 */
export const withImmediateTransaction = (
  sql: SqlClient.SqlClient,
  options: { readonly checksReferences: boolean } = { checksReferences: true }
) => transactions(sql, { begin: "BEGIN IMMEDIATE", ...options })

/** For reading, or writing to the temporary database: nobody else has to wait. */
export const withTransaction = (sql: SqlClient.SqlClient) =>
  transactions(sql, { begin: "BEGIN", checksReferences: true })

export const isSqlError = (error: unknown): error is SqlError =>
  typeof error === "object" && error !== null && "_tag" in error && error._tag === "SqlError"

/** The number of rows that a statement run as `.raw` changed. */
export const changesOf = (result: unknown): number =>
  typeof result === "object" && result !== null && "changes" in result ? Number(result.changes) : 0

/**
 * The connection of the surrounding transaction, for statements that run often: a `sql` template costs ten times what
 * SQLite needs for a small one.
 */
export const transactionConnection = Effect.flatMap(
  Effect.serviceOption(SqlClient.TransactionConnection),
  Option.match({
    onNone: () => Effect.dieMessage("this needs a transaction around it"),
    onSome: ([connection]) => Effect.succeed(connection)
  })
)

/** A number that changes when another connection has written to the file. Reading it costs next to nothing. */
export const dataVersion = (sql: SqlClient.SqlClient) =>
  Effect.map(
    sql.unsafe<{ readonly data_version: number }>("PRAGMA data_version"),
    ([row]) => row?.data_version
  )
