import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { CallMeter } from "../../job/CallMeter.js"
import type { Problem, RunEvent } from "../../job/RunEvent.js"
import type { RunReport } from "../../job/RunReport.js"
import type { Ledger } from "../../ledger/Ledger.js"
import * as Reports from "../../ledger/reports/Reports.js"
import { Outcome } from "../../ledger/schema/words.js"
import type { Ending } from "../output/run/ending.js"
import { Logs } from "./Logs.js"

type Notes = Readonly<Record<string, unknown>>

const log = (write: (message: string) => Effect.Effect<void>, message: string, notes: Notes = {}) =>
  Effect.annotateLogs(write(message), notes)

const ofBatch = (batchId: string | null): Notes => (batchId === null ? {} : { batch_id: batchId })

const ofProblem = (problem: Problem): Notes => ({
  ...("batchId" in problem ? ofBatch(problem.batchId) : { step: problem.step }),
  error: problem.error,
  reason: problem.message,
  calls: problem.calls
})

/** What is known of a batch's contacts. A log does without it if it cannot be read. */
const countsOf = (batchId: string) =>
  Effect.option(Reports.batch(batchId)).pipe(
    Effect.map(Option.flatten),
    Effect.map(
      Option.match({
        onNone: (): Notes => ({}),
        onSome: (batch): Notes => ({
          sent: batch.sent,
          ...Object.fromEntries(
            Outcome.literals.filter((word) => batch[word] > 0).map((word) => [word, batch[word]])
          )
        })
      })
    )
  )

const ofRun = (runId: number | undefined, logging: Effect.Effect<void>) =>
  Effect.flatMap(Logs, (logs) => {
    logs.ofRun(runId)
    return logging
  })

/** An event of a run, as a line of the log. Mere progress is logged at the level `debug`. */
export const ofEvent = (event: RunEvent): Effect.Effect<void, never, Ledger> => {
  switch (event._tag) {
    case "Started":
      return ofRun(undefined, log(Effect.logInfo, "run began", { open: event.open }))
    case "Recorded":
      return ofRun(event.runId, log(Effect.logDebug, "run recorded"))
    case "Joined":
      return log(Effect.logInfo, "batches joined", { batches: event.batches })
    case "Idle":
      return log(Effect.logInfo, "waiting for batches")
    case "Answered":
      return log(Effect.logDebug, "batch answered", { ...ofBatch(event.batchId), status: event.status })
    case "Settled":
      return Effect.flatMap(countsOf(event.batchId), (counts) =>
        log(Effect.logInfo, "batch settled", { ...ofBatch(event.batchId), status: event.status, ...counts })
      )
    case "Resolved":
      return log(Effect.logDebug, "resolving", { done: event.done, left: event.left })
    case "Planned": {
      const { addresses, affordable, calls, method } = event.plan
      return log(Effect.logInfo, "lookup planned", { method, addresses, affordable, calls })
    }
    case "LookedUp":
      return log(Effect.logDebug, "looking up", { done: event.done })
    case "CheckPlanned": {
      const { affordable, calls, contacts, method } = event.plan
      return log(Effect.logInfo, "check planned", { method, contacts, affordable, calls })
    }
    case "Looked":
      return log(Effect.logDebug, "comparing", { done: event.done })
    case "TroubleBegan":
      return log(Effect.logWarning, "trouble began", {
        ...ofBatch(event.batchId),
        reason: event.message,
        wait_ms: event.wait
      })
    case "TroubleEnded":
      return log(Effect.logInfo, "trouble ended", {
        ...ofBatch(event.batchId),
        calls: event.calls,
        ms: event.millis
      })
    case "Failed":
      return log(Effect.logError, "gave up", ofProblem(event.problem))
  }
}

/** How a run ended, with what it did. */
export const ofEnd = ({ exitCode, why }: Ending, report: RunReport): Effect.Effect<void> =>
  log(Effect.logInfo, "run ended", {
    exit_code: exitCode,
    why,
    open: report.open,
    settled: report.settled.length,
    still_open: report.stillOpen,
    problems: report.problems.length,
    ...(report.resolved === null
      ? {}
      : { linked: report.resolved.linked, gone: report.resolved.gone, unresolved: report.resolved.left }),
    ...(report.lookedUp === null
      ? {}
      : {
          found: report.lookedUp.found,
          absent: report.lookedUp.absent,
          not_looked_up: report.lookedUp.left
        }),
    ...(report.checked === null ? {} : { compared: report.checked.looked, not_compared: report.checked.left })
  })

/** The same meter, whose holds are logged. */
export const meter = (meter: CallMeter["Type"]): CallMeter["Type"] => ({
  ...meter,
  held: (duration) =>
    Effect.zipRight(
      log(Effect.logInfo, "waiting for the account's rate", { wait_ms: Duration.toMillis(duration) }),
      meter.held(duration)
    )
})
