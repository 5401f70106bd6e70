import type { RunReport } from "../../../job/RunReport.js"
import { type Applied, sentenceOf } from "../../failOn/Condition.js"
import { ExitCode } from "../../shell/ExitCode.js"
import { batchesOf, plural } from "../text.js"

/** How a run ended in good order, and why its exit code says so; 4 and 7 come as errors. */
export interface Ending {
  readonly exitCode: ExitCode
  /** A sentence that goes on after "Exit code 5: ". */
  readonly why: string
}

const isIdle = ({ checked, lookedUp, resolved }: RunReport) =>
  checked === null && lookedUp === null && resolved === null

const contractErrors = ["ContractBroken", "MissingBatchId"]

/** The conditions of `--fail-on` that apply, and with which number. */
export const failOnEnding = (failed: ReadonlyArray<Applied>): Ending => ({
  exitCode: ExitCode.failOn,
  why: `--fail-on applies: ${sentenceOf(failed)}.`
})

export const endingOf = (
  options: {
    readonly once: boolean
    /** Whether batches were asked about. Default yes. */
    readonly follow?: boolean
    /** The exit code of a run that was stopped with work under way. */
    readonly interrupted: ExitCode
  },
  report: RunReport,
  failed: ReadonlyArray<Applied>
): Ending => {
  if (report.stopped === "busy") {
    const open = report.stillOpen
    return {
      exitCode: options.interrupted,
      why: `it was stopped ${open > 0 ? `while ${batchesOf(open)} had not settled` : "before it was done"}.`
    }
  }
  const broken = report.problems.filter(({ error }) => contractErrors.includes(error)).length
  if (broken > 0) {
    return {
      exitCode: ExitCode.contractBroken,
      why: `${plural(broken, "answer")} could not be what ActiveCampaign sends.`
    }
  }
  if (report.problems.length > 0) {
    const batches = report.problems.filter((problem) => "batchId" in problem).length
    return {
      exitCode: ExitCode.unexpected,
      why:
        batches > 0
          ? `${batchesOf(batches)} gave no answer.`
          : "some contacts could not be asked about; the lines above say why."
    }
  }
  if (!options.once && report.stillOpen > 0) {
    return { exitCode: ExitCode.stillPending, why: `${batchesOf(report.stillOpen)} had not settled in time.` }
  }
  const badly = report.settled.filter(({ status }) => status !== "completed").length
  if (!options.once && badly > 0) {
    return {
      exitCode: ExitCode.batchEnded,
      why: `${batchesOf(badly)} ended as failed or interrupted in this run.`
    }
  }
  if (failed.length > 0) return failOnEnding(failed)
  return {
    exitCode: ExitCode.done,
    why:
      options.follow === false
        ? isIdle(report)
          ? "there was nothing to ask."
          : "all that was asked about was answered."
        : report.open === 0
          ? "there was no open batch."
          : options.once
            ? "each batch was asked about once."
            : `${report.open === 1 ? "the batch" : `all ${batchesOf(report.open)}`} completed.`
  }
}
