import { readFileSync } from "node:fs"
import { dirname, isAbsolute, join } from "node:path"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { DiskError } from "../../files/Disk.js"
import { nearest } from "../../text/nearest.js"
import { ConfigurationError } from "../shell/ConfigurationError.js"
import { printable } from "../output/text.js"
import { secretSettings, type Setting, settings } from "./Setting.js"

/** The owner of the file. Others may have written a project's file, so it names no account. */
export type Owner = "user" | "project"

/** One account, with its own settings. */
export interface Section {
  /** As in `profiles.NAME`; empty at the top of the file. */
  readonly name: string
  readonly url: string | undefined
  /** An absolute path. */
  readonly apiKeyFile: string | undefined
  readonly values: ReadonlyMap<Setting, string>
}

export interface ConfigFile {
  readonly path: string
  readonly owner: Owner
  /** The profile to use if the call names none. */
  readonly profile: string | undefined
  readonly top: Section
  readonly profiles: ReadonlyMap<string, Section>
}

export const projectFile = "ac-reconcile.toml"

/** Written without quotes. All other fields are texts. */
const numbers: ReadonlyArray<string> = [
  "requests_per_second",
  "account_limit",
  "max_calls"
] satisfies ReadonlyArray<Setting>
const ofAccount: ReadonlyArray<string> = ["url", "api_key_file"]

/** What a project must not decide. A log is appended to any file that is no database. */
const ofUser: ReadonlyArray<string> = [...ofAccount, ...secretSettings, "log_file", "profiles"]

/** Fields in which people would put a key, whatever the value looks like. */
const isKey = (field: string) => /^(?:api_?)?(?:key|token)$/i.test(field.replaceAll("-", "_"))

type Table = Readonly<Record<string, unknown>>

const isTable = (value: unknown): value is Table =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date)

class Fault extends Data.TaggedError("Fault")<{
  readonly field: string
  readonly problem: string
  readonly hint: string
}> {}

const refuse = (field: string, problem: string, hint: string) =>
  Effect.fail(new Fault({ field, problem, hint }))

const inHome = (path: string, home: string | undefined) =>
  home !== undefined && /^~[\\/]/.test(path) ? join(home, path.slice(2)) : path

interface Reading {
  readonly path: string
  readonly owner: Owner
  readonly home: string | undefined
}

const textOf = (field: string, value: unknown): Effect.Effect<string, Fault> => {
  if (numbers.includes(field.slice(field.lastIndexOf(".") + 1))) {
    return typeof value === "number"
      ? Effect.succeed(String(value))
      : refuse(field, "is not a number", "Write it without quotes.")
  }
  if (typeof value !== "string") return refuse(field, "is not a text", "Write it in quotes.")
  return value.trim() === ""
    ? refuse(field, "is empty", "Give it a value, or take the line out.")
    : Effect.succeed(value)
}

/** Why a file of this owner must not have a field. */
const forbidden = (key: string, owner: Owner, known: ReadonlyArray<string>) => {
  if (isKey(key)) {
    return {
      problem: "would be the API key itself, which no config file may have",
      hint: "Take the line out. Put the key into a file that only you can read, and name that file as api_key_file in your own config file."
    }
  }
  if (owner === "project" && ofUser.includes(key)) {
    return {
      problem: "cannot be set in the file of a project, because anybody may have written it",
      hint: "Set it in your own config file ('ac-reconcile init' writes it), or in the environment."
    }
  }
  if (known.includes(key)) return undefined
  const like = nearest(key, known)
  return {
    problem: "is not a setting",
    hint: like === undefined ? `The settings are ${known.join(", ")}.` : `Did you mean '${like}'?`
  }
}

const sectionOf = (name: string, table: Table, { home, owner }: Reading) =>
  Effect.gen(function* () {
    const isTop = name === ""
    const known = [
      ...(owner === "user" ? ofAccount : []),
      ...settings.filter((setting) => owner === "user" || !ofUser.includes(setting)),
      ...(isTop ? ["profile"] : []),
      ...(isTop && owner === "user" ? ["profiles"] : [])
    ]
    const fieldOf = (key: string) => (isTop ? key : `profiles.${name}.${key}`)
    const given = new Map<string, string>()
    for (const [key, value] of Object.entries(table)) {
      const wrong = forbidden(key, owner, known)
      if (wrong !== undefined) return yield* refuse(fieldOf(key), wrong.problem, wrong.hint)
      if (key !== "profiles") given.set(key, yield* textOf(fieldOf(key), value))
    }
    for (const key of ["api_key_file", "db", "log_file"]) {
      const path = inHome(given.get(key) ?? "", home)
      if (path === "") continue
      if (owner === "user" && !isAbsolute(path)) {
        return yield* refuse(
          fieldOf(key),
          "is not an absolute path",
          "Commands run in many folders: write the whole path, or begin it with ~/."
        )
      }
      given.set(key, path)
    }
    const values = new Map<Setting, string>()
    for (const setting of settings) {
      const text = given.get(setting)
      if (text !== undefined) values.set(setting, text)
    }
    const section: Section = {
      name,
      url: given.get("url"),
      apiKeyFile: given.get("api_key_file"),
      values
    }
    return { section, profile: given.get("profile") }
  })

const decode = (table: Table, reading: Reading): Effect.Effect<ConfigFile, Fault> =>
  Effect.gen(function* () {
    const { profile, section } = yield* sectionOf("", table, reading)
    const listed = table.profiles ?? {}
    if (!isTable(listed)) return yield* refuse("profiles", "is not a table", "Write each as [profiles.NAME].")
    const profiles = new Map<string, Section>()
    for (const [name, one] of Object.entries(listed)) {
      if (!isTable(one)) {
        return yield* refuse(`profiles.${name}`, "is not a table", `Write it as [profiles.${name}].`)
      }
      profiles.set(name, (yield* sectionOf(name, one, reading)).section)
    }
    return { path: reading.path, owner: reading.owner, profile, top: section, profiles }
  })

const named = (path: string, place: string, problem: string, hint: string) =>
  new ConfigurationError({ problem: printable(`${path}${place}: ${problem}.`), hint })

/** Parses the text of a config file. Errors never repeat a line, because it may be a key in the wrong place. */
const parse = (text: string, reading: Reading): Effect.Effect<ConfigFile, ConfigurationError> =>
  Effect.gen(function* () {
    const toml = yield* Effect.promise(() => import("smol-toml"))
    const table = yield* Effect.try({
      try: () => toml.parse(text),
      catch: (error) => {
        const place = error instanceof toml.TomlError ? `, line ${error.line}, column ${error.column}` : ""
        return named(
          reading.path,
          place,
          "it is not valid TOML",
          'Write each setting as NAME = VALUE, texts in quotes, as in deadline = "30m".'
        )
      }
    })
    return yield* Effect.mapError(decode(table, reading), ({ field, hint, problem }) =>
      named(reading.path, "", `${field} ${problem}`, hint)
    )
  })

/** A config file, or undefined if there is none. */
export const read = (reading: Reading): Effect.Effect<ConfigFile | undefined, ConfigurationError> =>
  Effect.suspend(() => {
    try {
      return parse(readFileSync(reading.path, "utf8"), reading)
    } catch (error) {
      const { code, reason } = DiskError.of(error)
      return code === "ENOENT" || code === "ENOTDIR"
        ? Effect.succeed(undefined)
        : Effect.fail(
            named(
              reading.path,
              "",
              `it cannot be read (${reason})`,
              `Check it and its folder, ${dirname(reading.path)}.`
            )
          )
    }
  })
