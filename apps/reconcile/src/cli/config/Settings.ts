import { homedir } from "node:os"
import { isAbsolute, join } from "node:path"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { nearest } from "../../text/nearest.js"
import { printable } from "../output/text.js"
import { ConfigurationError } from "../shell/ConfigurationError.js"
import * as ConfigFile from "./ConfigFile.js"
import { optionOf, type Setting, type Sourced, type Source, variableOf } from "./Setting.js"

export const profileVariable = "ACTIVECAMPAIGN_PROFILE"

/** The settings of one call: its own options first, then the environment, the project's file, the user's file. */
export interface Service {
  /** Where the user's file is, or would be; undefined if there is no home folder. */
  readonly userFile: string | undefined
  /** The files that were read. */
  readonly files: ReadonlyArray<ConfigFile.ConfigFile>
  /** The profile in use, and what named it. */
  readonly profile: Option.Option<Sourced>
  /** The account in the user's file: that of the profile, or the one at the top. */
  readonly section: ConfigFile.Section | undefined
  /** Whether the API key comes from standard input. */
  readonly keyFromStdin: boolean
  /** The options that the call has. */
  readonly options: ReadonlySet<string>
  /** What is wrong with the files. No command continues on guesses. */
  readonly problems: ReadonlyArray<ConfigurationError>
}

/** The settings in the call itself. */
export interface Given {
  readonly profile: string | undefined
  readonly keyFromStdin: boolean
  readonly options: ReadonlySet<string>
}

const empty: Service = {
  userFile: undefined,
  files: [],
  profile: Option.none(),
  section: undefined,
  keyFromStdin: false,
  options: new Set(),
  problems: []
}

/** The settings of this call. Without any, only the environment counts. */
export class Settings extends Context.Reference<Settings>()("ac-reconcile/Settings", {
  defaultValue: () => empty
}) {}

const home = Effect.sync(() => {
  try {
    const folder = homedir()
    return isAbsolute(folder) ? folder : undefined
  } catch {
    return undefined
  }
})

/** A variable that is set. An empty one counts as not set. */
export const variable = (name: string) => Effect.option(Config.nonEmptyString(name))

/** The path of the user's config file, whether or not it exists. */
const userFile = Effect.gen(function* () {
  const folder = yield* home
  const isWindows = process.platform === "win32"
  const set = Option.filter(yield* variable("XDG_CONFIG_HOME"), isAbsolute)
  const appData = isWindows ? Option.filter(yield* variable("APPDATA"), isAbsolute) : Option.none<string>()
  const base = Option.getOrElse(
    Option.orElse(set, () => appData),
    () => (folder === undefined ? undefined : join(folder, ".config"))
  )
  return base === undefined ? undefined : join(base, "ac-reconcile", "config.toml")
})

const unknownProfile = (name: string, known: ReadonlyArray<string>, file: string | undefined) => {
  const like = nearest(name, known)
  const add = `'ac-reconcile init --profile ${printable(name)}' adds it.`
  return new ConfigurationError({
    problem: `There is no profile '${printable(name)}' in ${file ?? "your config file"}.`,
    hint:
      like !== undefined
        ? `Did you mean '${printable(like)}'?`
        : known.length === 0
          ? `It has no profiles; ${add}`
          : `It has ${known.map((one) => printable(one)).join(", ")}; ${add}`
  })
}

/** Reads the files for a call. A missing file is no problem. A broken one is reported, not ignored. */
export const load = (given: Given): Effect.Effect<Service> =>
  Effect.gen(function* () {
    const own = yield* userFile
    const folder = yield* home
    const readings = [
      { path: ConfigFile.projectFile, owner: "project", home: folder } as const,
      ...(own === undefined ? [] : [{ path: own, owner: "user", home: folder } as const])
    ]
    const read = yield* Effect.forEach(readings, (reading) => Effect.either(ConfigFile.read(reading)))
    const files = read.flatMap((one) => (Either.isRight(one) && one.right !== undefined ? [one.right] : []))
    const ofUser = files.find(({ owner }) => owner === "user")
    const inFiles = files.flatMap(
      ({ path, profile }): ReadonlyArray<Sourced> =>
        profile === undefined
          ? []
          : [{ text: profile, source: { _tag: "File", file: path, field: "profile" } }]
    )
    const inEnvironment = Option.map(
      yield* variable(profileVariable),
      (text): Sourced => ({ text, source: { _tag: "Variable", variable: profileVariable } })
    )
    const inCall = Option.map(
      Option.fromNullable(given.profile),
      (text): Sourced => ({ text, source: { _tag: "Option", option: "--profile" } })
    )
    const profile = Option.firstSomeOf([inCall, inEnvironment, Option.fromNullable(inFiles[0])])
    const section = Option.match(profile, {
      onNone: () => ofUser?.top,
      onSome: ({ text }) => ofUser?.profiles.get(text)
    })
    const unknown =
      Option.isSome(profile) && section === undefined
        ? [unknownProfile(profile.value.text, [...(ofUser?.profiles.keys() ?? [])], own)]
        : []
    const broken = read.flatMap((one) => (Either.isLeft(one) ? [one.left] : []))
    return {
      userFile: own,
      files,
      profile,
      section,
      keyFromStdin: given.keyFromStdin,
      options: given.options,
      // The profile may be in the file that could not be read.
      problems: broken.length > 0 ? broken : unknown
    }
  })

const inSection = (file: string, section: ConfigFile.Section | undefined, setting: Setting) => {
  const text = section?.values.get(setting)
  const field = section?.name === "" ? setting : `profiles.${section?.name}.${setting}`
  return Option.map(
    Option.fromNullable(text),
    (found): Sourced => ({ text: found, source: { _tag: "File", file, field } })
  )
}

/** The value of a setting without an option in the call: from the environment, then the project's file, then the user's. */
export const lookUp = (setting: Setting): Effect.Effect<Option.Option<Sourced>> =>
  Effect.gen(function* () {
    const { files, section } = yield* Settings
    const set = yield* Effect.option(Config.string(variableOf(setting)))
    const source: Source = { _tag: "Variable", variable: variableOf(setting) }
    return Option.firstSomeOf([
      Option.map(set, (text): Sourced => ({ text, source })),
      ...files.flatMap(({ owner, path, top }) => [
        ...(owner === "user" && section !== undefined ? [inSection(path, section, setting)] : []),
        inSection(path, top, setting)
      ])
    ])
  })

/** Where the value of a setting comes from in this call. */
export const sourceOf = (setting: Setting): Effect.Effect<Source> =>
  Effect.gen(function* () {
    const { options } = yield* Settings
    if (options.has(optionOf(setting))) return { _tag: "Option", option: optionOf(setting) } as const
    return Option.match(yield* lookUp(setting), {
      onNone: (): Source => ({ _tag: "Default" }),
      onSome: ({ source }) => source
    })
  })
