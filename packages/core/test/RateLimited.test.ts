import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Option, TestClock } from "effect"
import { ActiveCampaignError } from "effect-activecampaign"
import { encode, errorOf, html } from "./failing.js"
import { call } from "./support.js"

describe("a reply with status 429, or 503 with a time", () => {
  const now = Date.parse("2031-04-02T08:15:00Z")
  const cases: ReadonlyArray<readonly [string | undefined, number | undefined]> = [
    ["30", 30_000],
    [" 30 ", 30_000],
    ["0", 0],
    ["0.0", 0],
    ["1.5", 1500],
    ["86400", 86_400_000],
    ["Wed, 02 Apr 2031 08:15:45 GMT", 45_000],
    ["Wednesday, 02-Apr-31 08:15:45 GMT", 45_000],
    ["Wed Apr  2 08:15:45 2031", 45_000],
    ["Wed, 02 Apr 2031 08:14:00 GMT", 0],
    ["4, 4", 4000],
    ["30,60", 60_000],
    ["soon, 7, -5", 7000],
    ["Wed, 02 Apr 2031 08:15:45 GMT, Wed, 02 Apr 2031 08:15:50 GMT", 50_000],
    ["5, Wed, 2 Apr 2031 08:15:45 GMT", 45_000],
    [undefined, undefined],
    ["", undefined],
    ["soon", undefined],
    ["wait 12", undefined],
    ["Wed", undefined],
    ["Wed, 99 Foo 2031 08:15:45 GMT", undefined],
    ["-5", undefined],
    ["1e3", undefined],
    ["0x10", undefined],
    ["NaN", undefined],
    ["Infinity", undefined]
  ]
  const limits = [429, 503].flatMap((status) => cases.map((header) => [status, ...header] as const))
  const unnamed = limits.filter(([status, , expected]) => status === 503 && expected === undefined)
  it.effect.each(limits.filter((limit) => !unnamed.includes(limit)))(
    "is RateLimited, with what Retry-After asks for: %i, %s",
    ([status, header, expected]) =>
      Effect.gen(function* () {
        yield* TestClock.setTime(now)
        const headers: Record<string, string> = header === undefined ? {} : { "Retry-After": header }
        const error = yield* errorOf({ status, headers, body: html })
        assert.deepStrictEqual(encode(error), {
          _tag: "RateLimited",
          request: call,
          status,
          ...(expected === undefined ? {} : { retryAfter: expected })
        })
        assert.deepStrictEqual(
          Option.map(ActiveCampaignError.retryAfterOf(error), Duration.toMillis),
          Option.fromNullable(expected)
        )
        assert.isTrue(ActiveCampaignError.isTransient(error))
      })
  )

  it.effect.each(unnamed)(
    "is ApiUnavailable, and claims no rate limit, if it names none: %i, %s",
    ([, header]) =>
      Effect.gen(function* () {
        const headers: Record<string, string> = header === undefined ? {} : { "Retry-After": header }
        const error = yield* errorOf({ status: 503, headers, body: html })
        assert.deepStrictEqual(encode(error), {
          _tag: "ApiUnavailable",
          request: call,
          reason: "Status",
          status: 503,
          detail: "an HTML page"
        })
        assert.notInclude(error.message, "rate")
        assert.isTrue(ActiveCampaignError.isTransient(error))
      })
  )

  it.effect.each([
    ["Wed, 02 Apr 2031 08:05:00 GMT", "Wed, 02 Apr 2031 08:05:30 GMT", 30_000],
    ["Wed, 02 Apr 2031 08:17:00 GMT", "Wed, 02 Apr 2031 08:17:30 GMT", 30_000],
    ["Wed, 02 Apr 2031 08:17:00 GMT", "Wed, 02 Apr 2031 08:16:30 GMT", 0],
    ["yesterday", "Wed, 02 Apr 2031 08:15:30 GMT", 30_000]
  ] as const)("reads a date in Retry-After against the answer's own Date: %s", ([date, header, expected]) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(now)
      const error = yield* errorOf({ status: 429, headers: { date, "retry-after": header } })
      assert.deepStrictEqual(
        Option.map(ActiveCampaignError.retryAfterOf(error), Duration.toMillis),
        Option.fromNullable(expected)
      )
    })
  )

  it.effect("is not said to ask for a wait if it names none", () =>
    Effect.gen(function* () {
      const error = yield* errorOf({ status: 429, headers: { "retry-after": "0" } })
      assert.notInclude(error.message, "asking to wait")
    })
  )

  it.effect("survives a Retry-After too large for a number", () =>
    Effect.gen(function* () {
      const error = yield* errorOf({ status: 429, headers: { "retry-after": "9".repeat(400) } })
      assert.strictEqual(error._tag, "RateLimited")
      assert.include(error.message, "asking to wait more than 5m)")
      const days = yield* errorOf({ status: 429, headers: { "retry-after": "99999999999999999999999" } })
      assert.include(days.message, "asking to wait more than 5m)")
    })
  )
})
