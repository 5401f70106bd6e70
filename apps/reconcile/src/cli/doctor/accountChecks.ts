import * as HttpClient from "@effect/platform/HttpClient"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as ActiveCampaignClient from "effect-activecampaign/ActiveCampaignClient"
import * as Contacts from "effect-activecampaign/Contacts"
import * as RetryPolicy from "effect-activecampaign/RetryPolicy"
import * as Proxy from "../../account/Proxy.js"
import { steadyMillis } from "../../job/steadyTime.js"
import * as Account from "../config/Account.js"
import { nameOfSource, type Sourced } from "../config/Setting.js"
import * as account from "../shell/account.js"
import { span } from "../../text/numbers.js"
import { type Check, failed, ok, warn } from "./Check.js"

/** The account's canonical URL, if there is one. */
export const urlCheck = Effect.gen(function* () {
  const found: Sourced = yield* Account.url
  const url = yield* ActiveCampaignClient.accountUrl(found.text)
  return { check: ok("url", `${url}, from ${nameOfSource(found.source)}.`), url }
}).pipe(Effect.catchAll((error) => Effect.succeed({ check: failed("url", error), url: undefined })))

export const proxyCheck = (url: string): Effect.Effect<Check> =>
  Effect.gen(function* () {
    const proxy = yield* Proxy.of(url)
    if (Option.isNone(proxy)) return ok("proxy", "None: the account is reached directly.")
    const { host, noProxy, variable } = proxy.value
    const { isFor } = yield* Effect.promise(() => import("../../account/ProxyClient.js"))
    return isFor(proxy.value, url)
      ? ok("proxy", `The account is reached through ${host}, from ${variable}.`)
      : ok("proxy", `${variable} names ${host}, but NO_PROXY (${noProxy}) has the account reached directly.`)
  }).pipe(Effect.catchAll((error) => Effect.succeed(failed("proxy", error))))

/** How far a clock may be off before the times of submissions and in the file are misleading. */
const tolerable = 30_000

const clockCheck = (told: string | undefined, at: number): Check => {
  const theirs = Option.getOrUndefined(
    Option.flatMap(Option.fromNullable(told), (text) => DateTime.make(new Date(text)))
  )
  if (theirs === undefined) {
    return warn(
      "clock",
      "Not compared: no answer told the time.",
      "Run 'ac-reconcile doctor' again once the account answers."
    )
  }
  // The header has whole seconds.
  const ahead = at - DateTime.toEpochMillis(theirs) - 500
  const how =
    Math.abs(ahead) < 1500
      ? "agrees with"
      : `is ${span(Math.abs(ahead))} ${ahead > 0 ? "ahead of" : "behind"}`
  const says = `This machine's clock ${how} that of the account's answer.`
  return Math.abs(ahead) <= tolerable
    ? ok("clock", says)
    : warn(
        "clock",
        says,
        "Set the clock: with wrong submission times, contacts cannot be classified as new or older."
      )
}

interface Rate {
  readonly requestsPerSecond: number
  readonly accountLimit: number
}

interface Called {
  readonly checks: ReadonlyArray<Check>
  readonly newestId: string | undefined
}

/** One call without a retry, which changes nothing and is about no contact of yours, and what its answer shows. */
export const callChecks = (rate: Rate): Effect.Effect<Called> =>
  Effect.gen(function* () {
    let newestId: string | undefined
    let date: string | undefined
    let at = 0
    const told: Array<string> = []
    const layer = account.layer({
      ...rate,
      tell: (sentence) => Effect.sync(() => told.push(sentence)),
      client: {
        retry: RetryPolicy.none,
        timeout: "15 seconds",
        transformClient: HttpClient.tap(({ headers }) =>
          Effect.map(Clock.currentTimeMillis, (now) => {
            date = headers.date
            at = now
          })
        )
      }
    })
    const begun = yield* steadyMillis
    const call = Effect.flatMap(Contacts.make, (contacts) => contacts.newestId).pipe(Effect.provide(layer))
    const answer = yield* Effect.match(call, {
      onFailure: (error) => failed("token", error),
      onSuccess: (newest) => {
        newestId = Option.getOrUndefined(newest)
        return ok(
          "token",
          `ActiveCampaign took it; ${newestId === undefined ? "the account has no contacts" : `the newest contact ID is ${newestId}`}.`
        )
      }
    })
    const took = (yield* steadyMillis) - begun
    const { accountLimit, requestsPerSecond } = rate
    const shared = `${requestsPerSecond} of the account's ${accountLimit} requests a second, shared by all commands of this user; the call took ${Math.max(1, Math.round(took))} ms.`
    const [sentence] = told
    const checks = [
      answer,
      clockCheck(date, at),
      sentence === undefined
        ? ok("rate", shared)
        : warn(
            "rate",
            `${shared} ${sentence}`,
            "Make sure that the folder of $XDG_STATE_HOME (~/.local/state) can be written to."
          )
    ]
    return { checks, newestId }
  })
