import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import type { Input } from "../../files/Target.js"
import { version } from "../../version.js"
import { nameOfSource, type Sourced } from "../config/Setting.js"
import * as Settings from "../config/Settings.js"
import { printable } from "../output/text.js"
import { ConfigurationError } from "../shell/ConfigurationError.js"
import { fromExit, ExitCode } from "../shell/ExitCode.js"
import { interruptedCode } from "../shell/signals.js"
import { optionIn } from "../shell/syntax.js"
import type { Asked } from "./askedLog.js"
import * as LogFile from "./logFile.js"
import { fieldsOf, formats, lineOf } from "./logLine.js"
import { Logs } from "./Logs.js"
import { stderrLogger } from "./stderrLogger.js"

const levels = {
  all: LogLevel.All,
  trace: LogLevel.Trace,
  debug: LogLevel.Debug,
  info: LogLevel.Info,
  warning: LogLevel.Warning,
  error: LogLevel.Error,
  fatal: LogLevel.Fatal,
  none: LogLevel.None
}

const choice = <A extends string>(
  asked: Option.Option<Sourced>,
  choices: ReadonlyArray<A>,
  usual: A
): Effect.Effect<A, ConfigurationError> => {
  if (Option.isNone(asked)) return Effect.succeed(usual)
  const { source, text } = asked.value
  const found = choices.find((one) => one === text)
  return found === undefined
    ? Effect.fail(
        new ConfigurationError({
          problem: `${nameOfSource(source)}: '${printable(text)}' is not one of ${choices.join(", ")}.`,
          hint: "Use one of them."
        })
      )
    : Effect.succeed(found)
}

const isLevel = (name: string): name is keyof typeof levels => Object.hasOwn(levels, name)

/** The ledger, as far as the call names it before it is parsed. */
const ledgerOf = ({ rest }: Asked["call"]) =>
  Effect.gen(function* () {
    const at = rest.findIndex((arg) => optionIn(arg).name === "--db")
    const named = at < 0 ? undefined : (optionIn(rest[at] ?? "").value ?? rest[at + 1])
    const set = Option.map(yield* Settings.lookUp("db"), ({ text }) => text)
    return named ?? Option.getOrElse(set, () => "reconcile.db")
  })

const onStderr = (line: string) => {
  process.stderr.write(`${line}\n`)
}

const destination = ({ call, file }: Asked) =>
  Option.match(file, {
    onNone: () => Effect.succeed(onStderr),
    onSome: ({ source, text }) =>
      Effect.gen(function* () {
        if (text.trim() === "" || text === "-") {
          return yield* new ConfigurationError({
            problem: `${nameOfSource(source)} names no file.`,
            hint: "Name one, or leave it out to have the log on standard error."
          })
        }
        const ledger: Input = { name: yield* ledgerOf(call), is: "the ledger of this command" }
        return yield* LogFile.make(text, { option: "--log-file", inputs: [ledger] }).pipe(
          Effect.mapError(
            ({ message }) =>
              new ConfigurationError({ problem: `${nameOfSource(source)}: ${message}`, hint: "" })
          )
        )
      })
  })

/** Logs a command: that it begins and ends, and all that it logs itself. */
export const withLog =
  (asked: Asked) =>
  <A, E, R>(command: Effect.Effect<A, E, R>): Effect.Effect<A, E | ConfigurationError, R> =>
    Effect.gen(function* () {
      const level = yield* choice(asked.level, Object.keys(levels).filter(isLevel), "info")
      const format = yield* choice(asked.format, formats, "text")
      const write = yield* destination(asked)
      let runId: number | undefined
      const logger = Logger.make<unknown, void>((entry) => {
        write(lineOf(format, fieldsOf(entry, { runId, addresses: asked.addresses })))
      })
      const name = asked.call.words.join(" ")
      return yield* Effect.logInfo("command began").pipe(
        Effect.annotateLogs({ command: name, version }),
        Effect.zipRight(command),
        Effect.onExit((exit) => {
          const code = fromExit(exit)
          return Effect.annotateLogs(Effect.logInfo("command ended"), {
            command: name,
            exit_code: code === ExitCode.interrupted ? interruptedCode() : code
          })
        }),
        Effect.provideService(Logs, {
          isAsked: true,
          isOnStderr: Option.isNone(asked.file),
          ofRun: (id) => {
            runId = id
          }
        }),
        Effect.provide(Logger.replace(stderrLogger, logger)),
        Logger.withMinimumLogLevel(levels[level])
      )
    }).pipe(Effect.scoped)
