import { ExitCode } from "./ExitCode.js"

let terminated = false

/** Call once, before anything runs: the runtime does not distinguish SIGINT from SIGTERM. */
export const watchSignals = () => {
  process.once("SIGTERM", () => {
    terminated = true
  })
}

/** The exit code of an interrupted process. */
export const interruptedCode = (): ExitCode => (terminated ? ExitCode.terminated : ExitCode.interrupted)
