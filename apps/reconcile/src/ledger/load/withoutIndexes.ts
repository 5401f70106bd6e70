import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"

/** Below this, keeping the indexes up to date costs nothing one would feel. */
const manyRows = 10_000

export interface Index {
  readonly name: string
  /** The statement that makes it. */
  readonly sql: string
}

/** Whether many rows come to a table, and more than are there. */
export const areMost = (sql: SqlClient.SqlClient, table: string, added: number) =>
  Effect.gen(function* () {
    if (added < manyRows) return false
    const [present] = yield* sql<{ readonly rows: number }>`
      SELECT count(*) AS rows FROM (SELECT 1 FROM ${sql(table)} LIMIT ${added})`
    return present?.rows !== added
  })

export const dropIndexes = (sql: SqlClient.SqlClient, table: string) =>
  Effect.gen(function* () {
    const indexes = yield* sql<Index>`
      SELECT name, sql FROM sqlite_schema
      WHERE type = 'index' AND tbl_name = ${table} AND sql IS NOT NULL`
    for (const { name } of indexes) yield* sql`DROP INDEX ${sql(name)}`
    return indexes
  })

export const makeIndexes = (sql: SqlClient.SqlClient, indexes: ReadonlyArray<Index>) =>
  Effect.forEach(indexes, (index) => sql.unsafe(index.sql), { discard: true })

/**
 * Adds rows to a table with its indexes out of the way, where more come than are there: to create an index again
 * is a sort, while to keep it up to date in another order than its own is a search through the file a row.
 * The primary key and what the table itself calls unique stay guarded throughout.
 */
export const withoutIndexes = <A, E, R>(
  sql: SqlClient.SqlClient,
  table: string,
  added: number,
  effect: Effect.Effect<A, E, R>
) =>
  Effect.gen(function* () {
    if (!(yield* areMost(sql, table, added))) return yield* effect
    const indexes = yield* dropIndexes(sql, table)
    const result = yield* effect
    yield* makeIndexes(sql, indexes)
    return result
  })
