import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Console from "effect/Console"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Run from "../../job/Run.js"
import type { RunEvent } from "../../job/RunEvent.js"
import type { RunReport } from "../../job/RunReport.js"
import * as Ledger from "../../ledger/Ledger.js"
import * as Reports from "../../ledger/reports/Reports.js"
import * as account from "../shell/account.js"
import { ExitCode } from "../shell/ExitCode.js"
import { db, deadline, type FailOn, failOn, json, maxCalls, rate } from "../shell/options.js"
import * as Progress from "../output/progress.js"
import { respond } from "../shell/respond.js"
import { describePlan, describeSteps } from "../output/steps.js"
import {
  attentionCount,
  attentionTable,
  changesLine,
  countsOf,
  findingsCount,
  findingsTable,
  nextSteps,
  totalsTable
} from "../output/summary.js"
import { batchesOf, blocks, plural, printable } from "../output/text.js"
import { lengthOf, nameOf, waitingFor } from "../shell/waiting.js"
import { thousands } from "../../text/thousands.js"

const shown = 20

/**
 * Results as they come: on stdout one line per settled batch, on stderr one line per problem, and on a terminal the
 * progress of the run.
 */
const tell = (quiet: boolean, progress: Progress.Progress) => {
  const counts = { open: 0, settled: 0, unanswered: 0 }
  const advance = Effect.suspend(() =>
    counts.settled < counts.open
      ? progress.show(`${counts.settled} of ${batchesOf(counts.open)} settled …`)
      : progress.clear
  )
  const line = (write: Effect.Effect<void>) =>
    Effect.zipRight(progress.clear, Effect.zipRight(write, advance))
  const warn = (text: string) => line(Console.error(`ac-reconcile: ${printable(text)}`))
  /** Summary of those that were too many to name one by one. */
  const rest = Effect.suspend(() =>
    quiet || counts.unanswered <= shown
      ? Effect.void
      : warn(
          `${batchesOf(counts.unanswered - shown)} more gave no answer; 'ac-reconcile run --json' lists them all.`
        )
  )
  const onEvent = (event: RunEvent): Effect.Effect<void, never, Ledger.Ledger> => {
    if (quiet) return Effect.void
    switch (event._tag) {
      case "Started":
        counts.open = event.open
        return advance
      case "Answered":
        return advance
      case "Resolved":
        return progress.show(
          `${plural(event.done, "contact ID")} resolved${event.left > 0 ? `, ${thousands(event.left)} to go` : ""} …`
        )
      case "Planned":
        return line(Console.log(describePlan(event.plan)))
      case "LookedUp":
        return progress.show(`${plural(event.done, "address", "addresses")} looked up …`)
      case "TroubleBegan":
        return warn(waitingFor(event.batchId, event.message, event.wait))
      case "TroubleEnded":
        return warn(
          `${nameOf(event.batchId)}: answering again after ${plural(event.calls, "failed call")} in ${lengthOf(event.millis)}.`
        )
      case "Failed": {
        const { problem } = event
        if ("batchId" in problem) counts.unanswered += 1
        if ("batchId" in problem && counts.unanswered > shown) return Effect.void
        const more = "step" in problem && problem.calls > 1 ? ` (${problem.calls} calls failed this way)` : ""
        return warn(`${problem.message}${more}`)
      }
      case "Settled":
        counts.settled += 1
        return Reports.batch(event.batchId).pipe(
          Effect.flatMap(
            Option.match({
              onNone: () => Effect.void,
              onSome: (batch) =>
                line(
                  Console.log(
                    printable(
                      `${event.status.padEnd(11)}  ${event.batchId}  ${batch.sent} sent${countsOf(batch)}`
                    )
                  )
                )
            })
          ),
          // The line is optional: the summary reads the same rows and reports any error.
          Effect.ignore
        )
    }
  }
  return { onEvent, rest }
}

/** The exit code of an orderly end; 4 and 7 come as errors. */
export const exitCodeOf = (
  options: { readonly once: boolean; readonly failOn: ReadonlyArray<FailOn> },
  report: RunReport,
  summary: Reports.Summary
): ExitCode => {
  if (report.problems.some(({ error }) => error === "ContractBroken" || error === "MissingBatchId"))
    return ExitCode.contractBroken
  if (report.problems.length > 0) return ExitCode.unexpected
  if (!options.once && report.stillOpen > 0) return ExitCode.stillPending
  if (!options.once && report.settled.some(({ status }) => status !== "completed")) return ExitCode.batchEnded
  const unhappy = options.failOn.some((word) =>
    word === "findings"
      ? findingsCount(summary) > 0
      : summary.outcomes.some(({ outcome }) => outcome === word)
  )
  return unhappy ? ExitCode.failOn : ExitCode.done
}

