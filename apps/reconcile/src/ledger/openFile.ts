import { existsSync, rmSync, statSync } from "node:fs"
import type * as SqlClient from "@effect/sql/SqlClient"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import * as Effect from "effect/Effect"
import { copyLedger } from "./copyLedger.js"
import { identify } from "./identity.js"
import { inTheMaking, nameNew, sweep } from "./inTheMaking.js"
import { keptCopyOf } from "./keptCopies.js"
import { codeOf, fromSqlite, LedgerError, messageOf } from "./LedgerError.js"
import { migrate } from "./migrate.js"
import { type Migrations, migrations as ours } from "./migrations.js"
import { OnMigration } from "./OnMigration.js"

const connect = (file: string) =>
  // The adapter throws where a file cannot be opened; a defect would end in a stack trace.
  SqliteClient.make({ filename: file, disableWAL: true }).pipe(
    Effect.catchAllDefect((defect) => Effect.fail(fromSqlite(file, defect)))
  )

/** Keeps an existing ledger as it is before it is migrated, and says so. */
const keepBefore = (file: string, to: number) => (from: number) =>
  from === 0
    ? Effect.void
    : Effect.gen(function* () {
        const copy = keptCopyOf(file, to)
        yield* Effect.mapError(
          copyLedger(file, copy, { replace: true }),
          ({ cause }) =>
            new LedgerError({
              file,
              kind: "failed",
              reason: `it has schema ${from} and was not brought to schema ${to}, since no copy of it could be made as ${copy} (${messageOf(cause)}). It was left as it is.`
            })
        )
        const tell = yield* OnMigration
        yield* tell({ file, from, to, copy })
      })

const prepare = (sql: SqlClient.SqlClient, file: string, migrations: Migrations) =>
  Effect.gen(function* () {
    yield* sql.unsafe("PRAGMA busy_timeout = 5000")
    yield* sql.unsafe("PRAGMA foreign_keys = ON")
    yield* migrate(sql, migrations, keepBefore(file, migrations.length))
    if (file !== ":memory:") yield* sql.unsafe("PRAGMA journal_mode = WAL")
    // WAL's default may lose the last commits in a power cut; a recorded answer must survive one.
    yield* sql.unsafe("PRAGMA synchronous = FULL")
  }).pipe(
    // A commit that fails is a defect to the transaction; to the user it is a full disk.
    Effect.catchAllDefect((defect) =>
      codeOf(defect).startsWith("SQLITE_") ? Effect.fail(fromSqlite(file, defect)) : Effect.die(defect)
    ),
    Effect.mapError((error) => (error._tag === "LedgerError" ? error : fromSqlite(file, error)))
  )

/** Gives the finished file its name, unless another process was first: then that one's file is the ledger. */
const publish = (made: string, file: string) =>
  Effect.try({
    try: () => {
      if (existsSync(file) && statSync(file).size === 0) rmSync(file)
      nameNew(made, file)
    },
    catch: (error) =>
      new LedgerError({
        file,
        kind: "unusable",
        reason: `it cannot be made (${error instanceof Error ? error.message : error}).`
      })
  })

/** Twice SQLite's own: a million contacts are loaded and decided a fifth faster, and an answer is recorded no slower. */
const pageBytes = 8192

/**
 * Makes a ledger beside its name and then names it, so that whatever instant this is killed at there is
 * either no file or a whole one.
 */
const create = (file: string, migrations: Migrations) => {
  const made = inTheMaking(file)
  return Effect.scoped(
    Effect.gen(function* () {
      const sql = yield* connect(made)
      yield* Effect.mapError(sql.unsafe(`PRAGMA page_size = ${pageBytes}`), (error) =>
        fromSqlite(made, error)
      )
      yield* prepare(sql, made, migrations)
    })
  ).pipe(
    Effect.zipRight(publish(made, file)),
    Effect.mapError((error) => new LedgerError({ file, kind: error.kind, reason: error.reason })),
    Effect.ensuring(Effect.sync(() => sweep(file)))
  )
}

export const noLedgerYet =
  "there is no ledger yet. Start one with 'ac-reconcile contacts load FILE --batch-column COLUMN' or 'ac-reconcile batches add --id BATCH_ID', or name another with --db FILE."

export interface OpenOptions {
  readonly mustExist?: boolean
  /** Others than the program's own: for tests. */
  readonly migrations?: Migrations
}

/** A client of the file, which is made or migrated where needed, and refused where it is not a ledger. */
export const openFile = (file: string, options: OpenOptions) =>
  Effect.gen(function* () {
    const { migrations = ours } = options
    const identity = yield* identify(file, migrations.length)
    if (identity._tag === "New" && options.mustExist === true) {
      return yield* new LedgerError({
        file,
        kind: "absent",
        reason: noLedgerYet
      })
    }
    if (file !== ":memory:") {
      sweep(file)
      if (identity._tag === "New") yield* create(file, migrations)
    }
    const sql = yield* connect(file)
    yield* prepare(sql, file, migrations)
    return sql
  })
