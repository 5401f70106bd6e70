import * as Console from "effect/Console"
import * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { CallMeter } from "../job/CallMeter.js"
import * as Run from "../job/Run.js"
import type { RunEvent } from "../job/RunEvent.js"
import type { RunReport } from "../job/RunReport.js"
import { steadyMillis } from "../job/steadyTime.js"
import * as Runs from "../ledger/facts/Runs.js"
import * as Ledger from "../ledger/Ledger.js"
import { standing } from "../ledger/asSent/Standing.js"
import * as Attention from "../ledger/reports/Attention.js"
import * as Reports from "../ledger/reports/Reports.js"
import { gapLines, leftOutLines } from "../report/standing.js"
import { span, thousands } from "../text/numbers.js"
import type { Target } from "../files/Target.js"
import type { Condition } from "./failOn/Condition.js"
import { endOf, type Failure, type Response } from "./alert/End.js"
import { appliedTo } from "./failOn/facts.js"
import { Logs } from "./logs/Logs.js"
import * as RunLog from "./logs/runLog.js"
import { endingOf } from "./output/run/ending.js"
import * as EventLog from "./output/run/eventLog.js"
import * as lastScreen from "./output/run/lastScreen.js"
import * as RunView from "./output/run/RunView.js"
import * as Screen from "./output/run/Screen.js"
import { describeCheckPlan, describePlan, describeSteps } from "./output/steps.js"
import { changesLine, countsOf } from "./output/summary.js"
import { batchesOf, blocks, outputWidth, plural, printable } from "./output/text.js"
import { Quiet } from "./shell/console.js"
import { firstSignal, interruptedCode } from "./shell/signals.js"
import { nameOf, waitingFor } from "./shell/waiting.js"

const shown = 20

const waitingForBatches = "Waiting for batches …"

/** Results go to stdout, a line for each batch that settled; problems and the state of the run to stderr. */
const tell = (options: {
  /** Nothing at all is written, because the envelope says it. */
  readonly json: boolean
  /** Only problems are. */
  readonly quiet: boolean
  readonly state: RunView.RunState
  readonly screen: Screen.Screen
}) => {
  const { json, quiet, screen, state } = options
  const warn = (text: string) => screen.print(Console.error(`ac-reconcile: ${printable(text)}`))
  /** Summary of those that were too many to name one by one. */
  const rest = Effect.suspend(() =>
    json || state.failed <= shown
      ? Effect.void
      : warn(
          `${batchesOf(state.failed - shown)} more gave no answer; 'ac-reconcile run --json' lists them all.`
        )
  )
  const say = (event: RunEvent): Effect.Effect<void, never, Ledger.Ledger> => {
    switch (event._tag) {
      case "Started":
        return event.open === 0 || screen.isLive
          ? Effect.void
          : Console.log(`Following ${batchesOf(event.open)} …`)
      case "Idle":
        return screen.isLive ? Effect.void : Console.log(waitingForBatches)
      case "Joined":
        return screen.isLive
          ? Effect.void
          : Console.log(`Following ${plural(event.batches, "more batch", "more batches")} …`)
      case "Planned":
        return screen.print(Console.log(describePlan(event.plan)))
      case "CheckPlanned":
        return screen.print(Console.log(describeCheckPlan(event.plan)))
      case "TroubleBegan":
        return warn(waitingFor(event.batchId, event.message, event.wait))
      case "TroubleEnded":
        return warn(
          `${nameOf(event.batchId)}: answering again after ${plural(event.calls, "failed call")} in ${span(event.millis)}.`
        )
      case "Failed": {
        const { problem } = event
        if ("batchId" in problem && state.failed > shown) return Effect.void
        const more =
          "step" in problem && problem.calls > 1 ? ` (${thousands(problem.calls)} calls failed this way)` : ""
        return warn(`${problem.message}${more}`)
      }
      case "Settled":
        return screen.showsResults
          ? Effect.void
          : Reports.batch(event.batchId).pipe(
              Effect.flatMap(
                Option.match({
                  onNone: () => Effect.void,
                  onSome: (batch) =>
                    screen.print(
                      Console.log(
                        printable(
                          `${event.status.padEnd(11)}  ${event.batchId}  ${thousands(batch.sent)} sent${countsOf(batch)}`
                        )
                      )
                    )
                })
              ),
              // The line is optional: the summary reads the same rows and reports any error.
              Effect.ignore
            )
      default:
        return Effect.void
    }
  }
  const onEvent = (event: RunEvent) =>
    Effect.flatMap(steadyMillis, (now) => {
      RunView.onEvent(state, now, event)
      return json || (quiet && event._tag !== "Failed") ? Effect.void : say(event)
    })
  return { onEvent, rest }
}

const noBatch =
  "No batch is known yet. Load contacts with --batch-column COLUMN, or add one with 'ac-reconcile batches add --id BATCH_ID'."

/** What was asked about batches. */
const followed = (report: RunReport) => {
  if (report.open === 0) {
    return report.resolved === null && report.lookedUp === null && report.checked === null
      ? "Every batch had already settled; nothing was asked."
      : "Every batch had already settled."
  }
  const unanswered = report.problems.filter((problem) => "batchId" in problem).length
  const parts = [
    `${batchesOf(report.open)} asked about`,
    `${thousands(report.settled.length)} settled`,
    ...(report.stillOpen > 0 ? [`${thousands(report.stillOpen)} not settled yet`] : []),
    ...(unanswered > 0 ? [`${thousands(unanswered)} without an answer`] : [])
  ]
  return `${parts.join(", ")}.`
}

