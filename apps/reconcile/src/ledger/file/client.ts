import type * as Reactivity from "@effect/experimental/Reactivity"
import * as SqlClient from "@effect/sql/SqlClient"
import type { Connection } from "@effect/sql/SqlConnection"
import { SqlError } from "@effect/sql/SqlError"
import { makeCompilerSqlite } from "@effect/sql/Statement"
import Sqlite from "better-sqlite3"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

/** Gives a statement that is prepared once for each connection. */
export type Prepare = (sql: string) => Sqlite.Statement

/** The one connection to a file that everything is read and written through. */
export interface Client extends SqlClient.SqlClient {
  /**
   * Work that needs nothing but SQLite, in one transaction that takes the write lock at once. It runs from start to end
   * without another fiber in between; to hand each statement to one costs as much as SQLite takes for it. Within a
   * transaction, it is a part of it.
   */
  readonly atOnce: <A>(work: (prepare: Prepare) => A) => Effect.Effect<A, SqlError>
}

/** More than there are. Some texts depend on a number of rows, so there is a bound. */
const mostPrepared = 200

const preparing = (database: Sqlite.Database): Prepare => {
  const prepared = new Map<string, Sqlite.Statement>()
  return (sql) => {
    const known = prepared.get(sql)
    if (known !== undefined) return known
    const statement = database.prepare(sql)
    if (prepared.size === mostPrepared) prepared.clear()
    prepared.set(sql, statement)
    return statement
  }
}

const failed = (cause: unknown) =>
  Effect.fail(new SqlError({ cause, message: "Failed to execute statement" }))

const attempt = <A>(evaluate: () => A): Effect.Effect<A, SqlError> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(evaluate())
    } catch (cause) {
      return failed(cause)
    }
  })

const run = (statement: Sqlite.Statement, parameters: ReadonlyArray<unknown>) =>
  statement.reader ? statement.all(...parameters) : statement.run(...parameters)

const rows = (statement: Sqlite.Statement, parameters: ReadonlyArray<unknown>) => {
  const result = run(statement, parameters)
  return Array.isArray(result) ? result : []
}

const values = (statement: Sqlite.Statement, parameters: ReadonlyArray<unknown>) => {
  try {
    return rows(statement.reader ? statement.raw(true) : statement, parameters).filter((row) =>
      Array.isArray(row)
    )
  } finally {
    if (statement.reader) statement.raw(false)
  }
}

const connectionOf = (database: Sqlite.Database, prepare: Prepare): Connection => ({
  execute: (sql, parameters) => attempt(() => rows(prepare(sql), parameters)),
  executeRaw: (sql, parameters) => attempt(() => run(prepare(sql), parameters)),
  executeUnprepared: (sql, parameters) => attempt(() => rows(database.prepare(sql), parameters)),
  executeValues: (sql, parameters) => attempt(() => values(prepare(sql), parameters)),
  // A cursor would block writes of its own connection.
  executeStream: () => Stream.dieMessage("rows come all at once here")
})

/** The statements around a transaction, or around a part of one. */
const whole = { begin: "BEGIN IMMEDIATE", end: ["COMMIT"], undo: ["ROLLBACK"] }
const part = {
  begin: "SAVEPOINT at_once",
  end: ["RELEASE at_once"],
  undo: ["ROLLBACK TO at_once", "RELEASE at_once"]
}

const inTransaction = <A>(
  database: Sqlite.Database,
  prepare: Prepare,
  { begin, end, undo }: typeof whole,
  work: (prepare: Prepare) => A
): Effect.Effect<A, SqlError> => {
  try {
    prepare(begin).run()
    try {
      const result = work(prepare)
      for (const statement of end) prepare(statement).run()
      return Effect.succeed(result)
    } catch (error) {
      // A full disk has rolled back already.
      if (database.inTransaction) for (const statement of undo) prepare(statement).run()
      throw error
    }
  } catch (error) {
    return error instanceof Sqlite.SqliteError ? failed(error) : Effect.die(error)
  }
}

/** Opens a connection to the file for as long as the scope lasts. */
export const make = (
  file: string,
  options: { readonly readonly?: boolean } = {}
): Effect.Effect<Client, SqlError, Reactivity.Reactivity | Scope.Scope> =>
  Effect.gen(function* () {
    const database = yield* Effect.acquireRelease(
      attempt(() => new Sqlite(file, options)),
      (opened) => Effect.sync(() => opened.close())
    )
    const prepare = preparing(database)
    const connection = connectionOf(database, prepare)
    const turn = yield* Effect.makeSemaphore(1)
    const sql = yield* SqlClient.make({
      acquirer: turn.withPermits(1)(Effect.succeed(connection)),
      transactionAcquirer: Effect.uninterruptibleMask((restore) =>
        restore(turn.take(1)).pipe(
          Effect.zipRight(Effect.addFinalizer(() => turn.release(1))),
          Effect.as(connection)
        )
      ),
      compiler: makeCompilerSqlite(),
      spanAttributes: [["db.system.name", "sqlite"]]
    })
    const atOnce: Client["atOnce"] = (work) =>
      Effect.withFiberRuntime((fiber) => {
        if (Option.isSome(Context.getOption(fiber.currentContext, SqlClient.TransactionConnection))) {
          return inTransaction(database, prepare, part, work)
        }
        const now = () => inTransaction(database, prepare, whole, work)
        // Nothing else can begin before it ends, so it has to wait only for what has begun.
        return database.inTransaction ? turn.withPermits(1)(Effect.suspend(now)) : now()
      })
    return Object.assign(sql, { atOnce })
  })
