import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { datasetteConfig, datasetteMetadata } from "../../src/cli/output/schema/asDatasette.js"
import { asMarkdown } from "../../src/cli/output/schema/asMarkdown.js"
import { asText } from "../../src/cli/output/schema/asText.js"
import { describeSchema } from "../../src/ledger/reports/describeSchema.js"
import * as Ledger from "../../src/ledger/Ledger.js"
import { guide } from "../../src/ledger/schema/notes/guide.js"
import { questions } from "../../src/ledger/reports/questions.js"
import { select } from "../support/ledger.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))

describe("the schema command", () => {
  it.effect("names every table, view and column with its note, in text and in Markdown", () =>
    Effect.gen(function* () {
      const schema = yield* describeSchema
      const text = asText(schema)
      const markdown = asMarkdown(schema, 1).replaceAll("`", "")
      for (const { columns, layer, name, note } of schema) {
        assert.include(text, `\n${name}\n  ${note}\n`)
        if (layer === "internal") assert.include(markdown, `\n| ${name} | ${note} | ${columns[0]?.name}`)
        else assert.include(markdown.replace(/\s+/g, " "), ` ### ${name} ${note} `)
        for (const column of columns) {
          assert.include(text, column.note)
          if (layer !== "internal") assert.match(markdown, new RegExp(`^\\| ${column.name} \\|`, "m"))
        }
      }
      const [counted] = yield* select<{ readonly objects: number }>(
        "SELECT count(DISTINCT object) AS objects FROM schema_notes"
      )
      assert.strictEqual(schema.length, counted?.objects)
    }).pipe(inMemory)
  )

  it.effect("shows the views first, and the tables behind them last", () =>
    Effect.gen(function* () {
      const schema = yield* describeSchema
      for (const page of [asText(schema), asMarkdown(schema, 1).replaceAll("`", "")]) {
        const places = ["contact_status", "batch_overview", "batch_sent", "outcomes", "sent_contacts"].map(
          (name) => page.search(new RegExp(`^(### |\\| )?${name}( \\||$)`, "m"))
        )
        assert.notInclude(places, -1)
        assert.deepStrictEqual(
          places,
          [...places].sort((a, b) => a - b)
        )
      }
    }).pipe(inMemory)
  )

  it.effect("shows types, which columns may be NULL, and an example query of each view", () =>
    Effect.gen(function* () {
      const markdown = asMarkdown(yield* describeSchema, 1)
      assert.match(markdown, /\| `submitted_at` \| TEXT \| yes \|/)
      assert.match(markdown, /\| `occurrence` \| INTEGER \| no \|/)
      for (const { sql } of Object.values(guide)) assert.include(markdown, `\`\`\`sql\n${sql}\n\`\`\``)
    }).pipe(inMemory)
  )

  it.effect("leaves out tables of the user's own", () =>
    Effect.gen(function* () {
      yield* select("CREATE TABLE my_notes (text TEXT)")
      assert.notInclude(asText(yield* describeSchema), "my_notes")
    }).pipe(inMemory)
  )

  it.effect(
    "is metadata for Datasette under the name of the file, and each saved question is its configuration",
    () =>
      Effect.gen(function* () {
        const { databases } = datasetteMetadata(yield* describeSchema, "reconcile")
        const { tables } = databases.reconcile ?? assert.fail("it is under another name")
        const { queries } =
          datasetteConfig("reconcile").databases.reconcile ?? assert.fail("it is under another name")
        assert.match(tables.contact_status?.description ?? "", /\?$/)
        assert.match(tables.outcomes?.columns.evidence ?? "", /\.$/)
        assert.deepStrictEqual(
          Object.keys(queries),
          questions.map(({ name }) => name)
        )
        assert.include(queries["address-history"]?.sql ?? "", "lower(trim(:email))")
      }).pipe(inMemory)
  )
})
