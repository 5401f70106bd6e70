import { ExitCode } from "./ExitCode.js"

let terminated = false

/** To be called once, before anything runs: the runtime interrupts alike on SIGINT and SIGTERM. */
export const watchSignals = () => {
  process.once("SIGTERM", () => {
    terminated = true
  })
}

/** What an interrupted process says to the shell. */
export const interruptedCode = (): ExitCode => (terminated ? ExitCode.terminated : ExitCode.interrupted)
