import type * as Reactivity from "@effect/experimental/Reactivity"
import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as ExecutionStrategy from "effect/ExecutionStrategy"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { use } from "../../files/Disk.js"
import * as Unfinished from "../../files/Unfinished.js"
import * as Client from "./client.js"
import { identify } from "./identity.js"
import { keepCopy } from "./keptCopies.js"
import { codeOf, fromSqlite, LedgerError } from "../LedgerError.js"
import { migrate } from "./migrate.js"
import { type Migrations, migrations as ours } from "../schema/migrations.js"
import { OnMigration } from "../Notices.js"

const connect = (file: string) => Effect.mapError(Client.make(file), (error) => fromSqlite(file, error))

/** Copies an existing ledger before it is migrated, and says so. */
const keepBefore = (file: string, to: number) => (from: number) =>
  from === 0
    ? Effect.void
    : Effect.gen(function* () {
        const copy = yield* Effect.mapError(
          keepCopy(file, `schema-${to}`),
          ({ message }) =>
            new LedgerError({
              file,
              kind: "failed",
              reason: `it has schema ${from} and was not migrated to schema ${to}, because no copy of it could be made: ${message} It was left as it is.`
            })
        )
        const tell = yield* OnMigration
        yield* tell({ file, from, to, copy })
      })

const prepare = (
  sql: SqlClient.SqlClient,
  file: string,
  { keepsCopy = true, migrations = ours }: OpenOptions
) =>
  Effect.gen(function* () {
    yield* sql.unsafe("PRAGMA busy_timeout = 5000")
    yield* sql.unsafe("PRAGMA foreign_keys = ON")
    yield* migrate(sql, migrations, keepsCopy ? keepBefore(file, migrations.length) : () => Effect.void)
    if (file !== ":memory:") yield* sql.unsafe("PRAGMA journal_mode = WAL")
    // WAL's default may lose the last commits in a power cut. A recorded answer must survive one.
    yield* sql.unsafe("PRAGMA synchronous = FULL")
  }).pipe(
    // A failed commit is a defect for the transaction. For the user it is a full disk.
    Effect.catchAllDefect((defect) =>
      codeOf(defect).startsWith("SQLITE_") ? Effect.fail(fromSqlite(file, defect)) : Effect.die(defect)
    ),
    Effect.mapError((error) => (error._tag === "LedgerError" ? error : fromSqlite(file, error)))
  )

/** Twice SQLite's default: a million contacts are loaded and decided a fifth faster, and an answer is recorded no slower. */
const pageBytes = 8192

/** Creates the schema in an empty file, in one transaction: killed at any instant, the file has nothing or all of it. */
const layOut = (file: string, options: OpenOptions) =>
  Effect.gen(function* () {
    const sql = yield* connect(file)
    yield* Effect.mapError(sql.unsafe(`PRAGMA page_size = ${pageBytes}`), (error) => fromSqlite(file, error))
    yield* prepare(sql, file, options)
  }).pipe(Effect.scoped)

/**
 * Creates a ledger under a temporary name and then renames it, so that a kill at any instant leaves either no file or a
 * whole one. If another process was first, its file is the ledger. Returns whether this one is.
 */
const create = (file: string, path: string, options: OpenOptions) =>
  Effect.gen(function* () {
    const made = yield* Unfinished.make(path)
    yield* layOut(made, options)
    yield* Unfinished.flush(made)
    return yield* Unfinished.nameNew(made, path)
  }).pipe(
    Effect.scoped,
    Effect.mapError((error) =>
      error._tag === "DiskError"
        ? new LedgerError({ file, kind: "unusable", reason: `it cannot be made (${error.reason}).` })
        : new LedgerError({ file, kind: error.kind, reason: error.reason })
    )
  )

export const noLedgerYet =
  "there is no ledger yet. Start one with 'ac-reconcile contacts load FILE --batch-column COLUMN' or 'ac-reconcile batches add --id BATCH_ID', or name another with --db FILE."

export interface OpenOptions {
  readonly mustExist?: boolean
  /** Whether a ledger that is created stays if nothing is recorded in it. It does unless told otherwise. */
  readonly keepsUnused?: boolean
  /** Whether to keep a copy of a ledger with an older schema. Not needed if it is a copy already. */
  readonly keepsCopy?: boolean
  /** Other migrations than the program's own, for tests. */
  readonly migrations?: Migrations
}

/** Tells one file of a name from the next; undefined if there is none. */
const placeOf = (file: string): Effect.Effect<string | undefined> =>
  Effect.orElseSucceed(
    use((disk) => {
      const { dev, ino } = disk.stat(file)
      return `${dev} ${ino}`
    }),
    () => undefined
  )

/** How often a file is opened that another process removes meanwhile. */
const mostAttempts = 3

/** A client of the file, which is created or migrated if needed, and refused if it is not a ledger. */
export const openFile = (
  file: string,
  options: OpenOptions
): Effect.Effect<Client.Client, LedgerError, Scope.Scope | Reactivity.Reactivity> => openIn(file, options, 1)

const openIn = (
  file: string,
  options: OpenOptions,
  attempt: number
): Effect.Effect<Client.Client, LedgerError, Scope.Scope | Reactivity.Reactivity> =>
  Effect.gen(function* () {
    const { keepsUnused = true, migrations = ours } = options
    const identity = yield* identify(file, migrations.length).pipe(
      // It may be gone between two looks at it.
      Effect.retry({ times: mostAttempts - 1, while: ({ kind }) => kind === "unusable" })
    )
    if (identity._tag === "New" && options.mustExist === true) {
      return yield* new LedgerError({
        file,
        kind: "absent",
        reason: noLedgerYet
      })
    }
    let created: string | undefined
    if (identity._tag === "New" && file !== ":memory:") {
      // An empty file gets the schema in its place: somebody made it with its mode, and another process may have it open.
      if (identity.path === undefined) yield* layOut(file, options)
      else if (yield* create(file, identity.path, options)) created = identity.path
    } else if (identity._tag === "Ledger") {
      yield* Unfinished.sweep(identity.path)
    }
    const before = yield* placeOf(file)
    const scope = yield* Scope.fork(yield* Effect.scope, ExecutionStrategy.sequential)
    const opened = yield* connect(file).pipe(
      Effect.tap((sql) => prepare(sql, file, options)),
      Scope.extend(scope),
      Effect.exit
    )
    if (attempt < mostAttempts && (yield* placeOf(file)) !== before) {
      yield* Scope.close(scope, Exit.void)
      return yield* openIn(file, options, attempt + 1)
    }
    const sql = yield* opened
    if (created !== undefined && !keepsUnused) {
      // Few calls create a ledger.
      const { removeUnused } = yield* Effect.promise(() => import("./neverUsed.js"))
      yield* Scope.addFinalizer(scope, removeUnused(sql, created))
    }
    return sql
  })
