import { existsSync, linkSync, readdirSync, renameSync, rmSync, statSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import type * as SqlClient from "@effect/sql/SqlClient"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import * as Effect from "effect/Effect"
import { identify } from "./identity.js"
import { codeOf, fromSqlite, LedgerError } from "./LedgerError.js"
import { migrate } from "./migrate.js"
import { schemaVersion } from "./migrations.js"

const connect = (file: string) =>
  // The adapter throws where a file cannot be opened; a defect would end in a stack trace.
  SqliteClient.make({ filename: file, disableWAL: true }).pipe(
    Effect.catchAllDefect((defect) => Effect.fail(fromSqlite(file, defect)))
  )

const prepare = (sql: SqlClient.SqlClient, file: string) =>
  Effect.gen(function* () {
    yield* sql.unsafe("PRAGMA busy_timeout = 5000")
    yield* sql.unsafe("PRAGMA foreign_keys = ON")
    yield* migrate(sql)
    if (file !== ":memory:") yield* sql.unsafe("PRAGMA journal_mode = WAL")
    // WAL's default may lose the last commits in a power cut; a recorded answer must survive one.
    yield* sql.unsafe("PRAGMA synchronous = FULL")
  }).pipe(Effect.mapError((error) => fromSqlite(file, error)))

/** Gives the finished file its name, unless another process was first: then that one's file is the ledger. */
const publish = (made: string, file: string) =>
  Effect.try({
    try: () => {
      if (existsSync(file) && statSync(file).size === 0) rmSync(file)
      try {
        linkSync(made, file)
      } catch {
        // The file system may know no links.
        if (!existsSync(file)) renameSync(made, file)
      }
    },
    catch: (error) =>
      new LedgerError({
        file,
        kind: "unusable",
        reason: `it cannot be made (${error instanceof Error ? error.message : error}).`
      })
  })

const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return codeOf(error) === "EPERM"
  }
}

/** What this process, or one that was killed, has left of a file in the making. */
const unfinished = (file: string) =>
  readdirSync(dirname(file)).flatMap((name) => {
    const pid = name.startsWith(`${basename(file)}.`)
      ? /^\.(\d+)\.new(-\w+)?$/.exec(name.slice(basename(file).length))?.[1]
      : undefined
    if (pid === undefined || (Number(pid) !== process.pid && isRunning(Number(pid)))) return []
    return [join(dirname(file), name)]
  })

const sweep = (file: string) => {
  for (const path of unfinished(file)) rmSync(path, { force: true })
}

/**
 * Makes a ledger beside its name and then names it, so that whatever instant this is killed at there is
 * either no file or a whole one.
 */
const create = (file: string) => {
  const made = `${file}.${process.pid}.new`
  return Effect.scoped(Effect.flatMap(connect(made), (sql) => prepare(sql, made))).pipe(
    Effect.zipRight(publish(made, file)),
    Effect.mapError((error) => new LedgerError({ file, kind: error.kind, reason: error.reason })),
    Effect.ensuring(Effect.sync(() => sweep(file)))
  )
}

/** A client of the file, which is made or migrated where needed, and refused where it is not a ledger. */
export const openFile = (file: string, options: { readonly mustExist?: boolean }) =>
  Effect.gen(function* () {
    const identity = yield* identify(file, schemaVersion)
    if (identity._tag === "New" && options.mustExist === true) {
      return yield* new LedgerError({
        file,
        kind: "absent",
        reason:
          "there is no ledger yet. Start one with 'ac-reconcile contacts load FILE --batch-column COLUMN' or 'ac-reconcile batches add --id BATCH_ID', or name another with --db FILE."
      })
    }
    if (file !== ":memory:") {
      sweep(file)
      if (identity._tag === "New") yield* create(file)
    }
    const sql = yield* connect(file)
    yield* prepare(sql, file)
    return sql
  })
