import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { cli } from "./cli/Cli.js"
import { withPlainConsole } from "./cli/console.js"
import { ExitCode, fromExit } from "./cli/ExitCode.js"
import { DiskError } from "./files/Disk.js"
import { interruptedCode, watchSignals } from "./cli/signals.js"
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

cli(version)(process.argv).pipe(
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
