import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import type Sqlite from "better-sqlite3"
import * as Chunk from "effect/Chunk"
import * as Console from "effect/Console"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { identity } from "effect/Function"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as TextCheck from "../../contacts/TextCheck.js"
import { codeOf, fromSqlite } from "../../ledger/LedgerError.js"
import { questions } from "../../ledger/reports/questions.js"
import { readOnly } from "../../ledger/file/readOnly.js"
import { nearest } from "../../text/nearest.js"
import { thousands } from "../../text/numbers.js"
import { type Asked, askedQuestion } from "../input/askedQuestion.js"
import { pipedSql } from "../input/pipedSql.js"
import { parseDuration } from "../shell/duration.js"
import { db, invalid, keepFormulas } from "../shell/options.js"
import { fromSqlite as cellFromSqlite } from "../output/cellText.js"
import { asTable } from "../output/tableText.js"
import { respond } from "../shell/respond.js"
import { encode, type Format, formats } from "../output/rowFormat.js"
import { listColumns, listed, questionsAsText } from "../output/savedQuestions.js"
import { Paging } from "../shell/console.js"
import { endedBySignals } from "../shell/endedBySignals.js"
import { isOfTheFile } from "../shell/machineTrouble.js"
import { plural, printable } from "../output/text.js"
import { type Written, writeStdout } from "../output/writeText.js"

export class QueryError extends Schema.TaggedError<QueryError>("ac-reconcile/QueryError")("QueryError", {
  reason: Schema.String
}) {
  override get message() {
    return `The query cannot be run: ${this.reason}${this.reason.endsWith("?") ? "" : "."}`
  }
}

type Row = ReadonlyArray<unknown>

const reason = (error: unknown) => (error instanceof Error ? error.message : String(error))

const namesIn = (database: Sqlite.Database, what: string) =>
  database
    .prepare<[], string>(
      what === "table"
        ? "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%'"
        : "SELECT DISTINCT c.name FROM sqlite_schema o JOIN pragma_table_info(o.name) c WHERE o.type IN ('table', 'view')"
    )
    .pluck()
    .all()

/** The name that was probably meant, if SQLite does not know the one that was written. */
const didYouMean = (database: Sqlite.Database, message: string) => {
  const [, what = "", name] = /^no such (table|column): (?:\w+\.)?(\S+)$/.exec(message) ?? []
  const names = name === undefined ? [] : namesIn(database, what)
  // Of a name that another table has, its spelling is not what is wrong.
  const isKnown = names.some((one) => one.toLowerCase() === name?.toLowerCase())
  const like = name === undefined || isKnown ? undefined : nearest(name, names)
  return like === undefined ? "" : `. Did you mean '${like}'?`
}

/** A fault of the file or the machine is not a mistake in the query. */
const failure = (file: string, database: Sqlite.Database) => (error: unknown) =>
  isOfTheFile(error) && !codeOf(error).startsWith("SQLITE_READONLY")
    ? fromSqlite(file, error)
    : new QueryError({ reason: `${reason(error)}${didYouMean(database, reason(error))}` })

/** How much is collected before it is written: fewer rows if they are long or slow. */
interface Portion {
  readonly rows: number
  readonly millis: number
}

const portion: Portion = { rows: 1000, millis: 50 }
const bytesAtOnce = 4_000_000

/** The first row is shown as soon as it is found; a table needs some more to know how wide it is. */
const firstOf = (format: Format | "table"): Portion =>
  format === "table" ? { rows: 1000, millis: 200 } : { rows: 1, millis: 0 }

/** Leaves room for what a format adds, within the longest text that JavaScript allows. */
const largest = 200_000_000

const sizeOf = (value: unknown) =>
  typeof value === "string" ? value.length : value instanceof Uint8Array ? 2 * value.length : 8

const rowsOf = (database: Sqlite.Database, file: string, { sql, values }: Asked, first: Portion) =>
  Effect.try({
    try: () => {
      const statement = database.prepare<Array<Asked["values"]>, Row>(sql)
      if (!statement.reader || !statement.readonly) throw new Error("it is not a SELECT")
      const columns = statement.columns().map(({ name }) => name)
      // A reader of JSON would silently lose one of two columns with the same name.
      const repeated = columns.find((name, at) => columns.indexOf(name) !== at)
      if (repeated !== undefined) {
        throw new Error(`two of its columns are named ${printable(repeated)}; give each its own name with AS`)
      }
      const bound = Object.keys(values).length === 0 ? [] : [values]
      return {
        columns,
        check: TextCheck.make(database, TextCheck.bytesOf(sql, columns.length), bound),
        rows: statement
          .safeIntegers(true)
          .raw(true)
          .iterate(...bound)
      }
    },
    catch: failure(file, database)
  }).pipe(
    // A database whose rows are still being read cannot be closed.
    (found) =>
      Effect.acquireRelease(found, ({ check, rows }) =>
        Effect.sync(() => {
          check.close()
          rows.return?.()
        })
      ),
    Effect.map(({ check, columns, rows }) => {
      /** By column index, how many of its values are text that cannot be decoded. */
      const spoilt = new Map<number, number>()
      let row = 0
      let wanted = first
      const next = Effect.try({
        try: () => {
          const found: Array<Row> = []
          const begun = performance.now()
          const isEnough = (bytes: number) =>
            found.length >= wanted.rows ||
            bytes >= bytesAtOnce ||
            (found.length > 0 && performance.now() - begun >= wanted.millis)
          for (let bytes = 0; !isEnough(bytes); ) {
            const { done, value } = rows.next()
            if (done === true) break
            const sizes = value.map(sizeOf)
            const large = sizes.find((size) => size > largest)
            if (large !== undefined) {
              throw new Error(
                `it has a value of ${thousands(large)} characters, too many to write; take part of it with substr()`
              )
            }
            row += 1
            for (const at of check.of(value, row)) spoilt.set(at, (spoilt.get(at) ?? 0) + 1)
            bytes += sizes.reduce((sum, size) => sum + size, 0)
            found.push(value.map(cellFromSqlite))
          }
          wanted = portion
          return found
        },
        catch: (error) => Option.some(failure(file, database)(error))
      })
      const chunks = Effect.flatMap(next, (found) =>
        found.length === 0 ? Effect.fail(Option.none()) : Effect.succeed(Chunk.unsafeFromArray(found))
      )
      return { columns, spoilt, rows: Stream.repeatEffectChunkOption(chunks) }
    })
  )

