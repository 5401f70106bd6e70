import * as NodeContext from "@effect/platform-node/NodeContext"
import * as ConfigProvider from "effect/ConfigProvider"
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
      (...values: ReadonlyArray<unknown>) =>
        Effect.sync(() => {
          said[stream] += `${values.join(" ")}\n`
        })
    return cli("0.0.0")(["node", "ac-reconcile", ...args]).pipe(
      Effect.withConsole({ ...real, log: note("stdout"), error: note("stderr") }),
      Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(env)))),
      Effect.provide(NodeContext.layer),
      Effect.exit,
      Effect.map((exit) => ({ code: fromExit(exit), ...said }))
    )
  })