const headline = (follow: boolean, report: RunReport, summary: Reports.Summary) => {
  if (summary.batches === 0) {
    return "No batch is known yet. Load contacts with --batch-column COLUMN, or add one with 'ac-reconcile batches add --id BATCH_ID'."
  }
  if (!follow) return ""
  if (report.open === 0) {
    return report.resolved === null && report.lookedUp === null
      ? "Every batch had already settled; nothing was asked."
      : "Every batch had already settled."
  }
  const unanswered = report.problems.filter((problem) => "batchId" in problem).length
  const parts = [
    `${batchesOf(report.open)} asked about`,
    `${report.settled.length} settled`,
    ...(report.stillOpen > 0 ? [`${report.stillOpen} not settled yet`] : []),
    ...(unanswered > 0 ? [`${unanswered} without an answer`] : [])
  ]
  return `${parts.join(", ")}.`
}

const asked = ({ lookedUp, open, resolved }: RunReport) => open > 0 || resolved !== null || lookedUp !== null

/** A run does not mention steps that had nothing to do; a command for one step does. */
const askedFor = ({ account, follow }: RunOptions) =>
  follow ? { resolve: false, lookup: false } : { resolve: account.resolve, lookup: account.lookup }

export interface RunOptions {
  readonly follow: boolean
  readonly once: boolean
  readonly deadline: Duration.Duration
  readonly account: Run.AccountOptions
  readonly failOn: ReadonlyArray<FailOn>
  readonly json: boolean
  /** Whether to end with commands for what can be done next. */
  readonly suggest: boolean
}

/** One reconciliation run and the report on it, for the command and for the demo. */
export const runAndReport = (options: RunOptions) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger.Ledger
    const progress = Progress.make(options.json)
    const { onEvent, rest } = tell(options.json, progress)
    const report = yield* Run.run({
      follow: options.follow,
      once: options.once,
      deadline: options.deadline,
      account: options.account,
      onEvent: (event) => Effect.provideService(onEvent(event), Ledger.Ledger, ledger)
    }).pipe(Effect.ensuring(Effect.zipRight(progress.clear, rest)))
    const summary = yield* Reports.summary
    const attention = yield* Reports.attention({ limit: shown })
    const findings = yield* Reports.findings({ limit: shown })
    const changes = yield* Reports.changesSinceLastRun
    return {
      text: blocks(
        [headline(options.follow, report, summary), ...describeSteps(report, askedFor(options))]
          .filter((line) => line !== "")
          .join("\n"),
        totalsTable(summary),
        // A run that asked nothing is not kept, so the view would show the run before it.
        asked(report) ? changesLine(changes) : "",
        attentionTable(attention, { more: attentionCount(summary) - attention.length }),
        findingsTable(findings, { more: findingsCount(summary) - findings.length }),
        `Database: ${ledger.file}`,
        options.suggest ? nextSteps(summary, ledger.file) : ""
      ),
      result: { db: ledger.file, run: report, summary, changes, attention, findings },
      exitCode: exitCodeOf(options, report, summary)
    }
  })

export const run = Command.make(
  "run",
  {
    once: Options.boolean("once").pipe(
      Options.withDescription("Ask about each open batch once, as from cron, and do not wait")
    ),
    deadline: deadline("30m"),
    rate,
    noResolve: Options.boolean("no-resolve").pipe(
      Options.withDescription("Do not fetch the addresses behind successful contact IDs that nobody knows")
    ),
    noLookup: Options.boolean("no-lookup").pipe(
      Options.withDescription("Do not look up the addresses of which the lists said nothing")
    ),
    maxCalls,
    failOn,
    db,
    json
  },
  (options) =>
    respond(
      "run",
      options.json,
      runAndReport({
        ...options,
        follow: true,
        suggest: true,
        account: { resolve: !options.noResolve, lookup: !options.noLookup, maxCalls: options.maxCalls }
      }).pipe(
        Effect.provide(account.layer(options.rate)),
        Effect.provide(Ledger.layer(options.db, { mustExist: true }))
      )
    )
).pipe(
  Command.withDescription(
    "Follow every open batch until it has settled, ask the account about what the lists left open, and say what became of each contact"
  )
)
