import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Ledger from "../ledger/Ledger.js"
import * as Reports from "../ledger/Reports.js"
import { knownBatch } from "./knownBatch.js"
import { batch, db, outcome } from "./options.js"
import { respond } from "./respond.js"
import { encode, formats } from "./rowFormat.js"
import { plural } from "./text.js"
import { writeFile, writeStdout } from "./writeText.js"

const columns = ["batch_id", "email", "outcome", "evidence", "contact_id"] as const

export const exportOutcomes = Command.make(
  "outcomes",
  {
    format: Options.choice("format", formats).pipe(
      Options.withDefault("csv"),
      Options.withDescription("Default: csv")
    ),
    output: Options.text("output").pipe(
      Options.withAlias("o"),
      Options.optional,
      Options.withDescription("Write to this file, which appears only once it is complete; default: stdout")
    ),
    batch,
    outcome,
    db
  },
  (options) =>
    respond(
      "export outcomes",
      false,
      Effect.gen(function* () {
        if (Option.isSome(options.batch)) yield* knownBatch(options.db, options.batch.value)
        const text = Reports.outcomes({
          batchId: Option.getOrUndefined(options.batch),
          outcome: Option.getOrUndefined(options.outcome)
        }).pipe(encode(options.format, columns))
        if (Option.isNone(options.output)) {
          yield* Stream.run(
            Stream.map(text, ({ text }) => text),
            writeStdout
          )
          return { text: "", result: null }
        }
        const file = options.output.value
        const rows = yield* writeFile(file, text)
        return { text: `${file}: ${plural(rows, "row")} written.`, result: null }
      }).pipe(Effect.provide(Ledger.layer(options.db, { mustExist: true })))
    )
).pipe(
  Command.withDescription("Write one row a sent contact and batch: what became of it, and how that is known")
)
