import { readFile } from "node:fs/promises"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { outputTo, type Target } from "../../files/Target.js"
import * as Writer from "../../files/Writer.js"
import * as Ledger from "../../ledger/Ledger.js"
import * as Reports from "../../ledger/reports/Reports.js"
import { readReport } from "../../report/readReport.js"
import type { ReportData } from "../../report/ReportData.js"
import { asHtml } from "../output/report/asHtml.js"
import { asMarkdown } from "../output/report/asMarkdown.js"
import { asText } from "../output/report/asText.js"
import { blocks, sizeOf } from "../output/text.js"
import { appliedTo } from "../failOn/facts.js"
import { failOnEnding } from "../output/run/ending.js"
import { ConfigurationError } from "../shell/ConfigurationError.js"
import { db, invalid, json, readWhole } from "../shell/options.js"
import { respond } from "../shell/respond.js"
import { failOn } from "../shell/runOptions.js"

const html = Options.text("html").pipe(
  Options.optional,
  Options.withDescription("Write one page to this file, to open in a browser; - is stdout")
)

const markdown = Options.boolean("markdown").pipe(
  Options.withDescription("Print Markdown, as for the summary of a CI job")
)

const mask = Options.boolean("mask").pipe(
  Options.withDescription(
    "Replace addresses, contact IDs, your keys, sources and company domains by pseudonyms that stay the same in each report of this file"
  )
)

/** A page of more contacts would take browsers too long to open. */
const most = { page: 100_000, shown: 10 }

const rows = Options.text("rows").pipe(
  Options.withPseudoName("integer"),
  Options.optional,
  Options.mapEffect(
    Option.match({
      onNone: () => Effect.succeed(Option.none<number>()),
      onSome: (text) =>
        Either.mapLeft(readWhole(0)(text, "--rows"), invalid).pipe(
          Either.filterOrLeft(
            (number) => number <= most.page,
            () => invalid(`--rows must be between 0 and ${most.page}.`)
          ),
          Either.map(Option.some)
        )
    })
  ),
  Options.withDescription(
    `The most contacts to list one by one (default and limit: ${most.page} with --html and --json; ${most.shown} in text)`
  )
)

const PageParts = Schema.parseJson(
  Schema.Struct({ script: Schema.String, style: Schema.String, notices: Schema.String })
)

/** Beside this code or its folder, as the build leaves it. Read only when a page is asked for. */
const pageParts = Effect.promise(() =>
  readFile(new URL("../report-page.json", import.meta.url), "utf8").catch(() =>
    readFile(new URL("./report-page.json", import.meta.url), "utf8")
  )
).pipe(Effect.flatMap(Schema.decode(PageParts)), Effect.orDie)

/** Writes the page and tells its size. */
const writePage = (target: Target, report: ReportData, db: string) =>
  Effect.gen(function* () {
    const pieces = asHtml(report, yield* pageParts)
    const inputs = [{ name: db, is: "the ledger of the report" }]
    const writer = yield* Writer.into(target, { inputs, sealed: false })
    yield* Effect.forEach(pieces, writer.write, { discard: true })
    yield* writer.finish
    const bytes = pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0)
    return `${target.name}: ${sizeOf(bytes)} written. Open it in a browser; it needs no network.`
  }).pipe(
    Effect.scoped,
    Effect.catchTag("ReaderLeft", () =>
      Effect.succeed(`${target.name}: its reader closed it before the whole page was written.`)
    )
  )

export const report = Command.make("report", { html, markdown, mask, rows, failOn, db, json }, (options) =>
  respond(
    "report",
    options.json,
    Effect.gen(function* () {
      const forms = [
        ...(Option.isSome(options.html) ? ["html"] : []),
        ...(options.markdown ? ["markdown"] : []),
        ...(options.json ? ["json"] : [])
      ]
      if (forms.length > 1) {
        return yield* new ConfigurationError({
          problem: `--${forms[0]} and --${forms[1]} were both given.`,
          hint: "Choose one."
        })
      }
      const target = Option.isSome(options.html)
        ? yield* outputTo(options.html.value, {
            option: "--html",
            inputs: [{ name: options.db, is: "the ledger of the report" }]
          })
        : undefined
      return yield* Effect.gen(function* () {
        const isLong = target !== undefined || options.json
        const usual = isLong ? most.page : most.shown
        const result = yield* readReport(options.db, {
          mask: options.mask,
          limits: {
            contacts: Option.getOrElse(options.rows, () => usual),
            batches: isLong ? 20_000 : 0,
            findings: isLong ? 20_000 : 0
          }
        })
        const failedOn =
          options.failOn.length === 0
            ? []
            : yield* appliedTo(options.failOn, { summary: yield* Reports.summary })
        const ending = failedOn.length === 0 ? undefined : failOnEnding(failedOn)
        const end =
          ending === undefined ? {} : { exitCode: ending.exitCode, because: { message: ending.why } }
        const why = ending === undefined ? "" : `Exit code ${ending.exitCode}: ${ending.why}`
        if (target !== undefined) {
          const said = yield* writePage(target, result, options.db)
          const isStdout = target._tag === "Stream" && target.place._tag === "Descriptor"
          return { text: isStdout ? "" : blocks(said, why), result, ...end }
        }
        return {
          text: blocks(options.markdown ? asMarkdown(result) : asText(result), why),
          paged: true,
          result,
          ...end
        }
      }).pipe(Effect.provide(Ledger.layerReadOnly(options.db)))
    })
  )
).pipe(
  Command.withDescription("Report what became of all contacts, what needs attention, and how it is known")
)
