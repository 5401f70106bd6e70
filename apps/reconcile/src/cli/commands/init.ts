import { existsSync, readFileSync } from "node:fs"
import { homedir } from "node:os"
import { dirname, join, resolve } from "node:path"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Prompt from "@effect/cli/Prompt"
import type * as Terminal from "@effect/platform/Terminal"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as ActiveCampaignClient from "effect-activecampaign/ActiveCampaignClient"
import { keyIn, keyVariable, pipedKey } from "../config/Account.js"
import * as ConfigFile from "../config/ConfigFile.js"
import { nameOfSource } from "../config/Setting.js"
import { Settings } from "../config/Settings.js"
import { added, replaced, writePrivately } from "../config/writeConfig.js"
import { modeCheck } from "../doctor/Check.js"
import { printable } from "../output/text.js"
import { ConfigurationError } from "../shell/ConfigurationError.js"
import { json } from "../shell/options.js"
import { respond } from "../shell/respond.js"

const overwrite = Options.boolean("overwrite").pipe(
  Options.withDescription("Replace the account of that name if the file has it already")
)

const url = Options.text("url").pipe(
  Options.optional,
  Options.withDescription("The account's URL; nothing is asked then")
)

const apiKeyFile = Options.text("api-key-file").pipe(
  Options.optional,
  Options.withDescription(
    "With --url: a file that has the API key. Without it and --api-key-stdin, the key stays in the environment"
  )
)

const unasked = "Name the account with --url URL, and its key with --api-key-file FILE or --api-key-stdin."

const noTerminal = new ConfigurationError({
  problem: "'ac-reconcile init' asks questions, and this is no terminal.",
  hint: unasked
})

const noQuestions = (option: string) =>
  new ConfigurationError({ problem: `With ${option}, 'ac-reconcile init' asks nothing.`, hint: unasked })

const askUrl = Prompt.text({
  message: "Account URL (ActiveCampaign shows it under Settings > Developer)",
  validate: (text) =>
    Either.match(ActiveCampaignClient.accountUrl(text.trim()), {
      onLeft: ({ message }) => Effect.fail(message),
      onRight: () => Effect.succeed(text.trim())
    })
})

const askWhere = (file: string) =>
  Prompt.select({
    message: "Where is the API key?",
    choices: [
      { title: `I paste it now, and it is kept in ${file}`, value: "paste" as const },
      { title: "In a file that I name", value: "file" as const },
      { title: `In the environment, as ${keyVariable}`, value: "environment" as const }
    ]
  })

const askKey = Prompt.password({
  message: "API key",
  validate: (text) =>
    text.trim() === "" || /\s/.test(text.trim())
      ? Effect.fail("A key has no spaces in it and is not empty.")
      : Effect.succeed(text.trim())
})

const inHome = (text: string) => (/^~[\\/]/.test(text) ? join(homedir(), text.slice(2)) : resolve(text))

/** The path of a file that has a key and nothing else. */
const withKey = (text: string, named: string) => {
  const path = inHome(text.trim())
  return Effect.as(keyIn(path, named), path)
}

const askFile = Prompt.text({
  message: "The file that has the key",
  validate: (text) => Effect.mapError(withKey(text, "you"), ({ message }) => message)
})

/** An account without its key. */
interface Wanted {
  readonly url: string
  readonly key:
    | { readonly _tag: "Environment" }
    | { readonly _tag: "File"; readonly path: string }
    /** The key itself, for a file of its own; read once it is known that the file may be written. */
    | {
        readonly _tag: "Given"
        readonly key: Effect.Effect<
          Redacted.Redacted,
          ConfigurationError | Terminal.QuitException,
          Terminal.Terminal
        >
      }
}

interface Given {
  readonly url: Option.Option<string>
  readonly apiKeyFile: Option.Option<string>
  readonly json: boolean
}

/** From the options alone. */
const fromOptions = (url: string, file: Option.Option<string>) =>
  Effect.gen(function* () {
    yield* ActiveCampaignClient.accountUrl(url.trim())
    const { keyFromStdin } = yield* Settings
    if (keyFromStdin && Option.isSome(file)) {
      return yield* new ConfigurationError({
        problem: "--api-key-file and --api-key-stdin both name the key.",
        hint: "Use one of them."
      })
    }
    const key: Wanted["key"] = keyFromStdin
      ? { _tag: "Given", key: pipedKey }
      : Option.isNone(file)
        ? { _tag: "Environment" }
        : {
            _tag: "File",
            path: yield* withKey(file.value, "--api-key-file")
          }
    const wanted: Wanted = { url: url.trim(), key }
    return wanted
  })

