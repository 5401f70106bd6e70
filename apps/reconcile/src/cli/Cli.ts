import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import {
  type LeaseEvent,
  type Migration,
  OnLease,
  OnMigration,
  OnPrivateCopy,
  type PrivateCopy
} from "../ledger/Notices.js"
import { schemaVersion } from "../ledger/schema/migrations.js"
import type { Parser } from "./commandTree.js"
import { Paging, Quiet, printColoured, withParserConsole } from "./shell/console.js"
import { askedLog } from "./logs/askedLog.js"
import { oneCommand } from "./oneCommand.js"
import * as Settings from "./config/Settings.js"
import {
  type Call,
  callOf,
  optionIn,
  ownOptions,
  sqlIsNoOption,
  type Syntax,
  takesNext
} from "./shell/syntax.js"
import { withUsage } from "./shell/usage.js"

/**
 * The parser takes a lone `-` for an option and ignores everything after it, so as a file name it is moved to the end.
 */
const standardInputLast = (syntax: Syntax, args: ReadonlyArray<string>): ReadonlyArray<string> => {
  const call = callOf(syntax, args)
  const isFile = (arg: string, at: number) => arg === "-" && !takesNext(call.syntax, args[at - 1] ?? "")
  return [...args.filter((arg, at) => !isFile(arg, at)), ...args.filter(isFile)]
}

/** Without a subcommand, the parser answers with help. */
const isHelp = ({ rest, syntax }: Call) => syntax.subcommands.size > 0 && rest.length === 0

/** Whether help is asked for anywhere among the options: the parser accepts it only as the first one. */
const asksForHelp = ({ rest, syntax }: Call) =>
  (syntax.subcommands.size === 0 || rest[0]?.startsWith("-") === true) &&
  rest.some((arg, at) => (arg === "--help" || arg === "-h") && !takesNext(syntax, rest[at - 1] ?? ""))

const tellMigration = ({ copy, file, from, to }: Migration) =>
  Console.error(
    `ac-reconcile: ${file} has schema ${from} and is being migrated to schema ${to}. The old file is kept as ${copy}.`
  )

const tellLease = ({ _tag, file, host, patience, processId }: LeaseEvent) => {
  const other = `process ${processId} on ${host}`
  const seconds = Duration.toSeconds(patience)
  return Console.error(
    _tag === "Watching"
      ? `ac-reconcile: ${file} is marked as in use by ${other}, which cannot be checked from here. Waiting up to ${seconds} seconds for a sign of life.`
      : `ac-reconcile: ${other} gave no sign of life for ${seconds} seconds; taking over its work on ${file}.`
  )
}

const unreadable = { unwritable: "its folder is not writable", full: "its disk is full" } as const

const tellPrivateCopy = ({ file, why }: PrivateCopy) =>
  Console.error(
    why === "older"
      ? `ac-reconcile: ${file} has an older schema and was left unchanged. Reading a temporary copy that was migrated to schema ${schemaVersion}. To migrate the file itself, run a command that writes, such as 'ac-reconcile reconcile'.`
      : `ac-reconcile: ${file} cannot be read in place because ${unreadable[why]}. Reading a temporary copy.`
  )

const load = async (args: ReadonlyArray<string>): Promise<Parser> => {
  const one = oneCommand(args)
  return one === undefined ? (await import("./allCommands.js")).all : one()
}

/** These report errors in the config files themselves, or need no config files. */
const worksWithoutSettings: ReadonlyArray<string> = ["completions", "demo", "doctor", "init"]

/** `help COMMAND` is another way to write `COMMAND --help`. */
const asHelp = ([first, ...rest]: ReadonlyArray<string>): ReadonlyArray<string> =>
  first === "help" ? [...rest.filter((arg) => arg !== "--help" && arg !== "-h"), "--help"] : []

const showHelp = ({ syntax, words }: Call) =>
  Effect.flatMap(
    Effect.promise(() => import("./help/helpPage.js")),
    ({ helpPage }) => printColoured(helpPage(words, syntax))
  )

/** Loads only the commands the call needs, because loading takes most of the time of a short call. */
export const cli = async (argv: ReadonlyArray<string>) => {
  const help = asHelp(argv.slice(2))
  const typed = help.length > 0 ? help : argv.slice(2)
  const { run, syntax } = await load(typed)
  const args = standardInputLast(syntax, sqlIsNoOption(syntax, typed))
  const call = callOf(syntax, args)
  const asks = asksForHelp(call)
  const { given, others } = ownOptions(call)
  if (given.has("--no-color")) process.env.NO_COLOR = "1"
  const asked = run([...argv.slice(0, 2), ...call.words, ...others])
  const withSettings = Effect.gen(function* () {
    const settings = yield* Settings.load({
      profile: given.get("--profile"),
      keyFromStdin: given.has("--api-key-stdin"),
      options: new Set(call.rest.map((arg) => optionIn(arg).name))
    })
    const [problem] = worksWithoutSettings.includes(call.words[0] ?? "") ? [] : settings.problems
    if (problem !== undefined) return yield* problem
    return yield* Effect.flatMap(askedLog(call, given), (log) =>
      Option.isNone(log)
        ? asked
        : Effect.flatMap(
            Effect.promise(() => import("./logs/withLog.js")),
            ({ withLog }) => withLog(log.value)(asked)
          )
    ).pipe(Effect.provideService(Settings.Settings, settings))
  })
  return (asks || isHelp(call) ? showHelp(call) : withSettings).pipe(
    withParserConsole,
    withUsage(call),
    Effect.provideService(Quiet, given.has("--quiet")),
    Effect.provideService(Paging, !given.has("--no-pager")),
    Effect.provideService(OnMigration, tellMigration),
    Effect.provideService(OnLease, tellLease),
    Effect.provideService(OnPrivateCopy, tellPrivateCopy)
  )
}
