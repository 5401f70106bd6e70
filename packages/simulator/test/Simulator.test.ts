import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import { ImportAnswer } from "effect-activecampaign"
import { InProcess, Scenario, Simulator } from "effect-activecampaign-simulator"
import { get, info } from "./support.js"

const quick = { unset: 0, waiting: 0, claimed: 0, active: 0 }
const contacts = [
  { email: "a@example.test", contactId: "11" },
  { email: "b@example.test", contactId: "12", becomes: "updated" },
  { email: "c@example", becomes: "rejected" }
] as const
const done = { batchId: "b-1", stages: quick, contacts }
const empty = { batchId: "b-0", stages: quick }

const served = (scenario: Scenario.ScenarioInput = {}) => InProcess.layer(Scenario.make(scenario))

describe("the status call", () => {
  it.effect("answers the documented shape", () =>
    Effect.gen(function* () {
      const { body, headers, status } = yield* info("b-1")
      assert.strictEqual(status, 200)
      assert.strictEqual(headers["content-type"], "application/json")
      assert.strictEqual(body, '{"status":"completed","success":["11","12"],"failure":["c@example"]}')
    }).pipe(Effect.provide(served({ batches: [done] })))
  )

  it.effect("answers by default with what the contract itself would write", () =>
    Effect.gen(function* () {
      const { body } = yield* info("b-1")
      const codec = Schema.parseJson(ImportAnswer.ImportAnswer)
      const answer = yield* Schema.decode(codec)(body)
      assert.deepStrictEqual(JSON.parse(yield* Schema.encode(codec)(answer)), JSON.parse(body))
    }).pipe(Effect.provide(served({ batches: [done] })))
  )

  it.effect("follows the Clock from false to completed", () =>
    Effect.gen(function* () {
      const statuses: Array<unknown> = []
      for (const step of [0, 1000, 200, 200, 500]) {
        yield* TestClock.adjust(step)
        statuses.push(JSON.parse((yield* info("b-1")).body).status)
      }
      assert.deepStrictEqual(statuses, [false, "waiting", "claimed", "active", "completed"])
    }).pipe(Effect.provide(served({ batches: [{ batchId: "b-1" }] })))
  )

  it.effect("knows a batch after its submission", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* info("b-1")).status, 404)
      yield* TestClock.adjust(3000)
      assert.strictEqual((yield* info("b-1")).status, 200)
    }).pipe(Effect.provide(served({ batches: [{ ...done, submittedAt: 3000 }], unknownBatch: "404" })))
  )

  it.effect("shows growing lists while active only if the scenario has them", () =>
    Effect.gen(function* () {
      yield* TestClock.adjust(500)
      assert.strictEqual((yield* info("grows")).body, '{"status":"active","success":["11"],"failure":[]}')
      assert.strictEqual((yield* info("b-1")).body, '{"status":"active"}')
    }).pipe(
      Effect.provide(
        served({
          batches: [
            { ...done, batchId: "grows", stages: { ...quick, active: 1000 }, partialLists: true },
            { ...done, stages: { ...quick, active: 1000 } }
          ]
        })
      )
    )
  )

  it.effect(
    "answers exactly the documented 400 without a batchId, with an empty and with a repeated one",
    () =>
      Effect.gen(function* () {
        for (const query of ["", "?batchId=", "?batchId=a&batchId=b"]) {
          const { body, status } = yield* get(`/api/3/import/info${query}`)
          assert.strictEqual(status, 400, query + body)
          assert.strictEqual(body, `{"success":0,"message":"'batchId' is a required field."}`)
        }
      }).pipe(Effect.provide(served()))
  )

  it.effect("answers 403 to a missing or wrong token", () =>
    Effect.gen(function* () {
      for (const token of ["", "wrong"]) {
        const { body, status } = yield* get("/api/3/import/info?batchId=b-1", { token })
        assert.strictEqual(status, 403)
        assert.strictEqual(body, '{"message":"Forbidden"}')
      }
    }).pipe(Effect.provide(served({ batches: [done] })))
  )

  it.effect("answers JSON 404 on every other path", () =>
    Effect.gen(function* () {
      for (const path of [
        "/",
        "/import/info?batchId=b-1",
        "/api/3",
        "/api/3/contact",
        "/api/31/import/info"
      ]) {
        const { body, status } = yield* get(path)
        assert.strictEqual(status, 404, path)
        assert.deepStrictEqual(JSON.parse(body), { message: "Not Found" })
      }
    }).pipe(Effect.provide(served({ batches: [done] })))
  )
})

