import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import { cli } from "./cli/Cli.js"
import { stderrLogger } from "./cli/logs/stderrLogger.js"
import { printError } from "./cli/shell/console.js"
import { ExitCode, ExitWith, fromExit } from "./cli/shell/ExitCode.js"
import { afterStdout, watchStreams } from "./cli/shell/streams.js"
import { interruptedCode, watchSignals } from "./cli/shell/signals.js"
import { terminal } from "./cli/shell/terminal.js"

/** Needs SQLite to recognise its files. Without it, only `doctor` works, and says so. */
const target = await import("./files/Target.js").catch((error: unknown) => {
  if (error instanceof Error && "code" in error && error.code === "AC_RECONCILE_NO_SQLITE") return undefined
  throw error
})

/** A shell appends to whatever it is told to (`>> reconcile.db`). */
const unlessStdoutDestroys = <A, E, R>(command: Effect.Effect<A, E, R>) =>
  target === undefined
    ? command
    : target.outputTo("-", { inputs: [] }).pipe(
        Effect.catchTag("OutputError", () => Effect.void),
        Effect.catchTag("OutputRefused", ({ message }) =>
          Effect.zipRight(
            printError(`ac-reconcile: ${message}`),
            Effect.fail(new ExitWith({ code: ExitCode.usage }))
          )
        ),
        Effect.zipRight(command)
      )

// The platform's whole context would load workers and child processes, too.
const platform = Layer.mergeAll(NodeFileSystem.layer, NodePath.layer, terminal)

const command = await cli(process.argv)

watchStreams()
watchSignals()

command.pipe(
  unlessStdoutDestroys,
  Effect.provide(platform),
  Effect.provide(Logger.replace(Logger.defaultLogger, stderrLogger)),
  NodeRuntime.runMain({
    disableErrorReporting: true,
    disablePrettyLogger: true,
    teardown: (exit, onExit) => {
      const code = fromExit(exit)
      onExit(afterStdout(code === ExitCode.interrupted ? interruptedCode() : code))
    }
  })
)