const fromQuestions = (keyFile: string) =>
  Effect.gen(function* () {
    const url = yield* askUrl
    const where = yield* askWhere(keyFile)
    const key: Wanted["key"] =
      where === "environment"
        ? { _tag: "Environment" }
        : where === "file"
          ? { _tag: "File", path: yield* askFile }
          : { _tag: "Given", key: askKey }
    const wanted: Wanted = { url, key }
    return wanted
  })

const wantedOf = (options: Given, keyFile: string) =>
  Effect.gen(function* () {
    if (Option.isSome(options.url)) return yield* fromOptions(options.url.value, options.apiKeyFile)
    const { keyFromStdin } = yield* Settings
    if (options.json) return yield* noQuestions("--json")
    if (Option.isSome(options.apiKeyFile)) return yield* noQuestions("--api-key-file")
    if (keyFromStdin) return yield* noQuestions("--api-key-stdin")
    if (process.stdin.isTTY !== true || process.stdout.isTTY !== true) return yield* noTerminal
    return yield* fromQuestions(keyFile)
  })

/** The profile to write, which needs no quotes in the file. */
const profileOf = Effect.gen(function* () {
  const { profile } = yield* Settings
  if (Option.isNone(profile) || profile.value.source._tag === "File") return undefined
  const { source, text } = profile.value
  return /^[A-Za-z0-9_-]+$/.test(text)
    ? text
    : yield* new ConfigurationError({
        problem: `${nameOfSource(source)}: '${printable(text)}' cannot be the name of a profile.`,
        hint: "Use letters, digits, - and _."
      })
})

const refuse = (problem: string) =>
  new ConfigurationError({
    problem,
    hint: "Add --overwrite to replace it, or --profile NAME to add another account."
  })

export const init = Command.make("init", { url, apiKeyFile, overwrite, json }, (options) =>
  respond(
    "init",
    options.json,
    Effect.gen(function* () {
      const { userFile } = yield* Settings
      if (userFile === undefined) {
        return yield* new ConfigurationError({
          problem: "There is no home folder to keep a config file in.",
          hint: "Set XDG_CONFIG_HOME to a folder."
        })
      }
      const profile = yield* profileOf
      const known = yield* ConfigFile.read({ path: userFile, owner: "user", home: homedir() })
      const there = profile === undefined ? known?.top : known?.profiles.get(profile)
      const isThere =
        there?.url !== undefined ||
        there?.apiKeyFile !== undefined ||
        (profile !== undefined && there !== undefined)
      const what = profile === undefined ? "an account" : `a profile '${profile}'`
      if (isThere && !options.overwrite) {
        return yield* refuse(`${printable(userFile)} has ${what} already, and was left unchanged.`)
      }
      const keyFile = join(dirname(userFile), `${profile ?? "default"}.key`)
      const { key, url } = yield* wantedOf(options, keyFile)
      if (key._tag === "Given") {
        if (existsSync(keyFile) && !options.overwrite) {
          return yield* refuse(`${printable(keyFile)} is there already, and was left unchanged.`)
        }
        yield* Effect.flatMap(key.key, (text) => writePrivately(keyFile, `${Redacted.value(text)}\n`))
      }
      const apiKeyFile = key._tag === "Environment" ? undefined : key._tag === "File" ? key.path : keyFile
      const entry = { profile, url, apiKeyFile }
      const text = known === undefined ? undefined : readFileSync(userFile, "utf8")
      yield* writePrivately(
        userFile,
        isThere && text !== undefined ? replaced(text, entry) : added(text, entry)
      )
      const readers = key._tag === "File" ? modeCheck("key", key.path, `the key file ${key.path}`) : undefined
      if (readers?.state === "warn") {
        yield* Console.error(`ac-reconcile: ${readers.says} ${readers.remedy ?? ""}`)
      }
      const named = profile === undefined ? "" : ` --profile ${profile}`
      return {
        text: [
          `${printable(userFile)} has ${what} now; only you can read it.`,
          ...(apiKeyFile === undefined ? [`Set ${keyVariable} for each command that asks the account.`] : []),
          `Check it with: ac-reconcile doctor${named}`
        ].join("\n"),
        result: { file: userFile, profile: profile ?? null, url, apiKeyFile: apiKeyFile ?? null }
      }
    }).pipe(Effect.catchTag("QuitException", () => Effect.interrupt))
  )
).pipe(Command.withDescription("Set up an account: asks for its URL and key, and writes your config file"))
