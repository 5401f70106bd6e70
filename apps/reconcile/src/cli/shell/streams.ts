import { ExitCode } from "../ExitCode.js"
import { systemReason } from "./machineTrouble.js"

/** To be called once, before anything is written. */
export const watchStreams = () => {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // A reader that has seen enough (`… | head`) is no failure.
    if (error.code === "EPIPE") process.exit(ExitCode.done)
    process.stderr.write(`ac-reconcile: standard output cannot be written: ${systemReason(error)}.\n`)
    process.exit(ExitCode.unexpected)
  })
  // There is nowhere left to say it; what is asked for is done all the same.
  process.stderr.on("error", () => {})
}
