import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Ledger from "../../ledger/Ledger.js"
import { memberCells, memberHead, memberNote } from "../../report/sentValues.js"
import { hasAny } from "../../ledger/asSent/hasAny.js"
import type { Declared } from "../../ledger/reports/declared.js"
import * as SentValues from "../../ledger/reports/SentValues.js"
import * as Reports from "../../ledger/reports/Reports.js"
import { knownBatch } from "../input/knownBatch.js"
import { knownBatchArgument, db, json } from "../shell/options.js"
import { span } from "../../text/numbers.js"
import { respond } from "../shell/respond.js"
import { attentionIn, attentionTable, countsOf, findingsTable, stalledText } from "../output/summary.js"
import { batchesOf, blocks, columns, numberTable, plural, printable } from "../output/text.js"

const shown = 50

/** Why a contact may be unaccounted despite a success list: some IDs have no known address. */
const unlinked = (count: number) =>
  count === 0
    ? ""
    : `\n${plural(count, "successful contact ID has", "successful contact IDs have")} no known address; run 'ac-reconcile resolve'.`

const statusOf = (batch: Reports.BatchRow, isTroubled: boolean) =>
  batch.status ?? (isTroubled ? "without an answer" : "not asked about yet")

const troubleLine = ({ first_at, last_at, message, times }: Reports.TroubleRow) =>
  `The last ${plural(times, "call")} gave no usable answer, from ${first_at} to ${last_at}. ${message}`

/** A list that was missing or null is unknown, not empty. */
const listed = (count: number | null, one: string, many: string) =>
  count === null ? `${many} not reported` : plural(count, one, many)

/** What reads declarations is loaded only where there are any. */
const declarationsOf = (batchId: string) =>
  Effect.flatMap(hasAny, (any) =>
    any
      ? Effect.flatMap(
          Effect.promise(() => import("../../ledger/reports/declared.js")),
          ({ declaredFor }) => declaredFor(batchId)
        )
      : Effect.succeed([])
  )

const fromText = ({ column, separator, value }: Declared["members"][number]) => {
  if (column !== null) return `← ${column}${separator === null ? "" : `, split at '${separator}'`}`
  return value === null ? "all contacts" : `'${value}'`
}

/** Where each thing that was sent comes from. */
const declaredText = ({ isBody, members, source }: Declared) =>
  isBody
    ? printable(`What its contacts were sent with is in the bodies of requests: ${source}.`)
    : [
        printable(`What its contacts were sent with, as declared with ${source}`),
        columns(members.map((member) => [member.member, fromText(member)]))
      ].join("\n")

export const batchesShow = Command.make("show", { batchId: knownBatchArgument, db, json }, (options) =>
  respond(
    "batches show",
    options.json,
    Effect.gen(function* () {
      const batch = yield* knownBatch(options.db, options.batchId)
      const batchId = batch.batch_id
      const timeline = yield* Reports.timeline(batchId)
      const attention = yield* Reports.attention({ batchId, limit: shown })
      const findings = yield* Reports.findings({ batchId, limit: shown })
      const trouble = yield* Reports.troubleOf(batchId)
      const sentValues = yield* SentValues.ofBatch(batchId)
      const declared = yield* declarationsOf(batchId)
      const stalled = (yield* Reports.stalled).find((one) => one.batch_id === batchId)
      return {
        text: blocks(
          [
            printable(`Batch ${batch.batch_id} is ${statusOf(batch, trouble !== undefined)}.`),
            ...(trouble === undefined ? [] : [printable(troubleLine(trouble))]),
            ...(stalled === undefined ? [] : [`Stalled: ${stalledText(stalled)}.`]),
            `${plural(batch.sent, "contact")} sent${countsOf(batch)}.${unlinked(batch.unlinked_successes)}`
          ].join("\n"),
          timeline.length === 0
            ? ""
            : columns(
                timeline.map((row) => [
                  row.at,
                  `${row.status ?? "no answer"}${row.origin === "pasted" ? " (pasted)" : ""}`,
                  row.error === null
                    ? row.successes === null && row.failures === null
                      ? ""
                      : `${listed(row.successes, "success", "successes")}, ${listed(row.failures, "failure", "failures")}`
                    : row.error
                ])
              ),
          attentionTable(attention, {
            more: attentionIn(batch) - attention.length,
            oneBatch: true
          }),
          findingsTable(findings, { more: batch.findings - findings.length, oneBatch: true }),
          ...declared.map(declaredText),
          sentValues.length === 0 ? "" : numberTable([memberHead, ...sentValues.map(memberCells)]),
          memberNote({ members: sentValues })
        ),
        paged: true,
        result: {
          db: options.db,
          batch,
          trouble: trouble ?? null,
          stalled: stalled ?? null,
          timeline,
          attention,
          findings,
          declared,
          sentValues
        }
      }
    }).pipe(Effect.provide(Ledger.layerReadOnly(options.db)))
  )
).pipe(Command.withDescription("Show one batch: its answers, and the contacts that need attention"))

const listedStatus = (batch: Reports.BatchRow, isTroubled: boolean, stalled: Reports.Stalled | undefined) => {
  const status = batch.status ?? (isTroubled ? "asked" : "not asked")
  return [
    stalled === undefined ? status : `${status}, stalled for ${span(stalled.seconds * 1000)}`,
    ...(isTroubled ? ["no answer since"] : [])
  ].join(", ")
}

export const batchesList = Command.make("list", { db, json }, (options) =>
  respond(
    "batches list",
    options.json,
    Effect.gen(function* () {
      const batches = yield* Reports.batches
      const troubled = new Set(yield* Reports.troubled)
      const stalled = new Map((yield* Reports.stalled).map((one) => [one.batch_id, one]))
      return {
        text: blocks(
          batchesOf(batches.length),
          columns(
            batches.map((batch) => [
              batch.batch_id,
              listedStatus(batch, troubled.has(batch.batch_id), stalled.get(batch.batch_id)),
              `${plural(batch.sent, "contact")} sent${countsOf(batch)}`
            ])
          )
        ),
        paged: true,
        result: { db: options.db, batches, withoutAnswer: [...troubled], stalled: [...stalled.keys()] }
      }
    }).pipe(Effect.provide(Ledger.layerReadOnly(options.db)))
  )
).pipe(Command.withDescription("List every batch in the file with its status"))
