import { parse } from "node:path"
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type Described, describeSchema } from "../../ledger/reports/describeSchema.js"
import { identify } from "../../ledger/file/identity.js"
import * as Ledger from "../../ledger/Ledger.js"
import { schemaVersion } from "../../ledger/schema/migrations.js"
import { nearest } from "../../text/nearest.js"
import { printable, printableJson } from "../../text/printable.js"
import { ConfigurationError } from "../shell/ConfigurationError.js"
import { db, json } from "../shell/options.js"
import { respond } from "../shell/respond.js"
import { datasetteConfig, datasetteMetadata } from "../output/schema/asDatasette.js"
import { asMarkdown } from "../output/schema/asMarkdown.js"
import { asText, asTextOfOne } from "../output/schema/asText.js"

/** The schema of the file, or of a new file if there is none yet. */
const schemaOf = (db: string) =>
  Effect.flatMap(identify(db, schemaVersion), ({ _tag }) =>
    Effect.provide(describeSchema, _tag === "New" ? Ledger.layer(":memory:") : Ledger.layerReadOnly(db))
  )

/** One of them, or all. */
const named = (described: ReadonlyArray<Described>, name: Option.Option<string>) =>
  Option.match(name, {
    onNone: () => Effect.succeed(described),
    onSome: (typed) => {
      const found = described.filter((one) => one.name === typed)
      if (found.length > 0) return Effect.succeed(found)
      const names = described.map((one) => one.name)
      const like = nearest(typed, names)
      const views = described.filter(({ kind, layer }) => kind === "view" && layer === "view")
      return Effect.fail(
        new ConfigurationError({
          problem: `There is no view or table '${printable(typed)}'.`,
          hint:
            like === undefined
              ? `The views are ${views.map((one) => one.name).join(", ")}.`
              : `Did you mean '${like}'?`
        })
      )
    }
  })

export const schema = Command.make(
  "schema",
  {
    name: Args.text({ name: "view" }).pipe(Args.withDescription("Only this view or table"), Args.optional),
    markdown: Options.boolean("markdown").pipe(Options.withDescription("As Markdown, as in docs/schema.md")),
    datasette: Options.choice("datasette", ["config", "metadata"]).pipe(
      Options.optional,
      Options.withDescription(
        "For Datasette: the saved questions as datasette.json, or the notes as metadata.json"
      )
    ),
    db,
    json
  },
  (options) =>
    respond(
      "schema",
      options.json,
      Effect.gen(function* () {
        const forms = ["markdown", "datasette", "json"] as const
        const [first, second] = forms.filter((form) =>
          form === "datasette" ? Option.isSome(options.datasette) : options[form]
        )
        if (second !== undefined) {
          return yield* new ConfigurationError({
            problem: `--${first} and --${second} were both given.`,
            hint: "Choose one."
          })
        }
        const described = yield* Effect.flatMap(schemaOf(options.db), (all) => named(all, options.name))
        const result = { schema: schemaVersion, objects: described }
        if (options.markdown) return { text: asMarkdown(described, schemaVersion), result }
        if (Option.isSome(options.datasette)) {
          const database = parse(options.db).name
          const document =
            options.datasette.value === "config"
              ? datasetteConfig(database)
              : datasetteMetadata(described, database)
          return { text: printableJson(JSON.stringify(document, null, 2)), result, exact: true }
        }
        return {
          text: Option.isSome(options.name) ? asTextOfOne(described) : asText(described),
          paged: true,
          result
        }
      })
    )
).pipe(Command.withDescription("Describe every table, view and column of the file, or one of them"))
