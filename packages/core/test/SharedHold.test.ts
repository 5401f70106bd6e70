import { HttpClient } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, TestClock } from "effect"
import { RateBudget } from "effect-activecampaign"
import { gapsOf, retrying, settled } from "./calling.js"
import { batchId, connect, during, type Reply, respond, silence, vendor } from "./support.js"

describe("a 429 to one caller", () => {
  it.scoped("holds every other caller of the client", () =>
    Effect.gen(function* () {
      const { calls, http } = vendor({ status: 429, headers: { "retry-after": "30" } }, settled)
      const client = yield* connect(http, retrying)
      const callers = Array.from({ length: 4 }, () => client.importInfo(batchId))
      const early = yield* Effect.fork(Effect.all(callers, { concurrency: "unbounded" }))
      yield* TestClock.adjust("20 seconds")
      const late = yield* Effect.fork(client.importInfo(batchId))
      yield* TestClock.adjust("9999 millis")
      assert.lengthOf(calls, 1)
      yield* TestClock.adjust("1 minute")
      yield* early
      yield* late
      assert.lengthOf(calls, 6)
      assert.isTrue(calls.slice(1).every(({ at }) => at >= 30_000))
      assert.isTrue(gapsOf(calls).every((gap) => gap >= 250))
    })
  )

  it.scoped("holds other callers even if the client does not retry", () =>
    Effect.gen(function* () {
      const { calls, http } = vendor({ status: 429, headers: { "retry-after": "10" } }, settled)
      const client = yield* connect(http)
      yield* Effect.flip(client.importInfo(batchId))
      yield* during("1 minute")(client.importInfo(batchId))
      assert.deepStrictEqual(gapsOf(calls), [10_000])
    })
  )

  it.scoped("is respected even if the budget is unlimited", () =>
    Effect.gen(function* () {
      const { calls, http } = vendor({ status: 429, headers: { "retry-after": "10" } }, settled)
      const client = yield* connect(http)
      yield* Effect.flip(client.importInfo(batchId))
      yield* during("1 minute")(client.importInfo(batchId))
      assert.deepStrictEqual(gapsOf(calls), [10_000])
    }).pipe(Effect.provide(RateBudget.layerUnlimited))
  )

  it.scoped.each<readonly [Reply, number]>([
    [{ status: 503, headers: { "retry-after": "10" } }, 10_000],
    [{ status: 503 }, 250],
    [{ status: 400, body: "Rate limit exceeded." }, 30_000],
    [{ status: 502, headers: { "retry-after": "10" } }, 250]
  ])("is not the only reason to hold others, and not every error is one: %j", ([reply, gap]) =>
    Effect.gen(function* () {
      const { calls, http } = vendor(reply, settled)
      const client = yield* connect(http)
      yield* Effect.flip(client.importInfo(batchId))
      yield* during("1 minute")(client.importInfo(batchId))
      assert.deepStrictEqual(gapsOf(calls), [gap])
    })
  )

  it.scoped("does not count the time in the queue against another caller's timeout", () =>
    Effect.gen(function* () {
      const { http } = vendor({ status: 429, headers: { "retry-after": "120" } }, settled)
      const client = yield* connect(http, { timeout: "5 seconds" })
      yield* Effect.flip(client.importInfo(batchId))
      const snapshot = yield* during("5 minutes")(client.importInfo(batchId))
      assert.strictEqual(snapshot.answer.status, "completed")
    })
  )
})

describe("a slow server", () => {
  it.scoped("does not keep other callers from their turn", () =>
    Effect.gen(function* () {
      const { calls, http } = vendor(silence, settled)
      const client = yield* connect(http)
      yield* Effect.fork(Effect.ignore(client.importInfo(batchId)))
      yield* Effect.yieldNow()
      const snapshot = yield* during("1 second")(client.importInfo(batchId))
      assert.strictEqual(snapshot.answer.status, "completed")
      assert.deepStrictEqual(gapsOf(calls), [250])
    })
  )

  it.scoped("has its request aborted when the time is up", () =>
    Effect.gen(function* () {
      const signals: Array<AbortSignal> = []
      const http = HttpClient.make((request, _url, signal) => {
        signals.push(signal)
        return signals.length > 1 ? Effect.succeed(respond(request, settled)) : Effect.never
      })
      const client = yield* connect(http, { timeout: "1 second" })
      const error = yield* during("1 second")(Effect.flip(client.importInfo(batchId)))
      assert.deepStrictEqual(
        Option.map(
          Option.liftPredicate(error, (error) => error._tag === "ApiUnavailable"),
          () => true
        ),
        Option.some(true)
      )
      assert.isTrue(signals[0]?.aborted)
    })
  )
})
