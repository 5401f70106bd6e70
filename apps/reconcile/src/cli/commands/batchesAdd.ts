import { resolve } from "node:path"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { BatchId } from "effect-activecampaign/BatchId"
import { payload } from "../../asSent/Sends.js"
import * as BatchIdList from "../../contacts/BatchIdList.js"
import * as BatchIdText from "../../contacts/BatchIdText.js"
import * as Answers from "../../ledger/facts/Answers.js"
import * as Batches from "../../ledger/facts/Batches.js"
import * as Ledger from "../../ledger/Ledger.js"
import * as LocalContacts from "../../ledger/load/LocalContacts.js"
import { reconcileStale } from "../../ledger/conclusions/Reconciliation.js"
import * as Reports from "../../ledger/reports/Reports.js"
import { ConfigurationError } from "../shell/ConfigurationError.js"
import { answerLines } from "../input/answerLines.js"
import { pastedAnswer } from "../input/answerFile.js"
import { exitCodeOfLoad, nothingRead, readContacts, readingOf } from "../input/contactFile.js"
import { delimiter, format, keepApostrophes, map } from "../input/contactOptions.js"
import { ofBatch, submissionsOf } from "../input/sendsFile.js"
import {
  describeCaseTwins,
  describeChanged,
  describeDifferences,
  describeResubmitted,
  describeSent
} from "../output/loadText.js"
import { db, invalid, json, submittedAt } from "../shell/options.js"
import { describePasted, describeSecond, secondAnswer } from "../input/pastedAnswer.js"
import { respond } from "../shell/respond.js"
import { batchesOf, plural, printable } from "../output/text.js"

const id = Options.text("id").pipe(
  Options.repeated,
  Options.mapEffect((ids) =>
    Effect.forEach(
      ids.map((text) => text.trim()).filter((text) => text !== ""),
      (text) => {
        const fault = BatchIdText.faultOf(text)
        return fault === null
          ? Effect.succeed(text)
          : Effect.fail(
              invalid(
                `--id: "${printable(text)}" ${fault}. Give one batch ID, exactly as ActiveCampaign returned it.`
              )
            )
      }
    )
  ),
  Options.withDescription("A batch ID; may be given several times")
)

const file = Options.text("file").pipe(
  Options.optional,
  Options.withDescription("A file with one batch ID a line; - reads standard input")
)

const sent = Options.text("sent").pipe(
  Options.optional,
  Options.withDescription(
    "The body of the bulk import request, or CSV or JSON lines of the contacts sent in the batch named by --id; or a line {batch_id, contacts} for each batch, also with submitted_at"
  )
)

const answer = Options.text("answer").pipe(
  Options.optional,
  Options.withDescription(
    "A file with a status answer of the batch named by --id, or without --id, answers of any batches, one a line; - reads standard input"
  )
)

const yes = Options.boolean("yes").pipe(
  Options.withDescription("Record the --answer even if the batch has already settled")
)

/** Answers of many batches, for instance from effect-activecampaign-cluster: batches that are new are added. */
const addAnswers = (path: string, options: { readonly db: string; readonly yes: boolean }) =>
  Effect.gen(function* () {
    const answers = yield* answerLines(path)
    const batchIds = [...new Set(answers.map(({ batchId }) => batchId))]
    const now = DateTime.formatIso(yield* DateTime.now)
    const done = yield* Effect.gen(function* () {
      const { added } = yield* Batches.add(batchIds, { addedAt: now, submittedAt: undefined })
      let recorded = 0
      for (const answer of answers) {
        const settled = options.yes ? undefined : yield* Answers.settledStatus(answer.batchId)
        if (settled === undefined && (yield* Answers.record(answer, "pasted"))) recorded += 1
      }
      const { changed } = yield* reconcileStale()
      return { added, recorded, changed, twins: yield* Batches.allCaseTwins(batchIds) }
    }).pipe(Effect.provide(Ledger.layer(options.db, { keepsUnused: false })))
    const { added, changed, recorded, twins } = done
    const caseTwins = describeCaseTwins(twins)
    const known = answers.length - recorded
    return {
      text: [
        `${options.db}: ${batchesOf(added)} added, ${plural(recorded, "answer")} recorded.`,
        ...(known === 0
          ? []
          : [
              `${plural(known, "answer")} left out, because the batch has already settled. --yes records what is new about it.`
            ]),
        ...describeChanged(changed),
        ...caseTwins
      ].join("\n"),
      warnings: caseTwins,
      result: {
        db: options.db,
        added,
        known: batchIds.length - added,
        purged: 0,
        sentAdded: 0,
        sentOtherwise: 0,
        resubmitted: [],
        answer: null,
        caseTwins: twins,
        outcomesChanged: changed,
        ...nothingRead.result
      },
      exitCode: exitCodeOfLoad(undefined, 0)
    }
  })

