import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { BatchId } from "effect-activecampaign/BatchId"
import * as BulkImport from "effect-activecampaign/BulkImport"
import { type ImportAnswer, isSettled, lists } from "effect-activecampaign/ImportAnswer"
import { Attempts } from "../../job/Attempts.js"
import { silence } from "../../job/Failure.js"
import { steadyMillis } from "../../job/steadyTime.js"
import { span } from "../../text/numbers.js"
import { batchesOf, blocks, plural, printable } from "../output/text.js"
import * as account from "../shell/account.js"
import { ExitCode } from "../shell/ExitCode.js"
import { batchIdArgument, duration, json, rate } from "../shell/options.js"
import { respond } from "../shell/respond.js"
import { sayingWaits } from "../shell/waiting.js"

/** How a wait for one batch ended. */
type Waited = { readonly batchId: BatchId } & (
  | { readonly _tag: "Settled"; readonly answer: ImportAnswer }
  | { readonly _tag: "StillRunning"; readonly status: string }
  /** It is unknown whether the import still runs. */
  | { readonly _tag: "NoAnswer"; readonly message: string }
)

/** Waits until the batch has settled. At the end of the time, distinguishes silence from an import that still runs. */
const awaitSettled = (batchId: BatchId, timeout: Duration.Duration) =>
  Effect.gen(function* () {
    const told = yield* Attempts
    /** Time of the first call since the last answer. */
    let unansweredSince: number | null = null
    let answered: { readonly at: number; readonly answer: ImportAnswer } | null = null
    const attempts = {
      ...told,
      sent: Effect.flatMap(steadyMillis, (now) => {
        unansweredSince ??= now
        return told.sent
      })
    }
    const waited = (result: Waited): Waited => result
    return yield* BulkImport.states(batchId, { firstDelay: 0, deadline: timeout }).pipe(
      Stream.runForEach((state) =>
        Effect.map(steadyMillis, (at) => {
          unansweredSince = null
          answered = Option.match(state.last, {
            onNone: () => null,
            onSome: ({ answer }) => ({ at, answer })
          })
        })
      ),
      Effect.provideService(Attempts, attempts),
      Effect.flatMap(() =>
        answered === null
          ? Effect.dieMessage("a wait ended without an answer")
          : Effect.succeed(waited({ _tag: "Settled", batchId, answer: answered.answer }))
      ),
      Effect.catchTag("StillRunning", (running) =>
        Effect.map(steadyMillis, (now) => {
          const silentFor = unansweredSince === null ? 0 : now - unansweredSince
          const failure = Option.map(running.lastTrouble, ({ message }) => message)
          if (answered !== null && Option.isNone(failure) && silentFor <= silence) {
            return waited({ _tag: "StillRunning", batchId, status: answered.answer.status })
          }
          const since =
            answered === null
              ? ""
              : ` Its last status, ${span(now - answered.at)} ago, was ${answered.answer.status}.`
          const why = Option.getOrElse(failure, () => "The last call was cut off by --timeout.")
          return waited({
            _tag: "NoAnswer",
            batchId,
            message: `Batch ${batchId} gave no answer for ${span(silentFor)}.${since} ${why}`
          })
        })
      )
    )
  })

const countOf = (list: Option.Option<ReadonlyArray<string>>, word: string) =>
  Option.match(list, {
    onNone: () => `${word} not reported`,
    onSome: ({ length }) => `${plural(length, word, word)}`
  })

const lineOf = (waited: Waited): string => {
  switch (waited._tag) {
    case "Settled": {
      const { failure, success } = lists(waited.answer)
      return `${waited.answer.status.padEnd(11)}  ${waited.batchId}  ${countOf(success, "succeeded")}, ${countOf(failure, "failed")}`
    }
    case "StillRunning":
      return `${waited.status.padEnd(11)}  ${waited.batchId}  still running`
    case "NoAnswer":
      return `no answer    ${waited.batchId}`
  }
}

const resultOf = (waited: Waited) => {
  if (waited._tag !== "Settled") {
    return {
      batchId: waited.batchId,
      settled: false,
      status: waited._tag === "StillRunning" ? waited.status : null,
      success: null,
      failure: null,
      error: waited._tag === "NoAnswer" ? waited.message : null
    }
  }
  const { failure, success } = lists(waited.answer)
  return {
    batchId: waited.batchId,
    settled: isSettled(waited.answer),
    status: waited.answer.status,
    success: Option.getOrNull(success),
    failure: Option.getOrNull(failure),
    error: null
  }
}

/** The worst ending decides: silence, then the end of the time, then failed batches. */
const exitCodeOf = (all: ReadonlyArray<Waited>): ExitCode => {
  if (all.some(({ _tag }) => _tag === "NoAnswer")) return ExitCode.unexpected
  if (all.some(({ _tag }) => _tag === "StillRunning")) return ExitCode.stillPending
  return all.some((one) => one._tag === "Settled" && one.answer.status !== "completed")
    ? ExitCode.batchEnded
    : ExitCode.done
}

const conclusion = (all: ReadonlyArray<Waited>, timeout: Duration.Duration) => {
  const open = all.filter(({ _tag }) => _tag !== "Settled").length
  const badly = all.filter((one) => one._tag === "Settled" && one.answer.status !== "completed").length
  if (open > 0) {
    return `${batchesOf(open)} of ${all.length} had not settled after ${span(Duration.toMillis(timeout))}. To go on waiting, run the same command again.`
  }
  if (badly > 0) return `${batchesOf(badly)} of ${all.length} ended as failed or interrupted.`
  return `${all.length === 1 ? "The batch" : `All ${batchesOf(all.length)}`} completed. To record them and say what became of each contact, use 'ac-reconcile run'.`
}

export const wait = Command.make(
  "wait",
  { batchIds: Args.atLeast(batchIdArgument, 1), timeout: duration("timeout", "30m"), rate, json },
  (options) =>
    respond(
      "wait",
      options.json,
      Effect.gen(function* () {
        const say = (text: string) => (options.json ? Effect.void : Console.log(printable(text)))
        const all = yield* Effect.forEach(
          [...new Set(options.batchIds)],
          (batchId) => Effect.tap(awaitSettled(batchId, options.timeout), (waited) => say(lineOf(waited))),
          { concurrency: "unbounded" }
        )
        const silent = all.flatMap((one) => (one._tag === "NoAnswer" ? [one.message] : []))
        return {
          text: blocks(
            silent.map((message) => printable(message)).join("\n"),
            conclusion(all, options.timeout)
          ),
          result: { batches: all.map(resultOf) },
          exitCode: exitCodeOf(all)
        }
      }).pipe(
        sayingWaits(options.json),
        Effect.provide(BulkImport.layer),
        Effect.provide(account.layer(options.rate))
      )
    )
).pipe(Command.withDescription("Wait until these batches have settled; uses no file"))
