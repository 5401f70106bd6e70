import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { cli } from "./cli/Cli.js"
import { withPlainConsole } from "./cli/console.js"
import { ExitCode, fromExit } from "./cli/ExitCode.js"
import { interruptedCode, watchSignals } from "./cli/signals.js"
import { version } from "./version.js"

// A reader that has seen enough (`… | head`) is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(ExitCode.done)
  throw error
})

watchSignals()

cli(version)(process.argv).pipe(
  withPlainConsole,
  Effect.provide(NodeContext.layer),
  Effect.provide(Logger.replace(Logger.defaultLogger, Logger.prettyLogger({ stderr: true }))),
  NodeRuntime.runMain({
    disableErrorReporting: true,
    disablePrettyLogger: true,
    teardown: (exit, onExit) => {
      const code = fromExit(exit)
      onExit(code === ExitCode.interrupted ? interruptedCode() : code)
    }
  })
)
