import { existsSync, readFileSync } from "node:fs"
import { homedir } from "node:os"
import { dirname, join, resolve } from "node:path"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Prompt from "@effect/cli/Prompt"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as ActiveCampaignClient from "effect-activecampaign/ActiveCampaignClient"
import { keyVariable, urlVariable } from "../config/Account.js"
import * as ConfigFile from "../config/ConfigFile.js"
import { nameOfSource } from "../config/Setting.js"
import { Settings } from "../config/Settings.js"
import { added, replaced, writePrivately } from "../config/writeConfig.js"
import { printable } from "../output/text.js"
import { ConfigurationError } from "../shell/ConfigurationError.js"
import { respond } from "../shell/respond.js"

const overwrite = Options.boolean("overwrite").pipe(
  Options.withDescription("Replace the account of that name if the file has it already")
)

const noTerminal = (file: string) =>
  new ConfigurationError({
    problem: "'ac-reconcile init' asks questions, and this is no terminal.",
    hint: `Set ${urlVariable} and ${keyVariable} instead; or write ${printable(file)} with the lines url = "https://ACCOUNT.api-us1.com" and api_key_file = "/PATH/OF/A/FILE/WITH/THE/KEY".`
  })

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

const askFile = Prompt.text({
  message: "The file that has the key",
  validate: (text) => {
    const path = inHome(text.trim())
    return existsSync(path) ? Effect.succeed(path) : Effect.fail(`There is no file ${printable(path)}.`)
  }
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

export const init = Command.make("init", { overwrite }, (options) =>
  respond(
    "init",
    false,
    Effect.gen(function* () {
      const { userFile } = yield* Settings
      if (userFile === undefined) {
        return yield* new ConfigurationError({
          problem: "There is no home folder to keep a config file in.",
          hint: "Set XDG_CONFIG_HOME to a folder."
        })
      }
      if (process.stdin.isTTY !== true || process.stdout.isTTY !== true) return yield* noTerminal(userFile)
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
      const url = yield* askUrl
      const where = yield* askWhere(keyFile)
      if (where === "paste" && existsSync(keyFile) && !options.overwrite) {
        return yield* refuse(`${printable(keyFile)} is there already, and was left unchanged.`)
      }
      const apiKeyFile =
        where === "environment"
          ? undefined
          : where === "file"
            ? yield* askFile
            : yield* Effect.as(
                Effect.flatMap(askKey, (key) => writePrivately(keyFile, `${Redacted.value(key)}\n`)),
                keyFile
              )
      const entry = { profile, url, apiKeyFile }
      const text = known === undefined ? undefined : readFileSync(userFile, "utf8")
      yield* writePrivately(
        userFile,
        isThere && text !== undefined ? replaced(text, entry) : added(text, entry)
      )
      const named = profile === undefined ? "" : ` --profile ${profile}`
      return {
        text: [
          `${printable(userFile)} has ${what} now; only you can read it.`,
          ...(where === "environment" ? [`Set ${keyVariable} for each command that asks the account.`] : []),
          `Check it with: ac-reconcile doctor${named}`
        ].join("\n"),
        result: null
      }
    }).pipe(Effect.catchTag("QuitException", () => Effect.interrupt))
  )
).pipe(Command.withDescription("Set up an account: asks for its URL and key, and writes your config file"))
