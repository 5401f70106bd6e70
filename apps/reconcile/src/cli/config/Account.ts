import { readFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { DiskError } from "../../files/Disk.js"
import { printable } from "../output/text.js"
import { ConfigurationError } from "../shell/ConfigurationError.js"
import { nameOfSource, type Source, type Sourced } from "./Setting.js"
import { profileVariable, Settings, variable } from "./Settings.js"

export const urlVariable = "ACTIVECAMPAIGN_URL"
export const keyVariable = "ACTIVECAMPAIGN_API_KEY"

/** An account, and where its parts were found. The key is read here and goes only into the header. */
export interface Account {
  readonly url: Sourced
  readonly key: { readonly token: Redacted.Redacted; readonly source: Source }
}

const where = "that ActiveCampaign shows under Settings > Developer"

const fieldOf = (section: string, field: string) => (section === "" ? field : `profiles.${section}.${field}`)

/** Loads the client only to compare two spellings. */
const isSame = (one: string, other: string): Effect.Effect<boolean> =>
  one === other
    ? Effect.succeed(true)
    : Effect.map(
        Effect.promise(() => import("effect-activecampaign/ActiveCampaignClient")),
        ({ accountUrl }) => {
          const [left, right] = [accountUrl(one), accountUrl(other)]
          return Either.isRight(left) && Either.isRight(right) && left.right === right.right
        }
      )

/** The URL, from the setting that names the account most directly. */
export const url: Effect.Effect<Sourced, ConfigurationError> = Effect.gen(function* () {
  const { files, profile, section } = yield* Settings
  const file = files.find(({ owner }) => owner === "user")?.path ?? ""
  const inFile = Option.map(
    Option.fromNullable(section?.url),
    (text): Sourced => ({
      text,
      source: { _tag: "File", file, field: fieldOf(section?.name ?? "", "url") }
    })
  )
  const set = Option.map(
    yield* variable(urlVariable),
    (text): Sourced => ({ text, source: { _tag: "Variable", variable: urlVariable } })
  )
  const named = Option.map(profile, ({ source }) => source._tag)
  if (
    Option.isSome(profile) &&
    Option.isNone(inFile) &&
    (Option.contains(named, "Option") || Option.isNone(set))
  ) {
    return yield* new ConfigurationError({
      problem: `The profile '${printable(profile.value.text)}' in ${file} has no url.`,
      hint: `Write the URL ${where} there, as in url = "https://ACCOUNT.api-us1.com".`
    })
  }
  if (Option.contains(named, "Option") && Option.isSome(inFile)) return inFile.value
  if (
    Option.contains(named, "Variable") &&
    Option.isSome(inFile) &&
    Option.isSome(set) &&
    !(yield* isSame(set.value.text, inFile.value.text))
  ) {
    return yield* new ConfigurationError({
      problem: `${profileVariable} and ${urlVariable} name different accounts.`,
      hint: "Unset one of them."
    })
  }
  const found = Option.orElse(set, () => inFile)
  return yield* Option.match(found, {
    onSome: Effect.succeed,
    onNone: () =>
      Effect.fail(
        new ConfigurationError({
          problem: `${urlVariable} is not set.`,
          hint: `Set it to the URL ${where}, such as https://ACCOUNT.api-us1.com, or run 'ac-reconcile init'.`
        })
      )
  })
})

/** Longer than any key. A longer file is something else. */
const longest = 4096

/** The key in a file, and an error that says what named the file. */
export const keyIn = (path: string, field: string): Effect.Effect<Redacted.Redacted, ConfigurationError> => {
  const refuse = (problem: string) =>
    new ConfigurationError({
      problem: printable(`${path}, named by ${field}, ${problem}.`),
      hint: `Write the key ${where} into it, and nothing else.`
    })
  return Effect.try({
    try: () => readFileSync(path, "utf8").trim(),
    catch: (error) => refuse(`cannot be read (${DiskError.of(error).reason})`)
  }).pipe(
    Effect.filterOrFail(
      (text) => text !== "",
      () => refuse("is empty")
    ),
    Effect.filterOrFail(
      (text) => text.length <= longest && !/\s/.test(text),
      () => refuse("has more in it than an API key")
    ),
    Effect.map((text) => Redacted.make(text))
  )
}

/** Standard input can be read once, and a command may ask for the key more often. */
let piped: Redacted.Redacted | undefined

/** The key on standard input (`--api-key-stdin`). */
export const pipedKey: Effect.Effect<Redacted.Redacted, ConfigurationError> = Effect.suspend(() => {
  const refuse = (problem: string) =>
    new ConfigurationError({
      problem: `--api-key-stdin: ${problem}.`,
      hint: "Pipe the key alone into the command, as in: pass show activecampaign | ac-reconcile run --api-key-stdin."
    })
  if (piped !== undefined) return Effect.succeed(piped)
  if (process.stdin.isTTY === true) return refuse("standard input is a terminal, which would show the key")
  return Effect.try({
    try: () => readFileSync(0, "utf8").trim(),
    catch: (error) => refuse(`standard input cannot be read (${DiskError.of(error).reason})`)
  }).pipe(
    Effect.filterOrFail(
      (text) => text !== "" && text.length <= longest && !/\s/.test(text),
      (text) =>
        refuse(text === "" ? "standard input is empty" : "standard input has more in it than an API key")
    ),
    Effect.map((text) => {
      piped = Redacted.make(text)
      return piped
    })
  )
})

/**
 * The key for this URL. A key in the environment or in a file is only for the account next to it, and must never be sent to
 * another one.
 */
const keyFor = (url: Sourced): Effect.Effect<Account["key"], ConfigurationError> =>
  Effect.gen(function* () {
    const { files, keyFromStdin, section } = yield* Settings
    if (keyFromStdin) return { token: yield* pipedKey, source: { _tag: "StandardInput" } as const }
    const setUrl = yield* variable(urlVariable)
    const setKey = yield* variable(keyVariable)
    const isOfEnvironment = Option.isNone(setUrl) || (yield* isSame(setUrl.value, url.text))
    if (Option.isSome(setKey) && (url.source._tag === "Variable" || isOfEnvironment)) {
      return {
        token: Redacted.make(setKey.value),
        source: { _tag: "Variable", variable: keyVariable } as const
      }
    }
    const file = files.find(({ owner }) => owner === "user")?.path ?? ""
    const path = section?.apiKeyFile
    const isOfSection =
      url.source._tag === "File" || (section?.url !== undefined && (yield* isSame(section.url, url.text)))
    if (section !== undefined && path !== undefined && isOfSection) {
      const field = fieldOf(section.name, "api_key_file")
      return {
        token: yield* keyIn(path, `${field} in ${file}`),
        source: { _tag: "File", file, field } as const
      }
    }
    const other =
      Option.isSome(setKey) && !isOfEnvironment
        ? ` The one in ${keyVariable} belongs to the account in ${urlVariable}, so it is not sent to ${printable(url.text)}.`
        : path !== undefined
          ? ` The key file in ${file} belongs to another account than ${nameOfSource(url.source)} names, so it is not used.`
          : ""
    return yield* new ConfigurationError({
      problem: `${keyVariable} is not set.${other}`,
      hint: `Set it to the key ${where}, name a file that has it as api_key_file, or pipe it in with --api-key-stdin.`
    })
  })

/** The file that would have the key, if the config file names one. */
export const keyFilePath = Effect.map(Settings, ({ section }) => section?.apiKeyFile)

export const account: Effect.Effect<Account, ConfigurationError> = Effect.flatMap(url, (found) =>
  Effect.map(keyFor(found), (key) => ({ url: found, key }))
)
