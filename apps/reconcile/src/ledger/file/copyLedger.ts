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

/** Changes when somebody else has written to the file. */
const versionOf = (database: Sqlite.Database): unknown => database.pragma("data_version", { simple: true })

/**
 * Copies, and counts what was there to be copied. A copy is of one instant and counting takes another, so the counts are
 * only worth something where nobody wrote from the one to the other.
 */
const vacuumInto = (database: Sqlite.Database, to: string): ReadonlyMap<string, number> | undefined => {
  const before = versionOf(database)
  const expected = counts(database)
  database.prepare("VACUUM INTO ?").run(to)
  return versionOf(database) === before ? expected : undefined
}

/** Nobody works on a copy, whoever works on the ledger. */
const freeFromLease = (copy: Sqlite.Database) => {
  const has = copy.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'writer_lease'").get()
  if (has !== undefined) copy.exec("DELETE FROM writer_lease")
}

const problemOf = (database: Sqlite.Database, table?: string): string | undefined => {
  const said = database.pragma(`integrity_check(${table === undefined ? 1 : quoted(table)})`, {
    simple: true
  })
  return said === "ok" ? undefined : String(said)
}

/**
 * What is wrong with a copy; undefined where it is sound. The user's own tables may hold what they should not, as they
 * do in the original, and may refer to what they like.
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
    if (broken !== undefined) return `a row of ${table} refers to one that is not there`
  }
  for (const [table, rows] of expected ?? []) {
    if (held.get(table) !== rows) return `${table} has ${held.get(table) ?? 0} rows of ${rows}`
  }
  return undefined
}

/** The disk's own trouble in writing the copy; everything else is the ledger's that is read. */
const troubleWith = (from: string, to: string, hint: string) => (error: unknown) => {
  const code = codeOf(error)
  return code.startsWith("SQLITE_FULL") || code.startsWith("SQLITE_IOERR")
    ? new OutputError({ file: to, reason: messageOf(error), hint })
    : fromSqlite(from, error)
}

const hint = "Name another file."

/**
 * A copy of a ledger as it stands at one instant, made on a connection of its own while others write, and checked. It is
 * one file without a `-wal` beside it, still unfinished: it goes with the scope unless it is given a name.
 *
 * The ledger itself is opened by SQLite alone: closing a descriptor of our own would drop SQLite's locks on it.
 */
export const checkedCopy = (
  from: string,
  path: string,
  /** As the user knows the place of the copy. */
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
        // As the original is read, too: a connection that cannot write checks less of what rows may hold.
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
        reason: `no copy was made as ${to}, since it would not be sound: ${fault}.`
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
