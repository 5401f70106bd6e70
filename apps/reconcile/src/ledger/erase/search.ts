import type Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import { Ledger } from "../Ledger.js"
import type { LedgerError } from "../LedgerError.js"
import { fromSqlite, messageOf } from "../LedgerError.js"
import { OnPrivateCopy } from "../Notices.js"
import { columnKnownAs } from "../schema/recordViews.js"
import { using } from "../file/connection.js"
import { readOnly } from "../file/readOnly.js"
import { holds, mayHold, type Person, withinOthers } from "./person.js"

/** A column that still contains something of the person, and in how many rows. */
export interface Remaining {
  readonly place: string
  readonly rows: number
}

/** The longer addresses that contain the person's, and whether one is in a text that may span several pages. */
export type Others = ReadonlyMap<string, boolean>

/** What every column of every table has about a person. */
export interface Found {
  readonly remaining: ReadonlyArray<Remaining>
  readonly others: Others
  /** Tables that could not be read, such as those of a missing extension. */
  readonly unread: ReadonlyArray<{ readonly table: string; readonly reason: string }>
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

/** A ledger's pages are so large that no shorter text spans two of them. */
const longText = 256

const searchAll = (database: Sqlite.Database, person: Person): Found => {
  const others = new Map<string, boolean>()
  database.function("holds_person", (value: unknown) => {
    const text = Buffer.isBuffer(value) ? value.toString("utf8") : String(value)
    for (const other of withinOthers(text, person)) {
      others.set(other, others.get(other) === true || text.length >= longText)
    }
    return holds(text, person) ? 1 : 0
  })
  // SQLite's samples and the SQL of tables are also text in the file.
  const tables = database
    .prepare<[], { readonly name: string }>(
      "SELECT 'sqlite_schema' AS name UNION ALL SELECT name FROM sqlite_schema WHERE type = 'table'"
    )
    .all()
  const unread: Array<{ readonly table: string; readonly reason: string }> = []
  const remaining = tables.flatMap(({ name }) => {
    try {
      return database
        .prepare<[string], { readonly name: string }>(
          "SELECT name FROM pragma_table_xinfo(?) WHERE hidden <> 1"
        )
        .all(name)
        .flatMap((one) => {
          const column = quoted(one.name)
          const row = database
            .prepare<[string], { readonly rows: number }>(
              `SELECT count(*) AS rows FROM ${quoted(name)} WHERE CASE typeof(${column})
                 WHEN 'text' THEN CASE WHEN ${mayHold(column)} THEN holds_person(${column}) END
                 WHEN 'blob' THEN holds_person(${column})
               END`
            )
            .get(person.anchor)
          const rows = row?.rows ?? 0
          return rows === 0 ? [] : [{ place: columnKnownAs(name, one.name), rows }]
        })
    } catch (error) {
      unread.push({ table: name, reason: messageOf(error) })
      return []
    }
  })
  return { remaining, others, unread }
}

/**
 * Reads every column of every table, the user's own included, on a separate connection that is closed before the ledger's:
 * a connection that only reads would leave an empty log behind.
 */
export const search = (person: Person): Effect.Effect<Found, LedgerError, Ledger> =>
  Effect.flatMap(Ledger, ({ file }) =>
    Effect.try({
      try: () => using(file, (database) => searchAll(database, person), { readonly: true }),
      catch: (error) => fromSqlite(file, error)
    })
  )

/** As `search`, for a ledger that is only read: in a private copy if it cannot be read in its place. */
export const searchReadOnly = (file: string, person: Person): Effect.Effect<Found, LedgerError> =>
  Effect.scoped(
    Effect.flatMap(readOnly(file, { schema: "own" }), (database) =>
      Effect.try({ try: () => searchAll(database, person), catch: (error) => fromSqlite(file, error) })
    )
  ).pipe(
    // The user was told when the ledger itself was read.
    Effect.provideService(OnPrivateCopy, () => Effect.void)
  )
