import { HttpApi, HttpClient } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Redacted } from "effect"
import { ActiveCampaignApi, RetryPolicy } from "effect-activecampaign"
import { type Failure, fromFailure } from "../src/internal/call.js"
import * as Edge from "../src/internal/edge.js"
import { makeQuery } from "../src/internal/query.js"
import { accountUrl, answering, type Reply, token, vendor } from "./support.js"

/** The status call of this batch both ways: by the query, and by the client derived from the whole contract. */
const bothWays = (batchId: string | undefined, reply: Reply) =>
  Effect.gen(function* () {
    const { calls, http } = vendor(reply)
    const { api, send } = yield* Edge.make({
      url: accountUrl,
      apiToken: Redacted.make(token),
      retry: RetryPolicy.none
    }).pipe(Effect.provideService(HttpClient.HttpClient, http))
    const query = yield* Effect.either(makeQuery(ActiveCampaignApi.info, send)({ batchId }))
    const derived = yield* Effect.either(api.bulkImport.info({ urlParams: { batchId } }))
    return { calls, derived, query }
  }).pipe(Effect.locally(HttpClient.currentTracerPropagation, false))

const circumstances = { hide: (text: string) => text, request: "GET /import/info", workedBefore: false }

describe("the query of the status call", () => {
  it("is made of the endpoint that the contract holds", () => {
    const endpoints: Array<unknown> = []
    HttpApi.reflect(ActiveCampaignApi.ActiveCampaignApi, {
      onEndpoint: ({ endpoint }) => endpoints.push(endpoint),
      onGroup: () => {}
    })
    assert.include(endpoints, ActiveCampaignApi.info)
  })

  it.scoped.each(["b-0001", "a b&c=d/ü%", "", undefined])(
    "sends what the derived client sends: %j",
    (batchId) =>
      Effect.gen(function* () {
        const { calls } = yield* bothWays(batchId, answering("active"))
        const [first, second] = calls.map(({ headers, method, url }) => [method, url.href, { ...headers }])
        assert.deepStrictEqual(first, second)
      })
  )

  it.scoped.each<readonly [string, Reply]>([
    ["settled", answering("completed", { success: ["1", 2], failure: ["a@x.yz"] })],
    ["unset", answering(false)],
    ["behind a byte order mark", { body: `\uFEFF${JSON.stringify({ status: "active" })}` }]
  ])("answers what the derived client answers: %s", ([_name, reply]) =>
    Effect.gen(function* () {
      const { derived, query } = yield* bothWays("b-0001", reply)
      const { answer, body } = Either.getOrThrow(query)
      assert.deepStrictEqual(answer, Either.getOrThrow(derived))
      assert.strictEqual(body, reply.body)
    })
  )

  it.scoped.each<readonly [string, Reply]>([
    ["200 with nothing", { body: "" }],
    ["200 with half a body", { body: '{"status":"comp' }],
    ["200 of another shape", answering(null)],
    ["200 nested too deep", { body: "[".repeat(1001) + "]".repeat(1001) }],
    ["201", { status: 201, body: "{}" }],
    ["403", { status: 403, body: '{"message":"Forbidden"}' }]
  ])("fails as the derived client fails: %s", ([_name, reply]) =>
    Effect.gen(function* () {
      const { derived, query } = yield* bothWays("b-0001", reply)
      const told = (failure: Failure) => Effect.flip(fromFailure(circumstances, failure))
      const ours = yield* told(Either.getOrThrow(Either.flip(query)))
      const theirs = yield* told(Either.getOrThrow(Either.flip(derived)))
      assert.deepStrictEqual({ ...ours }, { ...theirs })
    })
  )
})
