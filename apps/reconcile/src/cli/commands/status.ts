import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { BatchId } from "effect-activecampaign/BatchId"
import * as BulkImport from "effect-activecampaign/BulkImport"
import { type ImportAnswer, isSettled, lists } from "effect-activecampaign/ImportAnswer"
import type { StillRunning } from "effect-activecampaign/WaitError"
import { Attempts } from "../../job/Attempts.js"
import { silence } from "../../job/Failure.js"
import { steadyMillis } from "../../job/steadyTime.js"
import * as account from "../shell/account.js"
import { ExitCode } from "../shell/ExitCode.js"
import { batchIdArgument, deadline, json, rate } from "../shell/options.js"
import { respond } from "../shell/respond.js"
import { blocks, plural, printable } from "../output/text.js"
import { unreadableItems } from "../output/unreadableItems.js"
import { lengthOf, sayingWaits } from "../shell/waiting.js"

/** A wait that ended without an answer: it is unknown whether the import still runs. */
class NoAnswer extends Schema.TaggedError<NoAnswer>("ac-reconcile/NoAnswer")("NoAnswer", {
  message: Schema.String
}) {}

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

const describe = (batchId: string, answer: ImportAnswer) => {
  const { failure, success, unreadable } = lists(answer)
  return blocks(
    printable(
      `Batch ${batchId} is ${answer.status}: ${meaning[answer.status] ?? "a status ActiveCampaign does not document"}.`
    ),
    listed("Success", success, "contact ID", "contact IDs"),
    listed("Failure", failure, "address", "addresses"),
    unreadableItems(unreadable),
    isSettled(answer) ? "" : "The import has not settled; the lists are not final."
  )
}

/** Waits until the batch has settled. At the deadline, distinguishes silence from an import that still runs. */
const awaitSettled = (batchId: BatchId, deadline: Duration.Duration) =>
  Effect.gen(function* () {
    const told = yield* Attempts
    /** Time of the first call since the last answer. */
    let unansweredSince: number | null = null
    let answered: { readonly at: number; readonly status: string } | null = null
    const attempts = {
      ...told,
      sent: Effect.flatMap(steadyMillis, (now) => {
        unansweredSince ??= now
        return told.sent
      })
    }
    const states = BulkImport.states(batchId, { firstDelay: 0, deadline }).pipe(
      Stream.tap((state) =>
        Effect.map(steadyMillis, (at) => {
          unansweredSince = null
          answered = Option.match(state.last, {
            onNone: () => null,
            onSome: ({ answer }) => ({ at, status: answer.status })
          })
        })
      ),
      Stream.runLast
    )
    const last = yield* states.pipe(
      Effect.provideService(Attempts, attempts),
      Effect.catchTag("StillRunning", (running) =>
        Effect.flatMap(steadyMillis, (now): Effect.Effect<never, StillRunning | NoAnswer> => {
          const silentFor = unansweredSince === null ? 0 : now - unansweredSince
          const failure = Option.map(running.lastTrouble, ({ message }) => message)
          if (answered !== null && Option.isNone(failure) && silentFor <= silence) return Effect.fail(running)
          const since =
            answered === null
              ? ""
              : ` Its last status, ${lengthOf(now - answered.at)} ago, was ${answered.status}.`
          const message = `Batch ${batchId} gave no answer for ${lengthOf(silentFor)}.${since} ${Option.getOrElse(failure, () => "The last call was cut off by --deadline.")}`
          return Effect.fail(new NoAnswer({ message }))
        })
      )
    )
    return yield* Effect.orDie(Option.flatMap(last, (state) => state.last))
  })

export const status = Command.make(
  "status",
  {
    batchId: batchIdArgument,
    wait: Options.boolean("wait").pipe(Options.withDescription("Wait until the batch has settled")),
    deadline: deadline("30m"),
    rate,
    json
  },
  (options) =>
    respond(
      "status",
      options.json,
      Effect.gen(function* () {
        const { batchId } = options
        const { answer } = yield* options.wait
          ? awaitSettled(batchId, options.deadline)
          : BulkImport.snapshot(batchId)
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
            unreadable: unreadable.map((item) => ({ ...item, position: Option.getOrNull(item.position) }))
          },
          exitCode: options.wait && ended ? ExitCode.batchEnded : ExitCode.done
        }
      }).pipe(
        sayingWaits(options.json),
        Effect.provide(BulkImport.layer),
        Effect.provide(account.layer(options.rate))
      )
    )
).pipe(Command.withDescription("Ask ActiveCampaign about one batch, and print its answer"))
