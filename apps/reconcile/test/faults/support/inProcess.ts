import * as NodeContext from "@effect/platform-node/NodeContext"
import * as ConfigProvider from "effect/ConfigProvider"
import type { Console } from "effect/Console"
import * as Effect from "effect/Effect"
import { cli } from "../../../src/cli/Cli.js"
import { fromExit } from "../../../src/cli/ExitCode.js"

/** How a command ended, and what it said. */
export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command within this process, so that what it stands on can be made to fail. */
export const command = (
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {}
): Effect.Effect<Ended> =>
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
    return cli("0.0.0")(["node", "ac-reconcile", ...args]).pipe(
      Effect.withConsole(console),
      Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(env)))),
      Effect.provide(NodeContext.layer),
      Effect.exit,
      Effect.map((exit) => ({ code: fromExit(exit), ...said }))
    )
  })
