import { Worker } from "node:worker_threads"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { listening } from "./signals.js"

/**
 * Written as text because it runs in its own thread: while SQLite works, this thread is blocked, and another thread can
 * stop SQLite only by ending the process.
 */
const watchdog = `
  const { writeSync } = require("node:fs")
  const { workerData } = require("node:worker_threads")
  setTimeout(() => {
    try { writeSync(2, workerData.message) } catch {}
    process.kill(process.pid, "SIGTERM")
  }, workerData.milliseconds)
`

// The longest delay that setTimeout accepts.
const longest = 2 ** 31 - 1

const limited = (timeout: Duration.Duration) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const milliseconds = Math.min(longest, Duration.toMillis(timeout))
      const message = `ac-reconcile: The query was stopped after ${Duration.format(timeout)} (--timeout). Ask for less, or allow more time.\n`
      const worker = new Worker(watchdog, { eval: true, workerData: { milliseconds, message } })
      worker.unref()
      return worker
    }),
    (worker) => Effect.promise(() => worker.terminate())
  )

/**
 * Runs what may be one long step of SQLite, during which no JavaScript and no signal handler runs. So signals get their
 * default action and end the process. There must be nothing to clean up.
 */
export const endedBySignals = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  timeout: Option.Option<Duration.Duration>
): Effect.Effect<A, E, R> =>
  Effect.scoped(
    Effect.gen(function* () {
      yield* listening(["SIGINT", "SIGTERM"])
      yield* Option.match(timeout, { onNone: () => Effect.void, onSome: limited })
      return yield* effect
    })
  )
