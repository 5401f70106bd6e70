import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import { use } from "../../files/Disk.js"

/** Tables that have rows from the start. */
const filledAtStart: ReadonlyArray<string> = ["schema_notes", "pseudonym_keys"]

const isUnused = (sql: SqlClient.SqlClient) =>
  Effect.gen(function* () {
    const tables = yield* sql.unsafe<{ readonly name: string }>(
      "SELECT name FROM main.sqlite_master WHERE type = 'table'"
    )
    for (const { name } of tables) {
      if (filledAtStart.includes(name)) continue
      const [row] = yield* sql.unsafe<{ readonly any: number }>(
        `SELECT EXISTS (SELECT 1 FROM main."${name.replaceAll('"', '""')}") AS "any"`
      )
      if (row?.any !== 0) return false
    }
    return true
  })

/**
 * Removes a ledger in which nothing is recorded, unless another process has it open: then it may be about to record
 * something. SQLite writes no rollback journal for a file that has lost its name. So a process that opened it just before
 * fails, sees that the name has another file or none, and opens that. Where an open file cannot be removed, as on Windows,
 * it stays.
 */
export const removeUnused = (sql: SqlClient.SqlClient, path: string): Effect.Effect<void> =>
  Effect.gen(function* () {
    if (!(yield* isUnused(sql))) return
    yield* sql.unsafe("PRAGMA busy_timeout = 0")
    // It is refused while another connection is open, and leaves no log beside the file.
    yield* sql.unsafe("PRAGMA journal_mode = DELETE")
    yield* sql.unsafe("BEGIN EXCLUSIVE")
    const [mode] = yield* sql.unsafe<{ readonly journal_mode: string }>("PRAGMA journal_mode")
    // With a log again, the lock would not keep out whoever has begun to write one.
    const isAlone = mode?.journal_mode === "delete"
    if (isAlone && (yield* isUnused(sql))) yield* use((disk) => disk.remove(path))
    yield* sql.unsafe("ROLLBACK")
  }).pipe(Effect.ignore)
