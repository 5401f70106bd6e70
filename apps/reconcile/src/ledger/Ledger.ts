import * as Reactivity from "@effect/experimental/Reactivity"
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { applicationId, identify } from "./identity.js"
import { fromSqlite, LedgerError } from "./LedgerError.js"
import { migrations, schemaVersion } from "./migrations.js"
import { views } from "./views.js"

/** The open file: its client and its name, and the one way in which its errors become ours. */
export interface Service {
  readonly file: string
  readonly sql: SqlClient.SqlClient
  /** Runs an effect on the file, its SQL errors told as what happened to the file. */
  readonly use: <A, E, R>(
    effect: Effect.Effect<A, E | SqlError, R>
  ) => Effect.Effect<A, Exclude<E, SqlError> | LedgerError, R>
  /** As `use`, in one transaction: all of it is recorded, or none. */
  readonly transact: <A, E, R>(
    effect: Effect.Effect<A, E | SqlError, R>
  ) => Effect.Effect<A, Exclude<E, SqlError> | LedgerError, R>
}

export class Ledger extends Context.Tag("ac-reconcile/Ledger")<Ledger, Service>() {}

const isSqlError = (error: unknown): error is SqlError =>
  typeof error === "object" && error !== null && "_tag" in error && error._tag === "SqlError"

const migrate = (sql: SqlClient.SqlClient, from: number) =>
  Effect.gen(function* () {
    if (from === schemaVersion) return
    yield* sql.unsafe(`PRAGMA application_id = ${applicationId}`)
    for (const statements of migrations.slice(from)) {
      for (const statement of statements) yield* sql.unsafe(statement)
    }
    for (const { name, sql: select } of views) {
      yield* sql.unsafe(`DROP VIEW IF EXISTS ${name}`)
      yield* sql.unsafe(`CREATE VIEW ${name} AS ${select}`)
    }
    yield* sql.unsafe(`PRAGMA user_version = ${schemaVersion}`)
  }).pipe(sql.withTransaction)

const open = (file: string, mustExist: boolean) =>
  Effect.gen(function* () {
    const identity = yield* identify(file, schemaVersion)
    if (mustExist && identity._tag === "New") {
      return yield* new LedgerError({
        file,
        kind: "absent",
        reason:
          "there is no ledger yet. Start one with 'ac-reconcile contacts load FILE --batch-column COLUMN' or 'ac-reconcile batches add --id BATCH_ID', or name another with --db FILE."
      })
    }
    // The adapter throws where a file cannot be opened; a defect would end in a stack trace.
    const sql = yield* SqliteClient.make({ filename: file, disableWAL: true }).pipe(
      Effect.catchAllDefect((defect) => Effect.fail(fromSqlite(file, defect)))
    )
    const use: Service["use"] = Effect.catchIf(isSqlError, (error) => Effect.fail(fromSqlite(file, error)))
    const ledger: Service = { file, sql, use, transact: (effect) => use(sql.withTransaction(effect)) }
    yield* use(
      Effect.gen(function* () {
        yield* sql.unsafe("PRAGMA busy_timeout = 5000")
        yield* sql.unsafe("PRAGMA foreign_keys = ON")
        // Identity and tables are committed before WAL is switched on: whatever instant a first run is
        // killed at, the file is either empty or wholly ours.
        yield* migrate(sql, identity._tag === "New" ? 0 : identity.version)
        if (file !== ":memory:") yield* sql.unsafe("PRAGMA journal_mode = WAL")
        // WAL's default may lose the last commits in a power cut; a recorded answer must survive one.
        yield* sql.unsafe("PRAGMA synchronous = FULL")
      })
    )
    return ledger
  })

/** Opens the file and, where needed, migrates it; creates it unless `mustExist`. */
export const layer = (
  file: string,
  options: { readonly mustExist?: boolean } = {}
): Layer.Layer<Ledger, LedgerError> =>
  Layer.scoped(Ledger, open(file, options.mustExist ?? false)).pipe(Layer.provide(Reactivity.layer))

const account = (sql: SqlClient.SqlClient) =>
  Effect.map(sql<{ readonly base_url: string }>`SELECT base_url FROM accounts`, (rows) => rows[0]?.base_url)

/** Refuses an account other than the one the file is tied to. Writes nothing. */
export const checkAccount = (baseUrl: string): Effect.Effect<void, LedgerError, Ledger> =>
  Effect.flatMap(Ledger, ({ file, sql, use }) =>
    Effect.flatMap(use(account(sql)), (bound) =>
      bound === undefined || bound === baseUrl
        ? Effect.void
        : new LedgerError({
            file,
            kind: "other-account",
            reason: `it belongs to the account at ${bound}, not ${baseUrl}. Name another file with --db FILE, or set ACTIVECAMPAIGN_URL to that account.`
          })
    )
  )

/** Ties the file to the account that gave its first answer. */
export const bindAccount = (baseUrl: string, now: string): Effect.Effect<void, LedgerError, Ledger> =>
  Effect.flatMap(Ledger, ({ sql, use }) =>
    use(
      sql`INSERT INTO accounts (account_id, base_url, bound_at) VALUES (1, ${baseUrl}, ${now}) ON CONFLICT DO NOTHING`
    )
  )
