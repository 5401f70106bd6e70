import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Schedule, TestClock } from "effect"
import { RetryPolicy } from "effect-activecampaign"
import { callsOf, gapsOf, html, retrying, type Script, settled } from "./calling.js"
import { batchId, connect, during, type Reply, silence, unreachable, vendor } from "./support.js"

describe("retries", () => {
  it.effect("ask again after a transient error and return the answer", () =>
    Effect.gen(function* () {
      const { calls, result } = yield* callsOf(
        { status: 502, body: html },
        unreachable(new Error("reset")),
        settled
      )
      assert.lengthOf(calls, 3)
      assert.isTrue(result._tag === "Right" && result.right.answer._tag === "Settled")
    })
  )

  it.effect.each<readonly [string, Script[0], string]>([
    ["408", { status: 408 }, "ApiUnavailable"],
    ["500", { status: 500, body: html }, "ApiUnavailable"],
    ["502", { status: 502, body: html }, "ApiUnavailable"],
    ["590", { status: 590, body: html }, "ApiUnavailable"],
    ["no connection", unreachable(new Error("reset")), "ApiUnavailable"],
    ["200 with HTML", { body: html }, "ContractBroken"],
    ["200 with nothing", { body: "" }, "ContractBroken"],
    ["200 cut short", { body: '{"status":"comp' }, "ContractBroken"]
  ])("end after five, each later than the one before: %s", ([_name, step, tag]) =>
    Effect.gen(function* () {
      const { calls, result } = yield* callsOf(step)
      assert.isTrue(result._tag === "Left" && result.left._tag === tag)
      const gaps = gapsOf(calls)
      assert.lengthOf(gaps, 5)
      for (const [index, gap] of gaps.entries()) {
        assert.isAtLeast(gap, 0.8 * 500 * 2 ** index - 1)
        assert.isAtMost(gap, 1.2 * 500 * 2 ** index + 1)
        if (index > 0) assert.isAbove(gap, gaps[index - 1] ?? 0)
      }
    })
  )

  it.effect("are also made after a timeout", () =>
    Effect.gen(function* () {
      const { calls, result } = yield* callsOf(silence, settled)
      assert.lengthOf(calls, 2)
      assert.strictEqual(result._tag, "Right")
    })
  )

  it.effect.each<readonly [string, Reply]>([
    ["401", { status: 401 }],
    ["403", { status: 403, body: "{}" }],
    ["400 missing batchId", { status: 400, body: '{"message":"\'batchId\' is a required field."}' }],
    ["400", { status: 400 }],
    ["402", { status: 402 }],
    ["404", { status: 404 }],
    ["422", { status: 422 }],
    ["302", { status: 302, headers: { location: "https://elsewhere.test/" } }],
    ["400 that finds the batch ID wrong", { status: 400, body: '{"message":"\'batchId\' is not valid"}' }]
  ])("are not made after %s", ([_name, reply]) =>
    Effect.gen(function* () {
      const { calls, result } = yield* callsOf(reply)
      assert.strictEqual(result._tag, "Left")
      assert.lengthOf(calls, 1)
    })
  )

  it.effect.each(["null", "[]", '"completed"', "{}", '{"status":null}', "[".repeat(3000) + "]".repeat(3000)])(
    "are made once after JSON of another shape: %s",
    (body) =>
      Effect.gen(function* () {
        const passing = yield* callsOf({ body }, settled)
        assert.lengthOf(passing.calls, 2)
        assert.isTrue(passing.result._tag === "Right" && passing.result.right.answer._tag === "Settled")
        const lasting = yield* callsOf({ body })
        assert.lengthOf(lasting.calls, 2)
        assert.isTrue(lasting.result._tag === "Left" && lasting.result.left._tag === "ContractBroken")
      })
  )

  it.effect(
    "are made after a page from something in front of the API, which says nothing about the token",
    () =>
      Effect.gen(function* () {
        const page = { status: 403, body: html, headers: { "cf-mitigated": "challenge" } }
        const { calls, result } = yield* callsOf(page, page, page, settled)
        assert.lengthOf(calls, 4)
        assert.strictEqual(result._tag, "Right")
      })
  )

  it.effect("are spread randomly, so that many clients do not come back at once", () =>
    Effect.gen(function* () {
      const first = yield* callsOf({ status: 502 })
      const second = yield* callsOf({ status: 502 })
      assert.notDeepEqual(gapsOf(first.calls), gapsOf(second.calls))
    })
  )

  it.effect.each([429, 503])("wait at least as long as Retry-After asks: %i", (status) =>
    Effect.gen(function* () {
      const { calls, http } = vendor({ status, headers: { "retry-after": "30" } }, settled)
      const client = yield* connect(http, retrying)
      const fiber = yield* Effect.fork(client.importInfo(batchId))
      yield* TestClock.adjust("29999 millis")
      assert.lengthOf(calls, 1)
      yield* TestClock.adjust("1 millis")
      yield* fiber
      assert.deepStrictEqual(gapsOf(calls), [30_000])
    }).pipe(Effect.scoped)
  )

  it.effect("wait at least as long as an HTTP date in Retry-After asks", () =>
    Effect.gen(function* () {
      const headers = { "retry-after": "Thu, 01 Jan 1970 00:01:00 GMT" }
      const { calls } = yield* callsOf({ status: 429, headers }, settled)
      assert.deepStrictEqual(gapsOf(calls), [60_000])
    })
  )

  it.effect.each([
    ["Thu, 01 Jan 1970 00:10:00 GMT", "Thu, 01 Jan 1970 00:10:40 GMT"],
    ["Fri, 02 Jan 1970 00:00:00 GMT", "Fri, 02 Jan 1970 00:00:40 GMT"]
  ])("wait as long as a date asks by the clock of the answer, not by ours: %s", ([date, retryAfter]) =>
    Effect.gen(function* () {
      const headers = { date: String(date), "retry-after": String(retryAfter) }
      const { calls } = yield* callsOf({ status: 429, headers }, settled)
      assert.deepStrictEqual(gapsOf(calls), [40_000])
    })
  )

  it.effect("respect Retry-After on a 500 as well", () =>
    Effect.gen(function* () {
      const { calls } = yield* callsOf({ status: 500, headers: { "retry-after": "45" } }, settled)
      assert.deepStrictEqual(gapsOf(calls), [45_000])
    })
  )

  it.effect.each(["86400", "9".repeat(400)])(
    "do not let Retry-After stop a job for longer than 5 minutes: %s",
    (header) =>
      Effect.gen(function* () {
        const { calls } = yield* callsOf({ status: 429, headers: { "retry-after": header } }, settled)
        assert.deepStrictEqual(gapsOf(calls), [300_000])
      })
  )

  it.effect("wait 30 seconds after a 429 that names no time", () =>
    Effect.gen(function* () {
      const { calls } = yield* callsOf({ status: 429 }, settled)
      assert.deepStrictEqual(gapsOf(calls), [30_000])
    })
  )

  it.effect("are not made if the policy is none", () =>
    Effect.gen(function* () {
      const { calls, http } = vendor({ status: 502 }, settled)
      const client = yield* connect(http, { retry: RetryPolicy.none })
      yield* Effect.flip(client.importInfo(batchId))
      assert.lengthOf(calls, 1)
    }).pipe(Effect.scoped)
  )

  it.effect("start again with each call", () =>
    Effect.gen(function* () {
      const { calls, http } = vendor({ status: 502 })
      const client = yield* connect(http, retrying)
      const once = during("1 hour")(Effect.flip(client.importInfo(batchId)))
      yield* once
      yield* once
      assert.lengthOf(calls, 12)
    }).pipe(Effect.scoped)
  )

  it.effect("end when the caller is interrupted", () =>
    Effect.gen(function* () {
      const { calls, http } = vendor({ status: 502 })
      const client = yield* connect(http, retrying)
      yield* during("1 second")(Effect.timeoutOption(client.importInfo(batchId), "100 millis"))
      yield* TestClock.adjust("1 hour")
      assert.lengthOf(calls, 1)
    }).pipe(Effect.scoped)
  )
})

describe("a rate limit that names no time", () => {
  it.effect.each<Reply>([
    { status: 429 },
    { status: 429, headers: { "retry-after": "soon" } },
    { status: 400, body: "rate limit" }
  ])("is retried no sooner than others may ask, and says so: %j", (limited) =>
    Effect.gen(function* () {
      const told: Array<number> = []
      const retry = Schedule.modifyDelay(RetryPolicy.standard, (_error, delay) => {
        told.push(Duration.toMillis(delay))
        return delay
      })
      const { calls, http } = vendor(limited, settled)
      const client = yield* connect(http, { retry })
      yield* during("1 minute")(client.importInfo(batchId))
      assert.deepStrictEqual(told, [30_000])
      assert.deepStrictEqual(
        calls.map(({ at }) => at),
        [0, 30_000]
      )
    }).pipe(Effect.scoped)
  )
})