describe("the wording of answers", () => {
  const bodyWith = (scenario: Scenario.ScenarioInput, batch: string) =>
    info(batch).pipe(
      Effect.map(({ body }) => body),
      Effect.provide(served({ batches: [done, empty], ...scenario }))
    )

  it.effect("can have IDs as numbers", () =>
    Effect.map(bodyWith({ idsAs: "number" }, "b-1"), (body) => assert.include(body, '"success":[11,12]'))
  )

  it.effect("can leave updated contacts out of success", () =>
    Effect.map(bodyWith({ successMeans: "created-only" }, "b-1"), (body) =>
      assert.include(body, '"success":["11"]')
    )
  )

  it.effect("can have empty lists as arrays, as null, or not at all", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* bodyWith({}, "b-0"), '{"status":"completed","success":[],"failure":[]}')
      assert.strictEqual(
        yield* bodyWith({ emptyLists: "null" }, "b-0"),
        '{"status":"completed","success":null,"failure":null}'
      )
      assert.strictEqual(yield* bodyWith({ emptyLists: "missing" }, "b-0"), '{"status":"completed"}')
    })
  )

  it.effect("lists the ID of an address sent twice once, or twice if the scenario says so", () =>
    Effect.gen(function* () {
      const batches = [
        {
          batchId: "b-2",
          stages: quick,
          contacts: [{ email: "a@example.test" }, { email: "A@Example.test" }]
        }
      ]
      assert.include(yield* bodyWith({ batches }, "b-2"), '"success":["1001"]')
      assert.include(yield* bodyWith({ batches, duplicateIds: "twice" }, "b-2"), '"success":["1001","1001"]')
    })
  )

  it.effect("about an unknown batch is one of four", () =>
    Effect.gen(function* () {
      const replies = yield* Effect.forEach(["false", "empty", "400", "404"] as const, (unknownBatch) =>
        Effect.provide(info("nobody"), served({ unknownBatch }))
      )
      assert.deepStrictEqual(
        replies.map((reply) => reply.status),
        [200, 200, 400, 404]
      )
      assert.strictEqual(replies[0]?.body, '{"status":false}')
      assert.strictEqual(replies[1]?.body, '{"status":false,"success":[],"failure":[]}')
    })
  )
})

describe("the rate limit", () => {
  it.effect("answers 429 with the documented headers to the sixth call of a second, over all batches", () =>
    Effect.gen(function* () {
      const replies = yield* Effect.forEach([1, 2, 3, 4, 5, 6], (n) => info(`b-${n}`))
      assert.deepStrictEqual(
        replies.map((reply) => reply.status),
        [200, 200, 200, 200, 200, 429]
      )
      const headers = replies[5]?.headers
      assert.strictEqual(headers?.["retry-after"], "2")
      assert.strictEqual(headers?.["ratelimit-limit"], "5")
      assert.strictEqual(headers?.["ratelimit-remaining"], "0")
    }).pipe(Effect.provide(served({ retryAfterSeconds: 2 })))
  )

  it.effect("slides: a call is free again a second after the one it replaces", () =>
    Effect.gen(function* () {
      yield* info("b-1")
      yield* TestClock.adjust(600)
      yield* info("b-1")
      assert.strictEqual((yield* info("b-1")).status, 429)
      yield* TestClock.adjust(399)
      assert.strictEqual((yield* info("b-1")).status, 429)
      yield* TestClock.adjust(1)
      assert.strictEqual((yield* info("b-1")).status, 200)
      assert.strictEqual((yield* info("b-1")).status, 429)
    }).pipe(Effect.provide(served({ rateLimit: { requests: 2 } })))
  )

  it.effect("is lifted by null", () =>
    Effect.gen(function* () {
      const replies = yield* Effect.forEach(Array.from({ length: 50 }), () => info("b-1"))
      assert.isTrue(replies.every((reply) => reply.status === 200))
    }).pipe(Effect.provide(served({ rateLimit: null })))
  )

  it.effect("shows in the headers of a 200 only if the scenario says so", () =>
    Effect.gen(function* () {
      const { headers } = yield* Effect.provide(info("b-1"), served({ sendRateLimitHeaders: true }))
      assert.strictEqual(headers["ratelimit-remaining"], "4")
      const silent = yield* Effect.provide(info("b-1"), served())
      assert.isUndefined(silent.headers["ratelimit-remaining"])
    })
  )
})

describe("the log of requests", () => {
  it.effect("has time, method, URL and status of each request, and no token", () =>
    Effect.gen(function* () {
      yield* info("b-1")
      yield* TestClock.adjust(250)
      yield* get("/api/3/import/info", { token: "top-secret" })
      const requests = yield* Simulator.requests
      assert.deepStrictEqual(requests, [
        { at: 0, method: "GET", url: "/api/3/import/info?batchId=b-1", status: Option.some(200) },
        { at: 250, method: "GET", url: "/api/3/import/info", status: Option.some(403) }
      ])
      assert.notInclude(JSON.stringify(requests), "top-secret")
    }).pipe(Effect.provide(served()))
  )
})
