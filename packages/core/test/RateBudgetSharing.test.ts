import { HttpClient } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Redacted, TestClock } from "effect"
import { ActiveCampaignClient, RateBudget } from "effect-activecampaign"
import { accountUrl, answering, batchId, connect, token, vendor } from "./support.js"

describe("a budget", () => {
  it.scoped("in the context is shared by two clients", () =>
    Effect.gen(function* () {
      const { calls, http } = vendor(answering("active"))
      const budget = yield* RateBudget.make({ requestsPerSecond: 1 })
      const client = Effect.provideService(connect(http), RateBudget.RateBudget, budget)
      const clients = yield* Effect.all([client, client])
      const fiber = yield* Effect.fork(
        Effect.forEach([...clients, ...clients], (client) => Effect.orDie(client.importInfo(batchId)), {
          concurrency: "unbounded"
        })
      )
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(
        calls.map(({ at }) => at),
        [0, 1000, 2000, 3000]
      )
    })
  )

  it.scoped("is taken from a layer by clients built from layers", () =>
    Effect.gen(function* () {
      const { calls, http } = vendor(answering("active"))
      const client = Layer.fresh(
        ActiveCampaignClient.layer({ url: accountUrl, apiToken: Redacted.make(token) })
      )
      const budget = yield* Layer.build(RateBudget.layer({ requestsPerSecond: 2 }))
      const contexts = yield* Effect.all([Layer.build(client), Layer.build(client)]).pipe(
        Effect.provide(budget),
        Effect.provideService(HttpClient.HttpClient, http)
      )
      const clients = contexts.map((context) =>
        Context.get(context, ActiveCampaignClient.ActiveCampaignClient)
      )
      assert.notStrictEqual(clients[0], clients[1])
      const fiber = yield* Effect.fork(
        Effect.forEach(clients, (client) => Effect.orDie(client.importInfo(batchId)), {
          concurrency: "unbounded"
        })
      )
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(
        calls.map(({ at }) => at),
        [0, 500]
      )
    })
  )

  it.scoped("is each client's own if none is provided", () =>
    Effect.gen(function* () {
      const { calls, http } = vendor(answering("active"))
      const clients = yield* Effect.all([connect(http), connect(http)])
      yield* Effect.forEach(clients, (client) => client.importInfo(batchId))
      assert.deepStrictEqual(
        calls.map(({ at }) => at),
        [0, 0]
      )
    })
  )
})
