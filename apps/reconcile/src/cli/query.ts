import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import type Sqlite from "better-sqlite3"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { questions } from "../ledger/questions.js"
import { readOnly } from "../ledger/readOnly.js"
import { type Asked, askedQuestion } from "./askedQuestion.js"
import { db, raw } from "./options.js"
import { respond } from "./respond.js"
import { encode, type Format, formats } from "./rowFormat.js"
import { listColumns, listed, questionsAsText } from "./savedQuestions.js"
import { plural, printable, columns as table } from "./text.js"
import { writeStdout } from "./writeText.js"

export class QueryError extends Schema.TaggedError<QueryError>("ac-reconcile/QueryError")("QueryError", {
  reason: Schema.String
}) {
  override get message() {
    return `The query cannot be run: ${this.reason}.`
  }
}

type Row = Readonly<Record<string, unknown>>

const reason = (error: unknown) => (error instanceof Error ? error.message : String(error))

const rowsOf = (database: Sqlite.Database, { sql, values }: Asked) =>
  Effect.try({
    try: () => {
      const statement = database.prepare<Array<Asked["values"]>, Row>(sql)
      if (!statement.reader) throw new Error("it is not a SELECT")
      const columns = statement.columns().map(({ name }) => name)
      // A row is an object: of two columns with one name, one would be lost without a word.
      const repeated = columns.find((name, at) => columns.indexOf(name) !== at)
      if (repeated !== undefined) {
        throw new Error(
          `two of its columns are called ${printable(repeated)}; give each its own name with AS`
        )
      }
      const bound = Object.keys(values).length === 0 ? [] : [values]
      return { columns, rows: statement.iterate(...bound) }
    },
    catch: (error) => new QueryError({ reason: reason(error) })
  })

const cell = (value: unknown) => (value === null ? "" : String(value))

const print = <E extends { readonly _tag: string; readonly message: string }, R>(
  format: Format,
  columns: ReadonlyArray<string>,
  rows: Stream.Stream<Row, E, R>,
  options: { readonly raw: boolean }
) => {
  const values = Stream.map(rows, (row) => columns.map((column) => row[column]))
  return Effect.as(writeStdout(encode(format, columns, options)(values)), { text: "", result: null })
}

const answer = (
  asked: Asked,
  options: { readonly db: string; readonly format: Format | "table"; readonly raw: boolean }
) =>
  Effect.gen(function* () {
    const database = yield* readOnly(options.db)
    const { columns, rows } = yield* rowsOf(database, asked)
    const found = Stream.fromIteratorSucceed(rows, 1000).pipe(
      Stream.catchAllCause((cause) => Stream.fail(new QueryError({ reason: reason(Cause.squash(cause)) })))
    )
    if (options.format !== "table") return yield* print(options.format, columns, found, options)
    const all = yield* Stream.runCollect(found)
    const lines = Array.from(all, (row) => columns.map((column) => cell(row[column])))
    return { text: `${table([columns, ...lines])}\n\n${plural(lines.length, "row")}`, result: null }
  }).pipe(Effect.scoped)

export const query = Command.make(
  "query",
  {
    text: Args.text({ name: "sql-or-name" }).pipe(
      Args.withDescription("One SELECT, or the name of a saved question; docs/schema.md has the views"),
      Args.optional
    ),
    params: Options.text("param").pipe(
      Options.repeated,
      Options.withDescription(
        "A value for :NAME in the SQL or question, as batch=b-1; may be given several times"
      )
    ),
    list: Options.boolean("list").pipe(
      Options.withDescription("List the saved questions and their parameters")
    ),
    format: Options.choice("format", ["table", ...formats] as const).pipe(
      Options.withDefault("table"),
      Options.withDescription("Default: table")
    ),
    raw,
    db
  },
  (options) =>
    respond(
      "query",
      false,
      Effect.gen(function* () {
        if (Option.isSome(options.text) && !options.list) {
          return yield* answer(yield* askedQuestion(options.text.value, options.params), options)
        }
        if (options.format === "table") return { text: questionsAsText(questions), result: null }
        return yield* print(options.format, listColumns, Stream.fromIterable(questions.map(listed)), options)
      })
    )
).pipe(Command.withDescription("Ask the file, read-only: in SQL, or a saved question by its name"))