const print = <E extends { readonly _tag: string; readonly message: string }, R>(
  format: Format | "table",
  columns: ReadonlyArray<string>,
  rows: Stream.Stream<Row, E, R>,
  options: { readonly keepFormulas: boolean }
) => {
  const pieces = format === "table" ? asTable(columns)(rows) : encode(format, columns, options)(rows)
  return writeStdout(pieces)
}

/** Notes that the rows themselves do not show. */
const remarks = (
  { numbersAsText = [], values }: Asked,
  columns: ReadonlyArray<string>,
  spoilt: ReadonlyMap<number, number>,
  { isCut, rows }: Written
) => [
  ...Array.from(
    spoilt,
    ([at, count]) =>
      `${plural(count, "value")} of the column ${printable(columns[at] ?? "")} ${count === 1 ? "is" : "are"} not valid UTF-8; bytes that cannot be read are shown as U+FFFD. Use hex() to see them.`
  ),
  ...(rows > 0 || isCut
    ? []
    : numbersAsText.map(
        (name) =>
          `No rows found: ${printable(`${name}=${values[name]}`)} is text, which never equals a number. For a number, write --param ${printable(`${name}:=${values[name]}`)}.`
      ))
]

const nothingMore = { text: "", result: null }

const answer = (
  asked: Asked,
  options: {
    readonly db: string
    readonly format: Format | "table"
    readonly keepFormulas: boolean
    readonly timeout: Option.Option<Duration.Duration>
  }
) =>
  Effect.gen(function* () {
    const database = yield* readOnly(options.db, { schema: "own" })
    const asking = Effect.gen(function* () {
      const { columns, rows, spoilt } = yield* rowsOf(database, options.db, asked, firstOf(options.format))
      const written = yield* print(options.format, columns, rows, options)
      yield* Effect.forEach(remarks(asked, columns, spoilt, written), (remark) =>
        Console.error(`ac-reconcile: ${remark}`)
      )
      return nothingMore
    })
    return yield* endedBySignals(asking, options.timeout).pipe(
      // The time that a reader takes in a pager must not count.
      Option.isSome(options.timeout) ? Effect.provideService(Paging, false) : identity
    )
  }).pipe(Effect.scoped)

const timeout = Options.text("timeout").pipe(
  Options.optional,
  Options.mapEffect(
    Option.match({
      onNone: () => Effect.succeed(Option.none<Duration.Duration>()),
      onSome: (text) =>
        Either.match(parseDuration(text), {
          onLeft: (reason) => Effect.fail(invalid(`--timeout: ${reason}`)),
          onRight: (duration) => Effect.succeed(Option.some(duration))
        })
    })
  ),
  Options.withDescription("Stop the query after this time, as 90s or 5m (default: never)")
)

export const query = Command.make(
  "query",
  {
    text: Args.text({ name: "sql-or-name" }).pipe(
      Args.withDescription("One SELECT, or the name of a saved question; - reads SQL from standard input"),
      Args.optional
    ),
    params: Options.text("param").pipe(
      Options.repeated,
      Options.withDescription(
        "A value for :NAME in the SQL or question: text, as batch=b-1, or JSON, as sent:=2; may be given several times"
      )
    ),
    list: Options.boolean("list").pipe(
      Options.withDescription("List the saved questions and their parameters")
    ),
    format: Options.choice("format", ["table", ...formats] as const).pipe(
      Options.withDefault("table"),
      Options.withDescription("How rows are written; default: table")
    ),
    timeout,
    keepFormulas,
    db
  },
  (options) =>
    respond(
      "query",
      false,
      Effect.gen(function* () {
        if (Option.isSome(options.text) && !options.list) {
          const isPiped = options.text.value === "-"
          const text = isPiped ? yield* pipedSql : options.text.value
          // A text without a space is the name of a question, unless it was piped in.
          const asked = yield* askedQuestion(isPiped ? `${text}\n` : text, options.params)
          return yield* answer(asked, options)
        }
        if (options.format === "table") return { text: questionsAsText(questions), paged: true, result: null }
        const rows = questions.map(listed).map((row) => listColumns.map((column) => row[column]))
        return yield* Effect.as(
          print(options.format, listColumns, Stream.fromIterable(rows), options),
          nothingMore
        )
      })
    )
).pipe(Command.withDescription("Query the file, read-only: with SQL, or with a saved question"))
