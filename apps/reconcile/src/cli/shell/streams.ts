import { ExitCode } from "./ExitCode.js"
import { codeOf } from "../../ledger/LedgerError.js"
import { DiskError } from "../../files/Disk.js"

let refused: Error | undefined

/** To be called once, before anything is written. */
export const watchStreams = () => {
  // The work is finished anyway: a reader may leave early, and the exit code is about the work.
  process.stdout.on("error", (error) => {
    refused ??= error
  })
  // There is nowhere left to report it; the work is done anyway.
  process.stderr.on("error", () => {})
}

/** These codes are about results, which nobody can read if standard output failed. */
const findings: ReadonlySet<number> = new Set<ExitCode>([
  ExitCode.done,
  ExitCode.failOn,
  ExitCode.batchEnded,
  ExitCode.stillPending
])

/** The exit code of a finished process, with an error if standard output could not be written. */
export const afterStdout = (code: number): number => {
  // A listener runs only in the next turn, when this process may already be gone.
  const error = refused ?? process.stdout.errored
  // A reader that has seen enough (`… | head`) is no failure.
  if (error === null || codeOf(error) === "EPIPE") return code
  process.stderr.write(
    `ac-reconcile: standard output: cannot be written (${DiskError.of(error).reason}). Nothing recorded is lost; run the command again and send its output somewhere else.\n`
  )
  return findings.has(code) ? ExitCode.unexpected : code
}
