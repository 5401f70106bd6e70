import { ExitCode } from "../ExitCode.js"
import { codeOf } from "../../ledger/LedgerError.js"
import { systemReason } from "./machineTrouble.js"

/** Ends the process where nothing can be written to standard output any more. */
export const endWithoutStdout = (error: Error): never => {
  // A reader that has seen enough (`… | head`) is no failure.
  if (codeOf(error) === "EPIPE") process.exit(ExitCode.done)
  process.stderr.write(
    `ac-reconcile: standard output cannot be written: ${systemReason(error)}. Nothing recorded is lost; run the command again with its output somewhere else.\n`
  )
  process.exit(ExitCode.unexpected)
}

/** To be called once, before anything is written. */
export const watchStreams = () => {
  process.stdout.on("error", endWithoutStdout)
  // There is nowhere left to say it; what is asked for is done all the same.
  process.stderr.on("error", () => {})
}
