import type Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { OutputError } from "../../files/OutputError.js"
import { outputFailed } from "../../files/Target.js"
import * as Unfinished from "../../files/Unfinished.js"
import { codeOf, fromSqlite, LedgerError, messageOf } from "../LedgerError.js"
import { reading, using } from "./connection.js"
import { hasSettled } from "../schema/words.js"
import { ownTables } from "../schema/ownTables.js"

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

/** How many rows each of our tables holds. */
const counts = (database: Sqlite.Database): ReadonlyMap<string, number> =>
  new Map(
    database
      .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
      .pluck()
      .all()
      .filter((table) => ownTables.has(table) && table !== "writer_lease")
      .map((table) => [
        table,
        database
          .prepare<[], number>(`SELECT count(*) FROM ${quoted(table)}`)
          .pluck()
          .get() ?? 0
      ])
  )

/** Changes when another connection has written to the file. */
const versionOf = (database: Sqlite.Database): unknown => database.pragma("data_version", { simple: true })

/**
 * Copies, and counts the rows of the original. Copying and counting happen at different instants, so the counts only mean
 * something if nobody wrote in between.
 */
const vacuumInto = (database: Sqlite.Database, to: string): ReadonlyMap<string, number> | undefined => {
  const before = versionOf(database)
  const expected = counts(database)
  database.prepare("VACUUM INTO ?").run(to)
  return versionOf(database) === before ? expected : undefined
}

/**
 * A copy has no writer, even if the ledger has one. Its bytes do not depend on who that was, so that two copies of the
 * same content are equal.
 */
const freeFromLease = (copy: Sqlite.Database) => {
  const has = copy.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'writer_lease'").get()
  copy.pragma("secure_delete = ON")
  if (has !== undefined) copy.exec("DELETE FROM writer_lease")
}

const problemOf = (database: Sqlite.Database, table?: string): string | undefined => {
  const said = database.pragma(`integrity_check(${table === undefined ? 1 : quoted(table)})`, {
    simple: true
  })
  return said === "ok" ? undefined : String(said)
}

/**
 * What is wrong with a copy; undefined if it is sound. The user's own tables may have faults that the original also has,
 * and may refer to anything.
 */
const faultIn = (
  copy: Sqlite.Database,
  expected: ReadonlyMap<string, number> | undefined,
  original: () => string | undefined
): string | undefined => {
  const held = counts(copy)
  const problem = problemOf(copy)
  if (problem !== undefined) {
    const ours = [...held.keys()].map((table) => problemOf(copy, table)).find((found) => found !== undefined)
    if (ours !== undefined || original() !== problem) return `SQLite's check of it says: ${ours ?? problem}`
  }
  for (const table of held.keys()) {
    const broken = copy.prepare("SELECT 1 FROM pragma_foreign_key_check(?)").get(table)
    if (broken !== undefined) return `a row of ${table} refers to a missing one`
  }
  for (const [table, rows] of expected ?? []) {
    if (held.get(table) !== rows) return `${table} has ${held.get(table) ?? 0} rows of ${rows}`
  }
  return undefined
}

/** A fault of the disk while writing the copy. Everything else is a fault of the ledger that is read. */
const troubleWith = (from: string, to: string, hint: string) => (error: unknown) => {
  const code = codeOf(error)
  return code.startsWith("SQLITE_FULL") || code.startsWith("SQLITE_IOERR")
    ? new OutputError({ file: to, reason: messageOf(error), hint })
    : fromSqlite(from, error)
}

const hint = "Name another file."

/**
 * A checked copy of a ledger as it is at one instant, made on a separate connection while others write. It is one file
 * without a `-wal` beside it, still unfinished: it is deleted with the scope unless it gets a name.
 *
 * Only SQLite opens the ledger itself: closing a descriptor of our own would drop SQLite's locks on it.
 */
export const checkedCopy = (
  from: string,
  path: string,
  /** The place of the copy, as the user wrote it. */
  to: string = path
): Effect.Effect<string, OutputError | LedgerError, Scope.Scope> =>
  Effect.gen(function* () {
    const failed = outputFailed({ name: to, hint })
    const copy = yield* Effect.mapError(Unfinished.make(path), failed)
    const trouble = troubleWith(from, to, hint)
    const expected = yield* Effect.scoped(
      Effect.flatMap(reading(from, trouble), (database) =>
        Effect.try({ try: () => vacuumInto(database, copy), catch: trouble })
      )
    )
    const fault = yield* Effect.try({
      try: () => {
        using(copy, freeFromLease)
        // Read-only, like the connection to the original: a connection that cannot write checks less of what rows may hold.
        const readonly = { readonly: true }
        return using(
          copy,
          (database) => faultIn(database, expected, () => using(from, problemOf, readonly)),
          readonly
        )
      },
      catch: trouble
    })
    if (fault !== undefined) {
      return yield* new LedgerError({
        file: from,
        kind: "damaged",
        reason: `no copy was made as ${to}, because it would be damaged: ${fault}.`
      })
    }
    yield* Effect.mapError(Unfinished.flush(copy), failed)
    return copy
  })

/** How much a ledger holds. */
export interface Contents {
  readonly schema: number
  readonly batches: number
  readonly settled: number
  readonly sent: number
  readonly answers: number
  readonly localContacts: number
}

const nothing: Contents = { schema: 0, batches: 0, settled: 0, sent: 0, answers: 0, localContacts: 0 }

export const contentsOf = (database: Sqlite.Database): Contents =>
  database
    .prepare<[], Contents>(`
      SELECT (SELECT user_version FROM pragma_user_version) AS schema,
        (SELECT count(*) FROM numbered_batches) AS batches,
        (SELECT count(DISTINCT batch) FROM answers
          WHERE ${hasSettled("status")}) AS settled,
        (SELECT count(*) FROM sent_contacts) AS sent,
        (SELECT count(*) FROM answers) AS answers,
        (SELECT count(*) FROM local_rows) AS "localContacts"`)
    .get() ?? nothing
