import { HttpClient } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Layer, Redacted, TestClock } from "effect"
import { ActiveCampaignClient, RateBudget } from "effect-activecampaign"
import { settled } from "./calling.js"
import { accountUrl, batchId, during, token, vendor, withVirtualTime } from "./support.js"

const layerOf = (http: HttpClient.HttpClient, url = accountUrl) =>
  ActiveCampaignClient.layer({ url, apiToken: Redacted.make(token) }).pipe(
    Layer.provide(Layer.succeed(HttpClient.HttpClient, http))
  )
const ask = Effect.flatMap(ActiveCampaignClient.ActiveCampaignClient, (client) => client.importInfo(batchId))
const mostInASecond = (times: ReadonlyArray<number>) =>
  Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1000).length))

describe("the budget of an account", () => {
  it.effect("is one, even if a layer is built for each call", () =>
    Effect.gen(function* () {
      const { calls, http } = vendor(settled)
      yield* during("1 minute")(
        Effect.forEach(Array.from({ length: 20 }), () => Effect.provide(ask, layerOf(http)), {
          concurrency: "unbounded"
        })
      )
      assert.lengthOf(calls, 20)
      assert.isAtMost(mostInASecond(calls.map(({ at }) => at)), 5)
    })
  )

  it.effect("is one for two layers, in any spelling of the URL", () =>
    Effect.gen(function* () {
      const { calls, http } = vendor(settled)
      const askMany = Effect.repeatN(ask, 9)
      yield* during("1 minute")(
        Effect.all(
          [
            Effect.provide(askMany, layerOf(http)),
            Effect.provide(askMany, layerOf(http, `${accountUrl}/api/3/`))
          ],
          { concurrency: "unbounded" }
        )
      )
      assert.lengthOf(calls, 20)
      assert.isAtMost(mostInASecond(calls.map(({ at }) => at)), 5)
    })
  )

  it.effect("is not that of another account", () =>
    Effect.gen(function* () {
      const { calls, http } = vendor(settled)
      yield* Effect.provide(ask, layerOf(http))
      yield* Effect.provide(ask, layerOf(http, "https://other.api-us1.com"))
      assert.deepStrictEqual(
        calls.map(({ at }) => at),
        [0, 0]
      )
    })
  )

  it.effect("is a separate one on another clock, so that tests stay apart", () =>
    Effect.gen(function* () {
      const { calls, http } = vendor(settled)
      const onClockOfItsOwn = withVirtualTime(Effect.provide(ask, layerOf(http)))
      yield* onClockOfItsOwn
      yield* onClockOfItsOwn
      assert.deepStrictEqual(
        calls.map(({ at }) => at),
        [0, 0]
      )
      assert.strictEqual(yield* Clock.currentTimeMillis, 0)
    })
  )

  it.effect("is the provided one, if there is one", () =>
    Effect.gen(function* () {
      const { calls, http } = vendor(settled)
      yield* TestClock.setTime(10_000)
      yield* Effect.repeatN(ask, 9).pipe(
        Effect.provide(layerOf(http)),
        Effect.provide(RateBudget.layerUnlimited)
      )
      assert.deepStrictEqual(new Set(calls.map(({ at }) => at)), new Set([10_000]))
    })
  )
})
