import { parse } from "node:path"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import { describeSchema } from "../../ledger/reports/describeSchema.js"
import { identify } from "../../ledger/file/identity.js"
import * as Ledger from "../../ledger/Ledger.js"
import { schemaVersion } from "../../ledger/schema/migrations.js"
import { printableJson } from "../../text/printable.js"
import { ConfigurationError } from "../shell/ConfigurationError.js"
import { db } from "../shell/options.js"
import { respond } from "../shell/respond.js"
import { asDatasette } from "../output/schema/asDatasette.js"
import { asMarkdown } from "../output/schema/asMarkdown.js"
import { asText } from "../output/schema/asText.js"

/** The schema of the file, or of a new file if there is none yet. */
const schemaOf = (db: string) =>
  Effect.flatMap(identify(db, schemaVersion), ({ _tag }) =>
    Effect.provide(describeSchema, _tag === "New" ? Ledger.layer(":memory:") : Ledger.layerReadOnly(db))
  )

export const schema = Command.make(
  "schema",
  {
    markdown: Options.boolean("markdown").pipe(Options.withDescription("As Markdown, as in docs/schema.md")),
    datasette: Options.boolean("datasette").pipe(
      Options.withDescription("As metadata.json for Datasette, saved questions included")
    ),
    db
  },
  (options) =>
    respond(
      "schema",
      false,
      Effect.gen(function* () {
        if (options.markdown && options.datasette) {
          return yield* new ConfigurationError({
            problem: "--markdown and --datasette were both given.",
            hint: "Choose one."
          })
        }
        const described = yield* schemaOf(options.db)
        if (options.markdown) return { text: asMarkdown(described, schemaVersion), result: null }
        if (options.datasette) {
          const metadata = asDatasette(described, parse(options.db).name)
          return { text: printableJson(JSON.stringify(metadata, null, 2)), result: null, exact: true }
        }
        return { text: asText(described), result: null }
      })
    )
).pipe(Command.withDescription("Say what every table, view and column of the file means"))
