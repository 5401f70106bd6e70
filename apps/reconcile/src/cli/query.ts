import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import type Sqlite from "better-sqlite3"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { readOnly } from "../ledger/readOnly.js"
import { db, raw } from "./options.js"
import { respond } from "./respond.js"
import { encode, formats } from "./rowFormat.js"
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

const rowsOf = (database: Sqlite.Database, sql: string) =>
  Effect.try({
    try: () => {
      const statement = database.prepare<[], Row>(sql)
      if (!statement.reader) throw new Error("it is not a SELECT")
      const columns = statement.columns().map(({ name }) => name)
      // A row is an object: of two columns with one name, one would be lost without a word.
      const repeated = columns.find((name, at) => columns.indexOf(name) !== at)
      if (repeated !== undefined) {
        throw new Error(
          `two of its columns are called ${printable(repeated)}; give each its own name with AS`
        )
      }
      return { columns, rows: statement.iterate() }
    },
    catch: (error) => new QueryError({ reason: reason(error) })
  })

const cell = (value: unknown) => (value === null ? "" : String(value))

export const query = Command.make(
  "query",
  {
    sql: Args.text({ name: "sql" }).pipe(
      Args.withDescription("One SELECT; see docs/database.md for the views")
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
        const { format } = options
        const database = yield* readOnly(options.db)
        const { columns, rows } = yield* rowsOf(database, options.sql)
        const found = Stream.fromIteratorSucceed(rows, 1000).pipe(
          Stream.catchAllCause((cause) =>
            Stream.fail(new QueryError({ reason: reason(Cause.squash(cause)) }))
          )
        )
        if (format !== "table") {
          const values = Stream.map(found, (row) => columns.map((column) => row[column]))
          yield* writeStdout(encode(format, columns, { raw: options.raw })(values))
          return { text: "", result: null }
        }
        const all = yield* Stream.runCollect(found)
        const lines = Array.from(all, (row) => columns.map((column) => cell(row[column])))
        return { text: `${table([columns, ...lines])}\n\n${plural(lines.length, "row")}`, result: null }
      }).pipe(Effect.scoped)
    )
).pipe(Command.withDescription("Ask the file in SQL, read-only"))
