import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import type Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import { asMarkdown, type Sample, type SampleColumn } from "../../src/cli/output/schema/asMarkdown.js"
import * as Ledger from "../../src/ledger/Ledger.js"
import { describeSchema } from "../../src/ledger/reports/describeSchema.js"
import { schemaVersion } from "../../src/ledger/schema/migrations.js"
import { bin } from "../cli/support/World.js"
import type { WrittenLedger } from "./writtenLedger.js"

const pathOf = (path: string) => fileURLToPath(new URL(`../../../../${path}`, import.meta.url))

export const schemaDocument = pathOf("docs/schema.md")

const about = `The examples and answers come from one small ledger, made with the simulator: fourteen contacts in five batches, of which \`b-3\` failed and \`b-4\` has not ended. The answer about \`b-5\` was pasted and nobody has looked it up yet. An answer is what \`ac-reconcile query\` prints.`

const said = (command: string, args: ReadonlyArray<string>, input?: string) => {
  const { error, status, stderr, stdout } = spawnSync(command, args, { encoding: "utf8", input })
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? stderr}`)
  return stdout
}

/** What the command prints, less the indentation of the screen. */
const answerOf = (file: string, sql: string): string =>
  said(process.execPath, [bin, "query", "--db", file, sql]).trimEnd().replaceAll(/^ {2}/gm, "")

/** For each column a value of the first row that has one. */
const columnsIn = (database: Sqlite.Database, object: string): ReadonlyMap<string, SampleColumn> => {
  const names = database
    .prepare<[string], string>("SELECT name FROM pragma_table_info(?)")
    .pluck()
    .all(object)
  const places = names.map((_, at) => at + 1).join(", ")
  return new Map(
    names.map((name) => [
      name,
      database
        .prepare<[], SampleColumn>(
          `SELECT upper(typeof("${name}")) AS type, CAST("${name}" AS TEXT) AS value
           FROM (SELECT * FROM ${object} ORDER BY ${places}) WHERE "${name}" IS NOT NULL LIMIT 1`
        )
        .get() ?? { type: "", value: "" }
    ])
  )
}

const sampleOf = ({ database, file }: WrittenLedger): Sample => ({
  about,
  columns: (object) => columnsIn(database, object),
  answer: (sql) => answerOf(file, sql)
})

/** docs/schema.md as it should be, with the values and answers of this ledger. */
export const schemaDocumentOf = (ledger: WrittenLedger): Promise<string> =>
  Effect.map(describeSchema, (schema) =>
    said(
      pathOf("node_modules/.bin/biome"),
      ["format", "--stdin-file-path=docs/schema.md"],
      asMarkdown(schema, schemaVersion, sampleOf(ledger))
    )
  ).pipe(Effect.provide(Ledger.layerReadOnly(ledger.file)), Effect.runPromise)
