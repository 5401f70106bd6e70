import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import { applicationId } from "./identity.js"
import { withImmediateTransaction } from "./transaction.js"
import type { Migrations } from "../schema/migrations.js"
import { writeNotes } from "../schema/notes.js"
import { recordViews } from "../schema/recordViews.js"
import { views } from "../schema/views.js"

const versionOf = (sql: SqlClient.SqlClient) =>
  Effect.map(
    sql.unsafe<{ readonly user_version: number }>("PRAGMA user_version"),
    ([row]) => row?.user_version ?? 0
  )

/** Otherwise SQLite does not rename a table while a view of the user queries one that is being replaced. */
const withoutCheckingViews =
  (sql: SqlClient.SqlClient) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.acquireUseRelease(
      sql.unsafe("PRAGMA legacy_alter_table = ON"),
      () => effect,
      () => Effect.ignore(sql.unsafe("PRAGMA legacy_alter_table = OFF"))
    )

const migrateFrom = (sql: SqlClient.SqlClient, migrations: Migrations, version: number) =>
  Effect.gen(function* () {
    yield* sql.unsafe(`PRAGMA application_id = ${applicationId}`)
    for (const { name } of [...views, ...recordViews]) yield* sql.unsafe(`DROP VIEW IF EXISTS ${name}`)
    for (const statements of migrations.slice(version)) {
      for (const statement of statements) yield* sql.unsafe(statement)
    }
    for (const { name, sql: select } of [...recordViews, ...views])
      yield* sql.unsafe(`CREATE VIEW ${name} AS ${select}`)
    yield* writeNotes(sql)
    yield* sql.unsafe(`PRAGMA user_version = ${migrations.length}`)
  })

/**
 * Migrates tables, views and notes to the last schema in one transaction, if they do not have it yet. `before` runs within
 * it, before anything changes and while nobody else can write.
 */
export const migrate = <E, R>(
  sql: SqlClient.SqlClient,
  migrations: Migrations,
  before: (version: number) => Effect.Effect<void, E, R>
) =>
  // Checked without a lock first, so that a reader does not wait for a writer; then again under the lock.
  Effect.flatMap(versionOf(sql), (seen) =>
    seen >= migrations.length
      ? Effect.void
      : versionOf(sql).pipe(
          Effect.flatMap((version) =>
            version < migrations.length
              ? Effect.zipRight(before(version), migrateFrom(sql, migrations, version))
              : Effect.void
          ),
          withImmediateTransaction(sql),
          withoutCheckingViews(sql)
        )
  )
