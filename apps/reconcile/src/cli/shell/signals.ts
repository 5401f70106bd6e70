import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
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

/** Listens to these signals in place of all others, until the scope closes. Without a listener, they end the process. */
export const listening = (
  signals: ReadonlyArray<NodeJS.Signals>,
  listener?: (signal: NodeJS.Signals) => void
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() =>
      signals.map((signal) => {
        const others = process.listeners(signal)
        process.removeAllListeners(signal)
        if (listener !== undefined) process.on(signal, listener)
        return { signal, others }
      })
    ),
    (replaced) =>
      Effect.sync(() => {
        for (const { others, signal } of replaced) {
          if (listener !== undefined) process.removeListener(signal, listener)
          for (const other of others) process.on(signal, other)
        }
      })
  )

/**
 * Ends at the first signal, which then does not interrupt the command: it can still report. The next signal ends the
 * process at once.
 */
export const firstSignal = Effect.gen(function* () {
  const heard = yield* Deferred.make<void>()
  let isHeard = false
  yield* listening(["SIGINT", "SIGTERM"], (signal) => {
    terminated = signal === "SIGTERM"
    if (isHeard) process.exit(interruptedCode())
    isHeard = true
    Deferred.unsafeDone(heard, Effect.void)
  })
  return Deferred.await(heard)
})
