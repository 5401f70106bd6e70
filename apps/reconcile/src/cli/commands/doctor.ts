import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ActiveCampaignClient from "effect-activecampaign/ActiveCampaignClient"
import * as Account from "../config/Account.js"
import { nameOfSource, settings as known, type Setting, type Source } from "../config/Setting.js"
import * as Settings from "../config/Settings.js"
import { type Check, failed, ok } from "../doctor/Check.js"
import { wrapped } from "../../text/wrapped.js"
import { blocks, columns } from "../output/text.js"
import { ExitCode } from "../shell/ExitCode.js"
import { db, json, maxCalls, rate } from "../shell/options.js"
import { respond } from "../shell/respond.js"

/** A setting of this call. The value of the key is never shown. */
interface Held {
  readonly setting: string
  readonly value: string | null
  readonly source: string
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

/** `values`: those that always have one. The others are listed if they are set. */
const heldSettings = (values: Readonly<Partial<Record<Setting, string>>>) =>
  Effect.gen(function* () {
    const { profile } = yield* Settings.Settings
    const url = yield* Effect.option(Account.url)
    // A value that is not a URL may be a key in the wrong place.
    const shown = Option.flatMap(url, ({ text }) => Either.getRight(ActiveCampaignClient.accountUrl(text)))
    const key = yield* Effect.option(Account.account)
    const named = (setting: string, value: string | null, source: Source | undefined): Held => ({
      setting,
      value,
      source: source === undefined ? "not set" : nameOfSource(source)
    })
    const others = yield* Effect.forEach(known, (setting) =>
      Effect.gen(function* () {
        const value = values[setting]
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

const keyCheck = (modeCheck: (check: string, path: string, what: string) => Check) =>
  Effect.gen(function* () {
    const { key } = yield* Account.account
    const path = key.source._tag === "File" ? yield* Account.keyFilePath : undefined
    return path === undefined
      ? ok("key", `Found in ${nameOfSource(key.source)}.`)
      : modeCheck("key", path, `the key file ${path}`)
  }).pipe(Effect.catchAll((error) => Effect.succeed(failed("key", error))))

const signs = { ok: "ok", warn: "warn", fail: "FAIL" } as const

const width = 80
const indent = " ".repeat(8)

/** The remedy is below the finding. */
const describe = ({ check, remedy, says, state }: Check) => {
  const [first = "", ...rest] = wrapped(`${check}: ${says}`, width - indent.length)
  const more = [...rest, ...(remedy === null ? [] : wrapped(`To do: ${remedy}`, width - indent.length))]
  return [`  ${signs[state].padEnd(6)}${first}`, ...more.map((line) => indent + line)].join("\n")
}

const headline = (checks: ReadonlyArray<Check>) => {
  const count = (state: Check["state"]) => checks.filter((one) => one.state === state).length
  const [failures, warnings] = [count("fail"), count("warn")]
  if (failures === 0 && warnings === 0) return "All is well."
  return [
    ...(failures > 0 ? [`${failures} failed`] : []),
    ...(warnings > 0 ? [`${warnings} to look at`] : []),
    `${count("ok")} well`
  ].join(", ")
}

export const doctor = Command.make("doctor", { db, rate, maxCalls, json }, (options) =>
  respond(
    "doctor",
    options.json,
    Effect.gen(function* () {
      const { accountLimit, requestsPerSecond } = options.rate
      const deadline = yield* Settings.lookUp("deadline")
      const settings = yield* heldSettings({
        db: options.db,
        requests_per_second: String(requestsPerSecond),
        account_limit: String(accountLimit),
        max_calls: String(options.maxCalls),
        deadline: Option.match(deadline, { onNone: () => "30m", onSome: ({ text }) => text })
      })
      const ofFiles = yield* filesCheck
      const modules = yield* loaded
      const looked = Either.isLeft(modules)
        ? { checks: [modules.left], nextRun: null }
        : yield* Effect.gen(function* () {
            const checks = modules.right
            const { check: ofUrl, url } = yield* checks.urlCheck
            const key = url === undefined ? undefined : yield* keyCheck(checks.modeCheck)
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
      const checks = [...ofFiles, ...looked.checks]
      const worst = checks.find(({ state }) => state === "fail")
      return {
        text: blocks(
          headline(checks),
          checks.map(describe).join("\n"),
          `Settings:\n${columns(settings.map(({ setting, source, value }) => [setting, value ?? "", source]))}`
        ),
        result: {
          checks: checks.map(({ exitCode: _, ...check }) => check),
          settings,
          nextRun: looked.nextRun
        },
        warnings: checks
          .filter(({ state }) => state === "warn")
          .map(({ check, says }) => `${check}: ${says}`),
        ...(worst === undefined
          ? {}
          : { because: { code: "CheckFailed", message: `${worst.check}: ${worst.says}` } }),
        exitCode: worst?.exitCode ?? ExitCode.done
      }
    })
  )
).pipe(
  Command.withDescription("Check the settings, the account and the file, and show what a run would cost")
)
