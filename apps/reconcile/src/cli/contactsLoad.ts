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
import { describeRejects, readContacts } from "./contactFile.js"
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
  Options.withDescription("Name of the source (default: the file's path). Loading a source again updates it")
)

const rejects = Options.text("rejects").pipe(
  Options.optional,
  Options.withDescription("Where bad rows are written (default: FILE.rejects.csv)")
)

export const format = Options.choice("input-format", ["csv", "jsonl"] as const).pipe(
  Options.optional,
  Options.withDescription("Default: by the file's name")
)

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
        const source = Option.getOrElse(options.source, () =>
          options.file === "-" ? "stdin" : resolve(options.file)
        )
        const input = yield* readContacts({ ...options, map: columnMap })
        const now = DateTime.formatIso(yield* DateTime.now)
        const report = yield* LocalContacts.load(source, input.rows, now).pipe(
          // Who exports next should find every sent contact there, with what is known of it now.
          Effect.zipLeft(reconcileStale()),
          Effect.provide(Ledger.layer(options.db))
        )
        const rejected = input.rejected()
        const sent =
          columnMap.batchId === undefined
            ? ""
            : ` ${plural(report.sentAdded, "contact")} newly recorded as sent, ${batchesOf(report.batchesAdded)} new.`
        return {
          text: `${options.db}: ${plural(report.rows, "contact")} loaded from ${options.file === "-" ? "standard input" : options.file}: ${report.added} new, ${report.updated} changed, ${report.unchanged} unchanged.${sent}${describeRejects(rejected)}`,
          result: { db: options.db, source, ...report, rejected: rejected.count, rejectsFile: rejected.file }
        }
      }).pipe(Effect.scoped)
    )
).pipe(Command.withDescription("Load local contacts, and with --batch-column which batch each was sent in"))
