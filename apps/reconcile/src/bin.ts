import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { cli } from "./cli/Cli.js"
import { withPlainConsole } from "./cli/console.js"
import { ExitCode, ExitWith, fromExit } from "./cli/ExitCode.js"
import { interruptedCode, watchSignals } from "./cli/signals.js"
import { DiskError } from "./files/Disk.js"
import { outputTo } from "./files/Target.js"
import { version } from "./version.js"

const endWithoutStdout = (error: Error): never => {
  const trouble = DiskError.of(error)
  // A reader that has seen enough (`… | head`) is no failure.
  if (trouble.code === "EPIPE") process.exit(ExitCode.done)
  process.stderr.write(
    `ac-reconcile: standard output: cannot be written (${trouble.reason}). Nothing recorded is lost; run the command again with its output somewhere else.\n`
  )
  process.exit(ExitCode.unexpected)
}

process.stdout.on("error", endWithoutStdout)
// What nobody can read changes nothing of what is done.
process.stderr.on("error", () => {})

watchSignals()

/** A shell appends to whatever it is told to (`>> reconcile.db`). */
const unlessStdoutDestroys = <A, E, R>(command: Effect.Effect<A, E, R>) =>
  outputTo("-", { inputs: [] }).pipe(
    Effect.catchTag("OutputError", () => Effect.void),
    Effect.catchTag("OutputRefused", ({ message }) =>
      Effect.zipRight(
        Console.error(`ac-reconcile: ${message}`),
        Effect.fail(new ExitWith({ code: ExitCode.usage }))
      )
    ),
    Effect.zipRight(command)
  )

cli(version)(process.argv).pipe(
  unlessStdoutDestroys,
  withPlainConsole,
  Effect.provide(NodeContext.layer),
  Effect.provide(Logger.replace(Logger.defaultLogger, Logger.prettyLogger({ stderr: true }))),
  NodeRuntime.runMain({
    disableErrorReporting: true,
    disablePrettyLogger: true,
    teardown: (exit, onExit) => {
      // Told of only in the next turn, by which this process may have ended as if all were well.
      if (process.stdout.errored !== null) endWithoutStdout(process.stdout.errored)
      const code = fromExit(exit)
      onExit(code === ExitCode.interrupted ? interruptedCode() : code)
    }
  })
)
