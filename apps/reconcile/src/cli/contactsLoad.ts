import { resolve } from "node:path"
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { type ColumnMap, parseColumnMap } from "../contacts/ColumnMap.js"
import * as Ledger from "../ledger/Ledger.js"
import * as LocalContacts from "../ledger/LocalContacts.js"
import { reconcileStale } from "../ledger/Reconciliation.js"
import { ConfigurationError } from "./account.js"
import { describeRejects, describeRestored, readContacts } from "./contactFile.js"
import { ExitCode } from "./ExitCode.js"
import { db, invalid, json } from "./options.js"
import { respond } from "./respond.js"
import { batchesOf, plural } from "./text.js"

export const map = Options.text("map").pipe(
  Options.withDefault(""),
  Options.mapEffect((text) =>
    text === ""
      ? Effect.succeed<ColumnMap>({})
      : Either.mapLeft(parseColumnMap(text), (reason) => invalid(`--map: ${reason}`))
  ),
  Options.withDescription("Which columns hold what: email=E-Mail,contact_id=AC ID")
)

const batchColumn = Options.text("batch-column").pipe(
  Options.optional,
  Options.withDescription("The column that names the batch each row was sent in")
)

const source = Options.text("source").pipe(
  Options.optional,
  Options.withDescription(
    "Name of the source (default: the file's path; - needs one). Loading a source again updates it"
  )
)

const rejects = Options.text("rejects").pipe(
  Options.optional,
  Options.withDescription("Where bad rows are written (default: FILE.rejects.csv)")
)

export const raw = Options.boolean("raw").pipe(
  Options.withDescription(
    "Keep apostrophes that stand before what could be a formula, as '=1; exports set them, and loading takes them off"
  )
)

export const format = Options.choice("input-format", ["csv", "jsonl"] as const).pipe(
  Options.optional,
  Options.withDescription("Default: by the file's name")
)

/** What a load did to what is known as sent. */
export const describeSent = ({ rows, sent, sentAdded }: LocalContacts.LoadReport) => {
  const known = sent - sentAdded
  const unsent = rows - sent
  return `${plural(sentAdded, "contact")} newly recorded as sent${known > 0 ? `, ${known} already recorded` : ""}${unsent > 0 ? `, ${unsent} without a batch` : ""}.`
}

export const describeChanged = (changed: number): ReadonlyArray<string> =>
  changed === 0
    ? []
    : [`${plural(changed, "contact")} of settled batches changed outcome with what is known now.`]

export const contactsLoad = Command.make(
  "load",
  {
    file: Args.text({ name: "file" }).pipe(
      Args.withDescription("CSV with a header or JSON lines; - reads standard input")
    ),
    map,
    batchColumn,
    source,
    rejects,
    format,
    raw,
    db,
    json
  },
  (options) =>
    respond(
      "contacts load",
      options.json,
      Effect.gen(function* () {
        const columnMap = Option.match(options.batchColumn, {
          onNone: () => options.map,
          onSome: (batchId) => ({ ...options.map, batchId })
        })
        if (options.file === "-" && Option.isNone(options.source)) {
          return yield* new ConfigurationError({
            problem: "Standard input has no name, and loading again under the same name updates.",
            hint: "Name where the contacts come from with --source NAME."
          })
        }
        const name = Option.getOrElse(options.source, () => resolve(options.file))
        const input = yield* readContacts({ ...options, map: columnMap })
        const now = DateTime.formatIso(yield* DateTime.now)
        const { changed, report } = yield* Effect.gen(function* () {
          const report = yield* LocalContacts.load(
            {
              name,
              rejected: () => input.rejected().count,
              namesBatches: columnMap.batchId !== undefined
            },
            input.rows,
            now
          )
          // Who exports next should find every sent contact there, with what is known of it now.
          return { report, changed: (yield* reconcileStale()).changed }
        }).pipe(Effect.provide(Ledger.layer(options.db)))
        const rejected = yield* input.finish
        const from = options.file === "-" ? "standard input" : options.file
        return {
          text: [
            `${options.db}: ${plural(report.rows, "contact")} loaded from ${from}: ${report.added} new, ${report.updated} changed, ${report.unchanged} unchanged.`,
            ...(columnMap.batchId === undefined
              ? []
              : [`${describeSent(report)} ${batchesOf(report.batchesAdded)} new.`]),
            ...describeChanged(changed),
            ...describeRestored(input.restored()),
            ...describeRejects(rejected, report.sent > 0)
          ].join("\n"),
          result: {
            db: options.db,
            source: name,
            ...report,
            outcomesChanged: changed,
            restored: input.restored(),
            rejected: rejected.count,
            rejectsFile: rejected.file
          },
          exitCode: report.rows === 0 && rejected.count > 0 ? ExitCode.usage : ExitCode.done
        }
      }).pipe(Effect.scoped)
    )
).pipe(Command.withDescription("Load local contacts, and with --batch-column which batch each was sent in"))
