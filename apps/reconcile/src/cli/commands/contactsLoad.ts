import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { payload } from "../../asSent/Sends.js"
import type { ColumnMap } from "../../contacts/ColumnMap.js"
import * as Ledger from "../../ledger/Ledger.js"
import * as LocalContacts from "../../ledger/load/LocalContacts.js"
import { reconcileStale } from "../../ledger/conclusions/Reconciliation.js"
import { ConfigurationError } from "../shell/ConfigurationError.js"
import { exitCodeOfLoad, readingOf } from "../input/contactFile.js"
import { delimiter, format, keepApostrophes, map } from "../input/contactOptions.js"
import { openSource } from "../input/contactSource.js"
import {
  describeCaseTwins,
  describeChanged,
  describeDifferences,
  describeResubmitted,
  describeSent,
  describeWithoutBatch
} from "../output/loadText.js"
import { ofBatch, readSends, submissionsOf, withColumns } from "../input/sendsFile.js"
import { db, json, submittedAt } from "../shell/options.js"
import { respond } from "../shell/respond.js"
import { batchesOf, plural } from "../output/text.js"

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

const sends = Options.text("sends").pipe(
  Options.optional,
  Options.withDescription(
    "A JSON file that says what each contact was sent with, by column, so that it can be compared with the account"
  )
)

const rejects = Options.text("rejects").pipe(
  Options.optional,
  Options.withDescription("Where bad rows are written (default: FILE.rejects.csv)")
)

const key = Options.text("key").pipe(
  Options.optional,
  Options.withDescription(
    "The source's own key column: a row with the same key is the same contact, whatever its address"
  )
)

const from = Options.text("from").pipe(
  Options.optional,
  Options.withDescription("A SQLite file to read instead of FILE, with --table or --query")
)

const table = Options.text("table").pipe(
  Options.optional,
  Options.withDescription("The table or view to read; without --from, one of yours in the --db file itself")
)

const query = Options.text("query").pipe(
  Options.optional,
  Options.withDescription("One SELECT to read instead of a table")
)

export const contactsLoad = Command.make(
  "load",
  {
    file: Args.text({ name: "file" }).pipe(
      Args.withDescription(
        "CSV with a header, JSON lines or a JSON array, also as gzip; - reads standard input"
      ),
      Args.optional
    ),
    from,
    table,
    query,
    map,
    key,
    batchColumn,
    submittedAt,
    source,
    sends,
    rejects,
    format,
    delimiter,
    keepApostrophes,
    db,
    json
  },
  (options) =>
    respond(
      "contacts load",
      options.json,
      Effect.gen(function* () {
        const columnMap: ColumnMap = {
          ...options.map,
          ...(Option.isSome(options.batchColumn)
            ? { batchId: options.batchColumn.value, byBatchColumn: true }
            : {}),
          ...(Option.isSome(options.key) ? { key: options.key.value } : {})
        }
        if (options.submittedAt !== undefined && columnMap.batchId === undefined) {
          return yield* new ConfigurationError({
            problem:
              "--submitted-at sets when the batches of the file were submitted, but no column names batches.",
            hint: "Add --batch-column COLUMN, or set the time of one batch with 'ac-reconcile batches add --id BATCH_ID --submitted-at TIME'."
          })
        }
        const mapping = Option.isSome(options.sends) ? yield* readSends(options.sends.value) : undefined
        const input = yield* openSource(options, columnMap)
        const now = DateTime.formatIso(yield* DateTime.now)
        const { changed, knowsSent, report } = yield* Effect.gen(function* () {
          const report = yield* LocalContacts.load(
            {
              name: input.name,
              rejected: () => input.rejected(),
              namesBatches: columnMap.batchId !== undefined,
              sends: () => mapping ?? (input.fromPayload() ? payload : undefined),
              submissions: () => submissionsOf(input),
              ...(options.submittedAt === undefined ? {} : { submittedAt: options.submittedAt }),
              ...(columnMap.key === undefined
                ? {}
                : { key: { column: columnMap.key, place: input.place, setAside: input.setAside } })
            },
            withColumns(mapping, input.fromPayload)(ofBatch(input, input.from, undefined)),
            now
          )
          // The next export should have every sent contact, with what is known about it now.
          const { changed } = yield* reconcileStale()
          return { report, changed, knowsSent: yield* LocalContacts.knowsSent }
        }).pipe(Effect.provide(Ledger.layer(options.db, { keepsUnused: false })))
        const rejected = yield* input.finish
        const reading = readingOf(input, rejected, report.sent > 0)
        const twins = describeCaseTwins(report.caseTwins)
        const withoutBatch =
          columnMap.batchId === undefined ? describeWithoutBatch(input.columns(), knowsSent) : []
        return {
          text: [
            `${options.db}: ${plural(report.rows, "contact")} loaded from ${input.from}: ${report.added} new, ${report.updated} changed, ${report.unchanged} unchanged.`,
            ...describeDifferences(report, { db: options.db, source: input.name }),
            ...(columnMap.batchId === undefined
              ? []
              : [`${describeSent(report)} ${batchesOf(report.batchesAdded)} new.`]),
            ...describeResubmitted(report.resubmitted),
            ...twins,
            ...describeChanged(changed),
            ...reading.lines,
            ...reading.rejects,
            ...withoutBatch
          ].join("\n"),
          warnings: [...twins, ...reading.rejects, ...withoutBatch],
          result: {
            db: options.db,
            source: input.name,
            ...report,
            outcomesChanged: changed,
            ...reading.result
          },
          exitCode: exitCodeOfLoad(report.rows, rejected.count)
        }
      }).pipe(Effect.scoped)
    )
).pipe(Command.withDescription("Load local contacts, and with --batch-column which batch each was sent in"))
