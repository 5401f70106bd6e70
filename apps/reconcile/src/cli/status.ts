import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as BulkImport from "effect-activecampaign/BulkImport"
import { type ImportAnswer, isSettled, lists } from "effect-activecampaign/ImportAnswer"
import type { UnreadableItem } from "effect-activecampaign/UnreadableItem"
import * as account from "./account.js"
import { ExitCode } from "./ExitCode.js"
import { batchIdArgument, deadline, defaultRate, json } from "./options.js"
import { respond } from "./respond.js"
import { blocks, plural, printable } from "./text.js"
import { sayingWaits } from "./waiting.js"

const meaning: Readonly<Record<string, string>> = {
  unset: "no status yet; or ActiveCampaign does not know this batch",
  waiting: "received, not begun",
  claimed: "assigned, not begun",
  active: "running",
  completed: "the import has ended",
  failed: "ActiveCampaign gave it up and will not try again",
  interrupted: "ActiveCampaign broke it off and will not try again"
}

const listed = (title: string, list: Option.Option<ReadonlyArray<string>>, one: string, many: string) =>
  Option.match(list, {
    onNone: () => `${title}: not reported`,
    onSome: (items) =>
      [`${title}: ${plural(items.length, one, many)}`, ...items.map((item) => `  ${printable(item)}`)].join(
        "\n"
      )
  })

/** Every item of the lists that could not be read, or nothing. */
export const describeUnreadable = (unreadable: ReadonlyArray<UnreadableItem>) =>
  unreadable.length === 0
    ? ""
    : [
        `Could not be read: ${unreadable.length}`,
        ...unreadable.map(({ list, position, value }) => {
          const place = Option.match(position, { onNone: () => "the list", onSome: (at) => `item ${at + 1}` })
          return `  ${list}, ${place}: ${printable(value)}`
        })
      ].join("\n")

const describe = (batchId: string, answer: ImportAnswer) => {
  const { failure, success, unreadable } = lists(answer)
  return blocks(
    printable(
      `Batch ${batchId} is ${answer.status}: ${meaning[answer.status] ?? "a status ActiveCampaign does not document"}.`
    ),
    listed("Success", success, "contact ID", "contact IDs"),
    listed("Failure", failure, "address", "addresses"),
    describeUnreadable(unreadable),
    isSettled(answer) ? "" : "The import has not settled; the lists are not final."
  )
}

export const status = Command.make(
  "status",
  {
    batchId: batchIdArgument,
    wait: Options.boolean("wait").pipe(Options.withDescription("Wait until the batch has settled")),
    deadline: deadline("30m"),
    json
  },
  (options) =>
    respond(
      "status",
      options.json,
      Effect.gen(function* () {
        const bulkImport = yield* BulkImport.BulkImport
        const { batchId } = options
        const answer = yield* options.wait
          ? bulkImport.awaitSettled(batchId, { firstDelay: 0, deadline: options.deadline })
          : bulkImport.info(batchId)
        const { failure, success, unreadable } = lists(answer)
        const ended = isSettled(answer) && answer.status !== "completed"
        return {
          text: describe(batchId, answer),
          result: {
            batchId,
            status: answer.status,
            settled: isSettled(answer),
            success: Option.getOrNull(success),
            failure: Option.getOrNull(failure),
            // A documented answer has none.
            ...(unreadable.length > 0 && {
              unreadable: unreadable.map((item) => ({ ...item, position: Option.getOrNull(item.position) }))
            })
          },
          exitCode: options.wait && ended ? ExitCode.batchEnded : ExitCode.done
        }
      }).pipe(
        sayingWaits(options.json),
        Effect.provide(BulkImport.layer),
        Effect.provide(account.layer({ ...defaultRate, json: options.json }))
      )
    )
).pipe(Command.withDescription("Ask ActiveCampaign about one batch, and print its answer"))
