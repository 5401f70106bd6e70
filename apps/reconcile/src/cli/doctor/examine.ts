import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ActiveCampaignClient from "effect-activecampaign/ActiveCampaignClient"
import * as Webhook from "../alert/Webhook.js"
import * as Account from "../config/Account.js"
import { nameOfSource, settings as known, type Setting, type Source } from "../config/Setting.js"
import * as Settings from "../config/Settings.js"
import { type Check, failed, modeCheck, ok } from "./Check.js"

/** A setting of this call. The value of the key is never shown. */
export interface Held {
  readonly setting: string
  readonly value: string | null
  readonly source: string
  readonly kind: Source["_tag"] | "Unset"
}

const withoutDriver = (error: unknown): Check | undefined =>
  error instanceof Error && "code" in error && error.code === "AC_RECONCILE_NO_SQLITE"
    ? failed("sqlite", { _tag: "LedgerError", message: error.message })
    : undefined

/** Everything that needs SQLite is loaded here, so that missing SQLite is a finding like any other. */
const loaded = Effect.tryPromise({
  try: () => import("../doctor/checks.js"),
  catch: (error) => error
}).pipe(
  Effect.catchAll((error) => {
    const check = withoutDriver(error)
    return check === undefined ? Effect.die(error) : Effect.fail(check)
  }),
  Effect.either
)

const filesCheck = Effect.map(Settings.Settings, ({ files, problems, userFile }): ReadonlyArray<Check> => {
  if (problems.length > 0) return problems.map((problem) => failed("settings", problem))
  const none = `No config file is used${userFile === undefined ? "" : ` (yours would be ${userFile})`}; 'ac-reconcile init' writes one.`
  return [
    ok("settings", files.length === 0 ? none : `Read from ${files.map(({ path }) => path).join(" and ")}.`)
  ]
})

/** `values`: those that are always listed. The others are listed if they are set. */
const heldSettings = (values: Readonly<Partial<Record<Setting, string | null>>>) =>
  Effect.gen(function* () {
    const { profile } = yield* Settings.Settings
    const url = yield* Effect.option(Account.url)
    // A value that is not a URL may be a key in the wrong place.
    const shown = Option.flatMap(url, ({ text }) => Either.getRight(ActiveCampaignClient.accountUrl(text)))
    const key = yield* Effect.option(Account.account)
    const named = (setting: string, value: string | null, source: Source | undefined): Held => ({
      setting,
      value,
      source: source === undefined ? "not set" : nameOfSource(source),
      kind: source?._tag ?? "Unset"
    })
    const others = yield* Effect.forEach(known, (setting) =>
      Effect.gen(function* () {
        const value = values[setting]
        if (value === null) return [named(setting, null, undefined)]
        if (value !== undefined) return [named(setting, value, yield* Settings.sourceOf(setting))]
        return Option.toArray(yield* Settings.lookUp(setting)).map(({ source, text }) =>
          named(setting, text, source)
        )
      })
    )
    return [
      named(
        "profile",
        Option.getOrNull(Option.map(profile, ({ text }) => text)),
        Option.getOrUndefined(Option.map(profile, ({ source }) => source))
      ),
      named("url", Option.getOrNull(shown), Option.getOrUndefined(Option.map(url, ({ source }) => source))),
      named("api_key", null, Option.getOrUndefined(Option.map(key, ({ key: { source } }) => source))),
      ...others.flat()
    ]
  })

const keyCheck = Effect.gen(function* () {
  const { key } = yield* Account.account
  const path = key.source._tag === "File" ? yield* Account.keyFilePath : undefined
  return path === undefined
    ? ok("key", `Found in ${nameOfSource(key.source)}.`)
    : modeCheck("key", path, `the key file ${path}`)
}).pipe(Effect.catchAll((error) => Effect.succeed(failed("key", error))))

const set = (setting: Setting) =>
  Effect.map(Settings.lookUp(setting), (found) => Option.getOrNull(Option.map(found, ({ text }) => text)))

/** The URL of a webhook is a secret. */
const hostSet = (setting: Setting) =>
  Effect.map(set(setting), (text) =>
    text === null
      ? null
      : Either.match(Webhook.parse(text, setting), {
          onLeft: (problem) => problem,
          onRight: ({ host }) => `a URL of ${host}`
        })
  )

export interface ExamineOptions {
  readonly db: string
  readonly rate: { readonly requestsPerSecond: number; readonly accountLimit: number }
  readonly maxCalls: number
}

/** Looks at settings, account and file, with one call to the account, and changes nothing. */
export const examine = (options: ExamineOptions) =>
  Effect.gen(function* () {
    const { accountLimit, requestsPerSecond } = options.rate
    const settings = yield* heldSettings({
      db: options.db,
      requests_per_second: String(requestsPerSecond),
      account_limit: String(accountLimit),
      max_calls: String(options.maxCalls),
      deadline: (yield* set("deadline")) ?? "30m",
      fail_on: yield* set("fail_on"),
      notify: yield* hostSet("notify"),
      ping: yield* hostSet("ping")
    })
    const ofFiles = yield* filesCheck
    const modules = yield* loaded
    const looked = Either.isLeft(modules)
      ? { checks: [modules.left], nextRun: null }
      : yield* Effect.gen(function* () {
          const checks = modules.right
          const { check: ofUrl, url } = yield* checks.urlCheck
          const key = url === undefined ? undefined : yield* keyCheck
          const call =
            key === undefined || key.state === "fail"
              ? { checks: [], newestId: undefined }
              : yield* checks.callChecks(options.rate)
          const file = yield* checks.fileChecks({
            db: options.db,
            url,
            maxCalls: options.maxCalls,
            requestsPerSecond,
            newestId: call.newestId
          })
          return {
            checks: [
              yield* checks.sqlite,
              ofUrl,
              ...(url === undefined ? [] : [yield* checks.proxyCheck(url)]),
              ...(key === undefined ? [] : [key]),
              ...call.checks,
              ...file.checks
            ],
            nextRun: file.nextRun
          }
        })
    return {
      checks: [...ofFiles, ...looked.checks],
      settings,
      nextRun: looked.nextRun,
      hasSqlite: Either.isRight(modules)
    }
  })
