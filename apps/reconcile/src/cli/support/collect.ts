import { release } from "node:os"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { version } from "../../version.js"
import * as Settings from "../config/Settings.js"
import { examine, type ExamineOptions, type Held } from "../doctor/examine.js"
import type { Bundle } from "./Bundle.js"
import { versionOf } from "./Bundle.js"

const numbers = /^[\d.]+(?:ms|[smhd])?$/

/** A path or a name is not told. */
const told = ({ kind, setting, value }: Held): Bundle["settings"][number] => ({
  setting,
  value: value !== null && setting !== "profile" && numbers.test(value) ? value : null,
  source: kind
})

const hostOf = (url: string | null | undefined): Bundle["account_host"] => {
  if (url == null) return "not set"
  const host = URL.canParse(url) ? new URL(url).hostname : ""
  if (/^(?:localhost|127\.[\d.]+|\[::1\])$/.test(host)) return "loopback"
  return host.endsWith(".activehosted.com")
    ? "activehosted.com"
    : /\.api-us\d+\.com$/.test(host)
      ? "api-us1.com"
      : "other"
}

const proxies = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"]

const ofSqlite = Effect.gen(function* () {
  const { driver, default: Sqlite } = yield* Effect.promise(() => import("../../sqliteDriver.js"))
  const database = new Sqlite(":memory:")
  const found = database.prepare<[], string>("SELECT sqlite_version()").pluck().get()
  database.close()
  return { driver, sqlite: versionOf(found) } as const
})

/** Everything for a support bundle, with doctor's one call to the account. Nothing is changed. */
export const collect = (options: ExamineOptions) =>
  Effect.gen(function* () {
    const { checks, hasSqlite, settings } = yield* examine(options)
    const proxied = yield* Effect.forEach(proxies, (name) => Settings.variable(name))
    const file = hasSqlite
      ? yield* Effect.flatMap(
          Effect.promise(() => import("./fileFacts.js")),
          ({ fileFacts }) => fileFacts(options.db)
        )
      : null
    const { driver, sqlite } = hasSqlite ? yield* ofSqlite : { driver: null, sqlite: null }
    const bundle: Bundle = {
      made_at: DateTime.formatIso(yield* DateTime.now),
      versions: {
        ac_reconcile: version,
        node: process.versions.node,
        sqlite,
        driver,
        platform: process.platform,
        arch: process.arch,
        system: versionOf(/^\d+(?:\.\d+){0,2}/.exec(release())?.[0])
      },
      checks: checks.map(({ check, state }) => ({ check, state })),
      settings: settings.map(told),
      account_host: hostOf(settings.find(({ setting }) => setting === "url")?.value),
      proxy: proxied.some(Option.isSome),
      file
    }
    return bundle
  })
