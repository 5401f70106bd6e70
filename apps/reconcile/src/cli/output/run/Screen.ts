/**
 * Where a run shows what it does. On a terminal that is a few lines of stderr that are redrawn in place; elsewhere a line
 * a minute, so that a log shows that the run lives.
 */
import { styleText } from "node:util"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { steadyMillis } from "../../../job/steadyTime.js"
import type { AccountOptions } from "../../../job/Run.js"
import * as Links from "../../../ledger/facts/Links.js"
import * as Lookups from "../../../ledger/facts/Lookups.js"
import type { Ledger } from "../../../ledger/Ledger.js"
import * as Reports from "../../../ledger/reports/Reports.js"
import { ExitCode } from "../../shell/ExitCode.js"
import { wantsColour } from "../../shell/console.js"
import { type Paint, type RunState, screen, standing, stoppingLine } from "./RunView.js"

export interface Screen {
  /** Writes something for good, above what is redrawn. */
  readonly print: (write: Effect.Effect<void>) => Effect.Effect<void>
  /** Whether results are on the same terminal, where the screen already counts them. */
  readonly showsResults: boolean
  /** Whether lines are redrawn in place. */
  readonly isLive: boolean
  readonly clear: Effect.Effect<void>
}

const silent: Screen = { print: (write) => write, showsResults: false, isLive: false, clear: Effect.void }

/** Whether the run resolves and looks up. */
type Asks = Pick<AccountOptions, "resolve" | "lookup">

/** The outcomes are counted from the file. A large one is counted less often, so that this never takes much of the time. */
const outcomesSoFar = (state: RunState, asks: Asks) => {
  let notBefore = 0
  /** While it waits, only other commands change them. */
  let isSettled = false
  return Effect.gen(function* () {
    const before = yield* steadyMillis
    const hasBegun = state.settled > 0 || state.resolved !== undefined || state.lookedUp !== undefined
    if (before < notBefore || !hasBegun || (isSettled && state.isIdle)) return
    isSettled = state.isIdle
    const { outcomes } = yield* Reports.summary
    const counts: Record<string, number> = {}
    for (const { contacts, outcome } of outcomes) counts[outcome] = (counts[outcome] ?? 0) + contacts
    state.outcomes = counts
    const ids = asks.resolve ? yield* Links.countUnknown : 0
    // Resolving accounts for some of them.
    const addresses = asks.lookup ? Math.max(0, (yield* Lookups.countUnaccounted) - ids) : 0
    state.toAsk = { ids, addresses }
    const took = (yield* steadyMillis) - before
    notBefore = before + Math.max(1000, took * 50)
  }).pipe(Effect.ignore)
}

/** Tells at once that a signal was heard: what is being written is finished first. A second one ends the process. */
const stopping = (show: () => void) => {
  let isHeard = false
  const onSignal = () => {
    if (isHeard) process.exit(ExitCode.interrupted)
    isHeard = true
    show()
  }
  return Effect.acquireRelease(
    Effect.sync(() => process.on("SIGINT", onSignal)),
    () => Effect.sync(() => process.removeListener("SIGINT", onSignal))
  )
}

const colours = { green: "green", yellow: "yellow", red: "red", dim: "dim" } as const

const onTerminal = (state: RunState, asks: Asks, stream: NodeJS.WriteStream) =>
  Effect.gen(function* () {
    const { createLogUpdate } = yield* Effect.promise(() => import("log-update"))
    const lines = createLogUpdate(stream)
    const paint: Paint = (colour, text) =>
      text !== "" && wantsColour(stream) ? styleText(colours[colour], text) : text
    const draw = Effect.map(steadyMillis, (now) =>
      lines(screen(state, now, { columns: stream.columns, paint }).join("\n"))
    )
    const clear = Effect.sync(() => lines.clear())
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        lines.clear()
        lines.done()
      })
    )
    yield* stopping(() => {
      state.stopping = true
      lines(stoppingLine)
    })
    yield* draw
    const count = outcomesSoFar(state, asks)
    // While it waits, only the time changes.
    const pause = Effect.suspend(() => Effect.sleep(state.isIdle ? "1 second" : "200 millis"))
    yield* count.pipe(Effect.zipRight(draw), Effect.zipRight(pause), Effect.forever, Effect.forkScoped)
    const result: Screen = {
      print: (write) => Effect.zipRight(clear, Effect.zipRight(write, draw)),
      showsResults: process.stdout.isTTY === true,
      isLive: true,
      clear
    }
    return result
  })

const inALog = (state: RunState, asks: Asks) =>
  Effect.gen(function* () {
    yield* stopping(() => process.stderr.write(`ac-reconcile: ${stoppingLine}\n`))
    const count = outcomesSoFar(state, asks)
    yield* Effect.gen(function* () {
      if (state.isIdle) return
      yield* count
      yield* Console.error(`ac-reconcile: ${standing(state, yield* steadyMillis)}.`)
    }).pipe(Effect.repeat(Schedule.spaced("1 minute")), Effect.delay(Duration.minutes(1)), Effect.forkScoped)
    return silent
  })

/** Shows the state until the scope closes. `quiet`: nothing is shown. `isShared`: others write to stderr, too. */
export const make = (
  state: RunState,
  options: { readonly quiet: boolean; readonly isShared: boolean; readonly asks: Asks }
): Effect.Effect<Screen, never, Scope.Scope | Ledger> => {
  const stream = process.stderr
  if (options.quiet) return Effect.succeed(silent)
  return stream.isTTY === true && process.env.TERM !== "dumb" && !options.isShared
    ? onTerminal(state, options.asks, stream)
    : inALog(state, options.asks)
}