const asked = ({ checked, lookedUp, open, resolved }: RunReport) =>
  open > 0 || resolved !== null || lookedUp !== null || checked !== null

/** A run does not mention steps that had nothing to do; a command for one step does. */
const askedFor = ({ account, follow }: RunOptions) =>
  follow
    ? { resolve: false, lookup: false, check: false }
    : { resolve: account.resolve, lookup: account.lookup, check: account.check !== undefined }

export interface RunOptions {
  readonly follow: boolean
  readonly once: boolean
  /** Go on as batches are added, until a signal comes. */
  readonly watch?: boolean
  readonly deadline: Duration.Duration
  readonly account: Run.AccountOptions
  readonly failOn: ReadonlyArray<Condition>
  readonly json: boolean
  /** Where each event is appended as NDJSON. */
  readonly events?: Target | undefined
  /** Whether to end with commands for what can be done next. */
  readonly suggest: boolean
}

/** Says where a run stood when it was stopped. */
const stoppedAt = (state: RunView.RunState) =>
  Effect.flatMap(steadyMillis, (now) => Console.error(`ac-reconcile: ${RunView.standing(state, now)}.`))

/** Keeps in the file how it ended. If that fails, the run has its result all the same. */
const concluded = <A extends Response, E extends Failure, R>(run: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Runs.lastId, (after) =>
    Effect.onExit(run, (exit) => Effect.ignore(Runs.conclude({ after, ...endOf(exit) })))
  )

/** One reconciliation run and the report on it, for the command and for the demo. */
export const runAndReport = (options: RunOptions) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger.Ledger
    const began = DateTime.formatIso(yield* DateTime.now)
    // Before the screen listens for signals, too.
    const watch = options.watch === true ? yield* firstSignal : undefined
    const state = RunView.makeState(yield* steadyMillis, options.account.maxCalls)
    const quiet = options.json || (yield* Quiet)
    const { isAsked, isOnStderr } = yield* Logs
    const screen = yield* Screen.make(state, { quiet, isShared: isOnStderr, asks: options.account })
    const { onEvent, rest } = tell({ json: options.json, quiet, state, screen })
    const meter = RunView.meter(state)
    const log = options.events === undefined ? () => Effect.void : yield* EventLog.make(options.events)
    const report = yield* Run.run({
      follow: options.follow,
      once: options.once,
      deadline: options.deadline,
      watch,
      account: options.account,
      onEvent: (event) =>
        Effect.zipRight(
          log(event),
          Effect.provideService(
            Effect.zipRight(isAsked ? RunLog.ofEvent(event) : Effect.void, onEvent(event)),
            Ledger.Ledger,
            ledger
          )
        )
    }).pipe(
      Effect.provideService(CallMeter, isAsked ? RunLog.meter(meter) : meter),
      Effect.ensuring(Effect.zipRight(rest, screen.clear)),
      Effect.onInterrupt(() => (options.json ? Effect.void : stoppedAt(state))),
      // What a watch has done by then is nowhere else to be seen at a glance.
      Effect.tapError(() => (watch === undefined || options.json ? Effect.void : stoppedAt(state)))
    )
    const summary = yield* Reports.summary
    const attention = yield* Attention.attention
    const sent = yield* standing
    const changes = yield* Reports.changesSinceLastRun
    const failedOn = yield* appliedTo(options.failOn, { summary, since: began })
    const ending = endingOf({ ...options, interrupted: interruptedCode() }, report, failedOn)
    yield* log({ _tag: "Ended", ...ending })
    if (isAsked) yield* RunLog.ofEnd(ending, report)
    const ended = { report, summary, attention, ending, file: ledger.file, width: outputWidth() }
    const unchecked = [
      ...leftOutLines(sent, {
        isLeftOut: options.follow && options.account.check === undefined,
        idsLeft: report.resolved?.left ?? 0
      }),
      ...gapLines(sent)
    ]
    return {
      text:
        summary.batches === 0
          ? blocks(noBatch, `Database: ${ledger.file}`)
          : blocks(
              [
                ...(options.follow ? [lastScreen.verdict(ended), followed(report)] : []),
                ...describeSteps(report, askedFor(options), sent),
                ...unchecked
              ].join("\n"),
              lastScreen.totals(ended),
              // A run that asked nothing is not kept, so the view would show the run before it.
              asked(report) ? changesLine(changes) : "",
              lastScreen.attentionBlocks(ended),
              [
                `Database: ${ledger.file}`,
                ...(options.suggest ? [`Exit code ${ending.exitCode}: ${ending.why}`] : [])
              ].join("\n"),
              options.suggest ? lastScreen.nextSteps(ended) : ""
            ),
      warnings: unchecked,
      result: { db: ledger.file, run: report, summary, changes, failedOn, attention },
      exitCode: ending.exitCode,
      because: { message: ending.why, ...(report.stopped === "busy" ? { code: "Interrupted" } : {}) }
    }
  }).pipe(Effect.scoped, concluded)
