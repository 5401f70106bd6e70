import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Arr from "effect/Array"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { outputTo } from "../../files/Target.js"
import { isByBatch } from "../../ledger/reports/ExportPages.js"
import * as ExportRows from "../../ledger/reports/ExportRows.js"
import { type Export, exports } from "../../ledger/reports/Exports.js"
import * as Ledger from "../../ledger/Ledger.js"
import { knownBatch } from "../input/knownBatch.js"
import { batch, db, outcomeAmong, keepFormulas } from "../shell/options.js"
import { respond } from "../shell/respond.js"
import { encode, formats } from "../output/rowFormat.js"
import { plural } from "../output/text.js"
import { type Written, write } from "../output/writeText.js"

const format = Options.choice("format", formats).pipe(
  Options.withDefault("csv"),
  Options.withDescription("How rows are written; default: csv")
)

const output = Options.text("output").pipe(
  Options.withAlias("o"),
  Options.optional,
  Options.withDescription(
    "Write to this file, which appears only once it is complete; - and the default: stdout"
  )
)

/** Stands in for an option that this export does not have. */
const absent = Options.map(Options.none, () => Option.none<never>())

const remarks = (definition: Export, filtered: boolean, { isCut, neutralised, rows }: Written) => [
  ...(rows > 0 || isCut ? [] : [`${definition.none}${filtered ? " with these filters" : ""}.`]),
  ...(neutralised === 0
    ? []
    : [
        `${plural(neutralised, "cell")} could run as formulas in a spreadsheet and got an apostrophe; 'contacts load' removes it again. For other programs, add --raw.`
      ])
]

const exportOf = (definition: Export) =>
  Command.make(
    definition.name,
    {
      format,
      output,
      keepFormulas,
      batch: isByBatch(definition) ? batch : absent,
      outcome: definition.outcomes.length > 0 ? outcomeAmong(definition.outcomes) : absent,
      db
    },
    (options) =>
      respond(
        `export ${definition.name}`,
        false,
        Effect.gen(function* () {
          const inputs = [{ name: options.db, is: "the ledger being exported" }]
          const target = yield* outputTo(
            Option.getOrElse(options.output, () => "-"),
            { option: "--output", inputs }
          )
          return yield* Effect.gen(function* () {
            const batch = Option.isSome(options.batch)
              ? yield* knownBatch(options.db, options.batch.value)
              : undefined
            const { columns, rows } = yield* ExportRows.read(definition, {
              batchId: batch?.batch_id,
              outcome: Option.getOrUndefined(options.outcome)
            })
            const pieces = encode(options.format, columns, { keepFormulas: options.keepFormulas })(rows)
            const written = yield* write(target, pieces, inputs)
            const filtered = Option.isSome(options.batch) || Option.isSome(options.outcome)
            yield* Effect.forEach(remarks(definition, filtered, written), (remark) => Console.error(remark))
            return {
              // An open descriptor may be standard output, which must have only the rows.
              text:
                target._tag === "Stream" && target.place._tag === "Descriptor"
                  ? ""
                  : written.isCut
                    ? `${target.name}: its reader closed it before all rows were written.`
                    : `${target.name}: ${plural(written.rows, "row")} written.`,
              result: null
            }
          }).pipe(ExportRows.atOneMoment, Effect.provide(Ledger.layerReadOnly(options.db)))
        })
      )
  ).pipe(Command.withDescription(definition.holds))

export const exportCommands = Arr.map(exports, exportOf)
