/**
 * The command `activecampaign-simulator`.
 *
 * @since 0.1.0
 */
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as ValidationError from "@effect/cli/ValidationError"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { version } from "./internal/version.js"
import * as NodeServer from "./NodeServer.js"
import { sampleScenario } from "./SampleScenario.js"
import * as Scenario from "./Scenario.js"

/**
 * The scenario file cannot be used.
 *
 * @since 0.1.0
 * @category errors
 */
export class BadScenario extends Schema.TaggedError<BadScenario>(
  "effect-activecampaign-simulator/BadScenario"
)("BadScenario", { file: Schema.String, detail: Schema.String }) {
  override get message() {
    return `The scenario file ${this.file} cannot be used: ${this.detail}.`
  }
}

/**
 * Nothing can be served at this port.
 *
 * @since 0.1.0
 * @category errors
 */
export class PortUnavailable extends Schema.TaggedError<PortUnavailable>(
  "effect-activecampaign-simulator/PortUnavailable"
)("PortUnavailable", { port: Schema.Int }) {
  override get message() {
    return `Port ${this.port} on 127.0.0.1 is in use or not allowed. Choose another one with --port, or leave it out.`
  }
}

const pathOf = (path: ReadonlyArray<PropertyKey>) =>
  path.reduce<string>((whole, key) => {
    if (typeof key === "number") return `${whole}[${key}]`
    return whole === "" ? String(key) : `${whole}.${String(key)}`
  }, "")

/** Each member of a union has a complaint. That a key may also be left out is no help. */
const oneOf = (messages: ReadonlyArray<string>) => {
  const [first, ...others] = messages.filter((message) => !message.startsWith("Expected undefined"))
  const words = others.map((message) => message.replace(/^Expected |, actual .*$/g, ""))
  if (first === undefined) return messages.join(", ")
  return words.length === 0 ? first : first.replace(", actual", ` | ${words.join(" | ")}, actual`)
}

/** The most specific complaint in one line, after the path of its key. */
const detailOf = (error: ParseResult.ParseError) => {
  const issues = ParseResult.ArrayFormatter.formatErrorSync(error)
  // A union reports every member it tried. The deepest path belongs to the intended one.
  const depth = Math.max(...issues.map((issue) => issue.path.length))
  const deepest = issues.filter((issue) => issue.path.length === depth)
  const path = pathOf(deepest[0]?.path ?? [])
  const about = deepest.filter((issue) => pathOf(issue.path) === path)
  const message = oneOf([...new Set(about.map((issue) => issue.message.replace(/\s+/g, " ")))])
  return path === "" ? message : `at ${path}: ${message}`
}

/**
 * Reads a scenario file.
 *
 * @since 0.1.0
 * @category constructors
 */
export const loadScenario = (
  file: string
): Effect.Effect<Scenario.Scenario, BadScenario, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const text = yield* Effect.mapError(
      files.readFileString(file),
      (error) =>
        new BadScenario({
          file,
          detail:
            error._tag === "SystemError" && error.reason === "NotFound"
              ? "there is no such file"
              : "it cannot be read"
        })
    )
    return yield* Effect.mapError(
      Schema.decode(Scenario.ScenarioFromJson)(text),
      (error) => new BadScenario({ file, detail: detailOf(error) })
    )
  })

const scenarioFile = Options.file("scenario").pipe(
  Options.withDescription("JSON file that says what the account does (default: a built-in sample)"),
  Options.optional
)
const port = Options.integer("port").pipe(
  Options.withDescription("Port on 127.0.0.1; 0 takes any free one"),
  Options.withSchema(
    Schema.Int.pipe(Schema.between(0, 65_535, { message: () => "a port is a number from 0 to 65535" }))
  ),
  Options.withDefault(0)
)
const noRateLimit = Options.boolean("no-rate-limit").pipe(
  Options.withDescription("Lift the limit of 5 requests a second")
)
const printSwitches = Options.boolean("print-scenario-switches").pipe(
  Options.withDescription("Print every key of a scenario file with its claims and meaning, and exit")
)

const announcement = (url: string, scenario: Scenario.Scenario) => {
  const batchId = encodeURIComponent(scenario.batches[0]?.batchId ?? "BATCH_ID")
  const call = `curl -H 'Api-Token: ${scenario.apiToken}' '${url}/api/3/import/info?batchId=${batchId}'`
  return `ActiveCampaign simulator: url ${url} token ${scenario.apiToken} try: ${call}`
}

/**
 * The command with its options. It serves until it is interrupted.
 *
 * @since 0.1.0
 * @category commands
 */
export const command = Command.make(
  "activecampaign-simulator",
  { scenarioFile, port, noRateLimit, printSwitches },
  (options) =>
    Effect.gen(function* () {
      if (options.printSwitches) return yield* Console.log(Scenario.switchesTable)
      const loaded = yield* Option.match(options.scenarioFile, {
        onNone: () => Effect.succeed(sampleScenario),
        onSome: loadScenario
      })
      const scenario = options.noRateLimit ? { ...loaded, rateLimit: null } : loaded
      const serve = Effect.flatMap(NodeServer.NodeServer, ({ url }) =>
        Effect.zipRight(Console.log(announcement(url, scenario)), Effect.never)
      )
      const server = NodeServer.layer(scenario, { port: options.port }).pipe(
        Layer.orElse(() => Layer.fail(new PortUnavailable({ port: options.port })))
      )
      return yield* Effect.provide(serve, server)
    })
).pipe(
  Command.withDescription(
    "Serve ActiveCampaign's bulk import and contact calls on this machine, with the faults of a scenario."
  )
)

const runCommand = Command.run(command, { name: "ActiveCampaign simulator", version })

/**
 * Runs the command on `process.argv`. Before it fails, it prints the error on stderr.
 *
 * @since 0.1.0
 * @category commands
 */
export const run = (argv: ReadonlyArray<string>) =>
  Effect.tapError(runCommand(argv), (error) =>
    // The command line library has already printed what is wrong with the arguments.
    ValidationError.isValidationError(error) ? Effect.void : Console.error(error.message)
  )

/**
 * The process's exit code: 0 done, 1 unexpected, 2 usage or scenario file, 130 interrupted.
 *
 * @since 0.1.0
 * @category getters
 */
export const exitCode = (exit: Exit.Exit<unknown, unknown>): number => {
  if (Exit.isSuccess(exit)) return 0
  if (Cause.isInterruptedOnly(exit.cause)) return 130
  const error = Cause.squash(exit.cause)
  return error instanceof BadScenario || ValidationError.isValidationError(error) ? 2 : 1
}
