import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { BatchId } from "effect-activecampaign/BatchId"
import type { ImportAnswer, ReportedLists } from "effect-activecampaign/ImportAnswer"
import { blocks, plural, printable } from "../output/text.js"
import { unreadableItems } from "../output/unreadableItems.js"
import * as account from "../shell/account.js"
import { batchIdArgument, json, rate } from "../shell/options.js"
import { respond } from "../shell/respond.js"
import { sayingWaits } from "../shell/waiting.js"

const meaning: Readonly<Record<string, string>> = {
  unset: "no status yet, or ActiveCampaign does not know this batch",
  waiting: "received, not started",
  claimed: "assigned, not started",
  active: "running",
  completed: "the import has ended",
  failed: "ActiveCampaign gave up and will not try again",
  interrupted: "ActiveCampaign stopped it and will not try again"
}

const listed = (title: string, list: Option.Option<ReadonlyArray<string>>, one: string, many: string) =>
  Option.match(list, {
    onNone: () => `${title}: not reported`,
    onSome: (items) =>
      [`${title}: ${plural(items.length, one, many)}`, ...items.map((item) => `  ${printable(item)}`)].join(
        "\n"
      )
  })

/** An answer, and what the library makes of it. */
interface Read {
  readonly answer: ImportAnswer
  readonly lists: ReportedLists
  readonly settled: boolean
}

const describe = (batchId: string, { answer, lists, settled }: Read) => {
  const { failure, success, unreadable } = lists
  return blocks(
    printable(
      `Batch ${batchId} is ${answer.status}: ${meaning[answer.status] ?? "a status ActiveCampaign does not document"}.`
    ),
    listed("Success", success, "contact ID", "contact IDs"),
    listed("Failure", failure, "address", "addresses"),
    unreadableItems(unreadable),
    settled ? "" : "The import has not settled; the lists are not final."
  )
}

/** The library is loaded once the account's settings are known to be there. */
const ask = (batchId: BatchId) =>
  Effect.gen(function* () {
    const [BulkImport, ImportAnswer] = yield* Effect.promise(() =>
      Promise.all([import("effect-activecampaign/BulkImport"), import("effect-activecampaign/ImportAnswer")])
    )
    const { answer } = yield* Effect.provide(BulkImport.snapshot(batchId), BulkImport.layer)
    const read: Read = { answer, lists: ImportAnswer.lists(answer), settled: ImportAnswer.isSettled(answer) }
    return read
  })

export const status = Command.make("status", { batchId: batchIdArgument, rate, json }, (options) =>
  respond(
    "status",
    options.json,
    Effect.gen(function* () {
      const { batchId } = options
      const read = yield* ask(batchId)
      const { failure, success, unreadable } = read.lists
      return {
        text: describe(batchId, read),
        paged: true,
        result: {
          batchId,
          status: read.answer.status,
          settled: read.settled,
          success: Option.getOrNull(success),
          failure: Option.getOrNull(failure),
          unreadable: unreadable.map((item) => ({ ...item, position: Option.getOrNull(item.position) }))
        }
      }
    }).pipe(sayingWaits(options.json), Effect.provide(account.layer(options.rate)))
  )
).pipe(Command.withDescription("Ask ActiveCampaign about one batch, and print its answer"))
