import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
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

const signals = ["SIGINT", "SIGTERM"] as const

/**
 * Ends at the first signal, which then does not interrupt the command: it can still report. The next signal ends the
 * process at once.
 */
export const firstSignal = Effect.gen(function* () {
  const heard = yield* Deferred.make<void>()
  let isHeard = false
  const onSignal = (signal: NodeJS.Signals) => {
    terminated = signal === "SIGTERM"
    if (isHeard) process.exit(interruptedCode())
    isHeard = true
    Deferred.unsafeDone(heard, Effect.void)
  }
  yield* Effect.acquireRelease(
    Effect.sync(() =>
      signals.map((signal) => {
        const listeners = process.listeners(signal)
        process.removeAllListeners(signal)
        process.on(signal, onSignal)
        return { signal, listeners }
      })
    ),
    (replaced) =>
      Effect.sync(() => {
        for (const { listeners, signal } of replaced) {
          process.removeListener(signal, onSignal)
          for (const listener of listeners) process.on(signal, listener)
        }
      })
  )
  return Deferred.await(heard)
})
