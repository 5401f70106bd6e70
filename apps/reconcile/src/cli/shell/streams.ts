import { ExitCode } from "./ExitCode.js"
import { codeOf } from "../../ledger/LedgerError.js"
import { DiskError } from "../../files/Disk.js"

let refused: Error | undefined

/** To be called once, before anything is written. */
export const watchStreams = () => {
  // What was begun is finished all the same: whoever reads may leave early, and the exit code tells of the work.
  process.stdout.on("error", (error) => {
    refused ??= error
  })
  // There is nowhere left to say it; what is asked for is done all the same.
  process.stderr.on("error", () => {})
}

/** They tell of what was found, which nobody can read where standard output took nothing. */
const findings: ReadonlySet<number> = new Set<ExitCode>([
  ExitCode.done,
  ExitCode.failOn,
  ExitCode.batchEnded,
  ExitCode.stillPending
])

/** The number of a finished process, standard output considered; says it where that could not be written. */
export const afterStdout = (code: number): number => {
  // A listener is only called in the next turn, in which this process may no longer be there.
  const error = refused ?? process.stdout.errored
  // A reader that has seen enough (`… | head`) is no failure.
  if (error === null || codeOf(error) === "EPIPE") return code
  process.stderr.write(
    `ac-reconcile: standard output: cannot be written (${DiskError.of(error).reason}). Nothing recorded is lost; run the command again and send its output somewhere else.\n`
  )
  return findings.has(code) ? ExitCode.unexpected : code
}
