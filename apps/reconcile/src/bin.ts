import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { cli } from "./cli/Cli.js"
import { printError } from "./cli/console.js"
import { ExitCode, ExitWith, fromExit } from "./cli/ExitCode.js"
import { afterStdout, watchStreams } from "./cli/shell/streams.js"
import { interruptedCode, watchSignals } from "./cli/signals.js"
import { printable } from "./text/printable.js"
import { outputTo } from "./files/Target.js"
import { version } from "./version.js"

const stderrLogger = Logger.map(Logger.logfmtLogger, (line) => {
  process.stderr.write(`${printable(line)}\n`)
})

watchStreams()
watchSignals()

/** A shell appends to whatever it is told to (`>> reconcile.db`). */
const unlessStdoutDestroys = <A, E, R>(command: Effect.Effect<A, E, R>) =>
  outputTo("-", { inputs: [] }).pipe(
    Effect.catchTag("OutputError", () => Effect.void),
    Effect.catchTag("OutputRefused", ({ message }) =>
      Effect.zipRight(
        printError(`ac-reconcile: ${message}`),
        Effect.fail(new ExitWith({ code: ExitCode.usage }))
      )
    ),
    Effect.zipRight(command)
  )

cli(version)(process.argv).pipe(
  unlessStdoutDestroys,
  Effect.provide(NodeContext.layer),
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
