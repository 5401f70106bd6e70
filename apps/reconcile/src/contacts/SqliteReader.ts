import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { ColumnMap } from "./ColumnMap.js"
import { listed, printable } from "./ColumnNames.js"
import { ContactFileError } from "./ContactFileError.js"
import type { ContactChunk } from "./ContactRow.js"
import * as CsvHeader from "./CsvHeader.js"
import type { RowSink } from "./RowSink.js"
import * as TableRows from "./TableRows.js"
import * as TextCheck from "./TextCheck.js"

/** What to read from a SQLite file: a table, a view, or the rows of a query. */
export type Selection =
  | { readonly _tag: "Table"; readonly name: string }
  | { readonly _tag: "Query"; readonly sql: string }

export interface TableSource {
  readonly path: string
  readonly selection: Selection
  readonly map?: ColumnMap
  /** Tables that are not the user's, and are neither read nor listed. */
  readonly reserved?: ReadonlySet<string>
}

/** Rows read at once: few enough not to delay signals or a concurrent run. */
const rowsPerSlice = 500

/** A slice of large rows ends earlier, so that memory stays flat. */
const charactersPerSlice = 4 * 1024 * 1024

/**
 * The contacts of a table, a slice at a time, through a connection of its own that cannot write. One statement
 * reads them all, so they are as they stood at one instant, whatever is written meanwhile.
 */
export const read = (source: TableSource): Stream.Stream<ContactChunk, ContactFileError> =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const fail = failure(source)
      const database = yield* Effect.acquireRelease(
        Effect.try({
          try: () => new Sqlite(source.path, { readonly: true, fileMustExist: true }),
          catch: (error) => fail(unreadable(error))
        }),
        (opened) => Effect.sync(() => opened.close())
      )
      const { bytes, header, statement } = yield* Effect.try({
        try: () => prepare(database, source),
        catch: (error) => fail(unreadable(error))
      }).pipe(Effect.flatMap(Either.mapLeft((reason) => fail(reason))))
      const badText = yield* Effect.acquireRelease(
        Effect.sync(() => TextCheck.make(database, bytes)),
        (check) => Effect.sync(check.close)
      )
      const rows = yield* Effect.acquireRelease(
        Effect.sync(() => statement.iterate()),
        (iterator) => Effect.sync(() => iterator.return?.())
      )
      let row = 0
      return Stream.repeatEffectOption(
        Effect.suspend(() => {
          const sink: RowSink = { rows: [], rejected: [], remarks: [] }
          const first = row
          let characters = 0
          try {
            while (row - first < rowsPerSlice && characters < charactersPerSlice) {
              const next = rows.next()
              if (next.done === true) break
              row += 1
              TableRows.read(header, next.value, row, badText.of(next.value, row), sink)
              characters += sink.rows.at(-1)?.record.length ?? 0
            }
          } catch (error) {
            return Effect.fail(Option.some(fail(unreadable(error), row + 1)))
          }
          const chunk: ContactChunk = {
            ...sink,
            restored: 0,
            bytesRead: 0,
            fromPayload: false,
            single: null,
            submissions: []
          }
          return row === first ? Effect.fail(Option.none()) : Effect.succeed(chunk)
        }).pipe(Effect.zipLeft(Effect.yieldNow()))
      )
    })
  )

const failure =
  ({ path }: TableSource) =>
  (reason: string, row?: number) =>
    new ContactFileError({ path, reason, ...(row === undefined ? {} : { row }) })

const prepare = (database: Sqlite.Database, source: TableSource) =>
  Either.gen(function* () {
    // Every page is read only once, so caching pages gains nothing.
    database.pragma("cache_size = -1024")
    const sql = yield* selectOf(database, source)
    const statement = database.prepare<[], ReadonlyArray<TableRows.Cell>>(sql)
    if (!statement.reader || !statement.readonly) {
      return yield* Either.left("the query is not a SELECT; only reading is allowed here.")
    }
    const names = statement.columns().map(({ name }) => name)
    const header = yield* CsvHeader.make(names, source.map ?? {})
    const bytes = TextCheck.bytesOf(sql, names.length)
    return { bytes, header, statement: statement.safeIntegers(true).raw(true) }
  })

const selectOf = (
  database: Sqlite.Database,
  { reserved = new Set(), selection }: TableSource
): Either.Either<string, string> => {
  if (selection._tag === "Query") return Either.right(selection.sql)
  const wanted = selection.name.toLowerCase()
  const tables = database
    .prepare<[], string>(
      "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
    )
    .pluck()
    .all()
    .filter((name) => !reserved.has(name))
  const table = tables.find((name) => name.toLowerCase() === wanted)
  if (table !== undefined) return Either.right(`SELECT * FROM "${table.replaceAll('"', '""')}"`)
  return Either.left(
    reserved.has(wanted)
      ? `"${printable(selection.name)}" is one of ac-reconcile's own tables. Name one of yours.`
      : `there is no table "${printable(selection.name)}" (tables: ${tables.length === 0 ? "none" : listed(tables)}).`
  )
}

const unreadable = (error: unknown): string => {
  const code = error instanceof Sqlite.SqliteError ? error.code : ""
  const message = error instanceof Error ? error.message : String(error)
  if (code.startsWith("SQLITE_BUSY"))
    return "another program is writing to it. Load it when that program has finished."
  if (code === "SQLITE_NOTADB") return "it is not a SQLite file. Name one with --from."
  if (code.startsWith("SQLITE_CANTOPEN"))
    return "there is no such file, or it cannot be opened. Check the path."
  if (message.includes("directory does not exist")) return "there is no such file. Check the path."
  if (message.includes("contains more than one statement"))
    return "the query contains more than one statement."
  if (code.startsWith("SQLITE_READONLY")) return "the query writes; only reading is allowed here."
  return `it cannot be read (${printable(message)}).`
}