export const batchesAdd = Command.make(
  "add",
  { id, file, sent, answer, yes, submittedAt, map, format, delimiter, keepApostrophes, db, json },
  (options) =>
    respond(
      "batches add",
      options.json,
      Effect.gen(function* () {
        const isAnswersOnly =
          options.id.length === 0 && Option.isNone(options.file) && Option.isNone(options.sent)
        if (isAnswersOnly && Option.isSome(options.answer)) {
          return yield* addAnswers(options.answer.value, options)
        }
        const fromFile = Option.isSome(options.file) ? yield* BatchIdList.read(options.file.value) : []
        const named = [...options.id, ...fromFile]
        const batchIds = [...new Set(named)].map((text) => BatchId.make(text))
        const [batchId] = batchIds
        if (batchId === undefined && (Option.isNone(options.sent) || Option.isSome(options.answer))) {
          return yield* new ConfigurationError({
            problem: "No batch ID was given.",
            hint: "Name batches with --id BATCH_ID (repeatable), or with --file FILE, one per line."
          })
        }
        if (Option.isSome(options.sent) && batchIds.length > 1) {
          return yield* new ConfigurationError({
            problem: `--sent applies to one batch, but ${batchIds.length} were named.`,
            hint: "Add them one at a time, or load a file with a batch column: ac-reconcile contacts load FILE --batch-column COLUMN."
          })
        }
        if (Option.isSome(options.answer) && batchIds.length !== 1) {
          return yield* new ConfigurationError({
            problem: `--answer applies to one batch, but ${batchIds.length} were named.`,
            hint: "Add them one at a time."
          })
        }
        if ([options.file, options.sent, options.answer].filter(Option.contains("-")).length > 1) {
          return yield* new ConfigurationError({
            problem: "Standard input can be read only once.",
            hint: "Use - for one option and files for the others."
          })
        }
        const now = DateTime.formatIso(yield* DateTime.now)
        // Files are opened before the ledger: one that cannot be read must leave no trace.
        const pasted =
          Option.isSome(options.answer) && batchId !== undefined
            ? yield* pastedAnswer(options.answer.value, batchId)
            : undefined
        // What was sent in a batch is its own source, whatever file it was read from.
        const sentFile = Option.getOrElse(options.sent, () => "-")
        const source =
          batchId === undefined
            ? `sent in ${sentFile === "-" ? "standard input" : resolve(sentFile)}`
            : `sent in ${batchId}`
        const input = Option.isSome(options.sent)
          ? {
              ...(yield* readContacts({
                ...options,
                file: options.sent.value,
                alsoReads: Option.toArray(options.file),
                rejects: Option.none(),
                source: Option.some(source)
              })),
              source
            }
          : undefined
        const done = yield* Effect.gen(function* () {
          const second = pasted === undefined || options.yes ? undefined : yield* secondAnswer(pasted)
          if (second !== undefined) return second
          // A list that is added again and again must not bring them back; a call that names one means it.
          const isList = Option.isSome(options.file) && input === undefined && pasted === undefined
          const purged = isList ? yield* Batches.purged : new Set<string>()
          // Contacts that are refused leave no trace of their batch.
          const report =
            input === undefined
              ? undefined
              : yield* LocalContacts.load(
                  {
                    name: input.source,
                    rejected: () => input.rejected(),
                    sends: () => (input.fromPayload() ? payload : undefined),
                    ...(batchId === undefined
                      ? { namesBatches: true, submissions: () => submissionsOf(input) }
                      : { batchId }),
                    ...(batchId === undefined && options.submittedAt !== undefined
                      ? { othersSubmittedAt: options.submittedAt }
                      : {})
                  },
                  ofBatch(input, sentFile, batchId),
                  now
                ).pipe(
                  Effect.catchTag(
                    "NoBatchNamed",
                    ({ rows }) =>
                      new ConfigurationError({
                        problem: `${sentFile} does not say which batch its ${plural(rows, "contact")} ${rows === 1 ? "was" : "were"} sent in.`,
                        hint: "Name the batch with --id BATCH_ID, or write a line with batch_id and contacts for each."
                      })
                  )
                )
          const isUnread = report?.rows === 0 && (input?.rejected() ?? 0) > 0
          const wanted = isUnread ? [] : batchIds.filter((id) => options.id.includes(id) || !purged.has(id))
          const own = batchId === undefined ? undefined : input?.submissions()
          const { added, resubmitted } = yield* Batches.add(wanted, {
            addedAt: now,
            submittedAt: own?.get(batchId ?? null) ?? own?.get(null) ?? options.submittedAt
          })
          const recorded =
            pasted === undefined || isUnread ? undefined : yield* Answers.record(pasted, "pasted")
          const { changed } = yield* reconcileStale()
          const answered = pasted === undefined ? undefined : batchId
          const batch = answered === undefined ? Option.none() : yield* Reports.batch(answered)
          const settled = answered === undefined ? undefined : yield* Answers.settledStatus(answered)
          const twins = yield* Batches.allCaseTwins(batchIds)
          return {
            _tag: "Added" as const,
            added: added + (report?.batchesAdded ?? 0),
            purged: isUnread ? 0 : batchIds.length - wanted.length,
            isUnread,
            resubmitted: [...(report?.resubmitted ?? []), ...resubmitted],
            report,
            recorded,
            changed,
            batch,
            settled,
            twins
          }
        }).pipe(Effect.provide(Ledger.layer(options.db, { keepsUnused: false })))
        if (done._tag === "Shown") return describeSecond(options.db, done)
        const { added, batch, changed, isUnread, purged, recorded, report, resubmitted, settled, twins } =
          done
        const reading = input === undefined ? nothingRead : readingOf(input, yield* input.finish, !isUnread)
        const known = isUnread ? 0 : Math.max(0, batchIds.length - purged - added)
        const caseTwins = describeCaseTwins(twins)
        const differences =
          report === undefined ? [] : describeDifferences(report, { db: options.db, source })
        return {
          text: [
            isUnread
              ? `${options.db}: nothing was added, because no contact could be read.`
              : `${options.db}: ${batchesOf(added)} added${known > 0 ? `, ${known} already known` : ""}.`,
            ...(purged > 0
              ? [
                  `${batchesOf(purged)} of the list ${purged === 1 ? "was" : "were"} purged, and left out. Name one with --id to bring it back.`
                ]
              : []),
            ...(report === undefined || isUnread ? [] : [describeSent(report), ...differences]),
            ...describeResubmitted(resubmitted),
            ...(pasted === undefined || isUnread
              ? []
              : describePasted(pasted, recorded === true, batch, settled)),
            ...describeChanged(changed),
            ...caseTwins,
            ...reading.lines,
            ...reading.rejects
          ].join("\n"),
          warnings: [...caseTwins, ...reading.rejects],
          result: {
            db: options.db,
            added,
            known,
            purged,
            sentAdded: report?.sentAdded ?? 0,
            sentOtherwise: report?.sentOtherwise ?? 0,
            resubmitted,
            answer:
              pasted === undefined ? null : { status: pasted.answer.status, recorded: recorded === true },
            caseTwins: twins,
            outcomesChanged: changed,
            ...reading.result
          },
          exitCode: exitCodeOfLoad(report?.rows, reading.result.rejected)
        }
      }).pipe(Effect.scoped)
    )
).pipe(Command.withDescription("Add batches that were already submitted, with any tool"))
