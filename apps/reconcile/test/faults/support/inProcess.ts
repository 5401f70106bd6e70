import * as NodeContext from "@effect/platform-node/NodeContext"
import type { Console } from "effect/Console"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { cli } from "../../../src/cli/Cli.js"
import { fromExit } from "../../../src/cli/shell/ExitCode.js"

/** How a command ended, and what it said. */
export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a part of the command within this process, so that what it stands on can be made to fail. */
export const ended = <A, E>(part: Effect.Effect<A, E>): Effect.Effect<Ended> =>
  Effect.consoleWith((real) => {
    const said = { stdout: "", stderr: "" }
    const note =
      (stream: keyof typeof said) =>
      (...values: ReadonlyArray<unknown>) => {
        said[stream] += `${values.join(" ")}\n`
      }
    const unsafe = { ...real.unsafe, log: note("stdout"), error: note("stderr") }
    const console: Console = {
      ...real,
      unsafe,
      log: (...values) => Effect.sync(() => unsafe.log(...values)),
      error: (...values) => Effect.sync(() => unsafe.error(...values))
    }
    return Effect.map(Effect.exit(Effect.withConsole(part, console)), (exit) => ({
      code: Exit.isSuccess(exit) ? 0 : fromExit(exit),
      ...said
    }))
  })

/** A whole command, from its arguments on. */
export const command = (args: ReadonlyArray<string>): Effect.Effect<Ended> =>
  ended(
    Effect.flatten(Effect.promise(() => cli(["node", "ac-reconcile", ...args]))).pipe(
      Effect.provide(NodeContext.layer)
    )
  )
