import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { type Fault, InProcess, Scenario, Simulator } from "effect-activecampaign-simulator"
import { info } from "./support.js"

const batches = [{ batchId: "b-1", stages: { unset: 0, waiting: 0, claimed: 0, active: 0 } }]
type Input = typeof Fault.PlannedFault.Encoded

const served = (...faults: ReadonlyArray<Input>) =>
  InProcess.layer(Scenario.make({ batches, faults, rateLimit: null }))
const withFault = (fault: Input["fault"]) => Effect.provide(info("b-1"), served({ fault }))
const right = '{"status":"completed","success":[],"failure":[]}'

describe("a fault", () => {
  it.effect("hits the calls listed, counted over all batches", () =>
    Effect.gen(function* () {
      const replies = yield* Effect.forEach(["b-1", "b-2", "b-1", "b-2"], info)
      assert.deepStrictEqual(
        replies.map((reply) => reply.status),
        [200, 503, 200, 503]
      )
    }).pipe(Effect.provide(served({ on: { calls: [2, 4] }, fault: { _tag: "Unavailable" } })))
  )

  it.effect("hits a range of calls about one batch", () =>
    Effect.gen(function* () {
      const replies = yield* Effect.forEach(["b-2", "b-1", "b-1", "b-2", "b-1", "b-1"], info)
      assert.deepStrictEqual(
        replies.map((reply) => reply.status),
        [200, 200, 503, 200, 503, 200]
      )
    }).pipe(
      Effect.provide(
        served({ on: { batchId: "b-1", calls: { from: 2, to: 3 } }, fault: { _tag: "Unavailable" } })
      )
    )
  )

  it.effect("comes first if it is planned first", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* info("b-1")).status, 403)
      assert.strictEqual((yield* info("b-1")).status, 502)
    }).pipe(
      Effect.provide(
        served(
          { on: { calls: [1] }, fault: { _tag: "Forbidden" } },
          { fault: { _tag: "Unavailable", status: 502 } }
        )
      )
    )
  )

  it.effect("can be 429 with seconds, with a date, and without any header", () =>
    Effect.gen(function* () {
      const seconds = yield* withFault({ _tag: "RateLimited", retryAfter: 30 })
      assert.strictEqual(seconds.status, 429)
      assert.strictEqual(seconds.headers["retry-after"], "30")
      const date = yield* withFault({ _tag: "RateLimited", retryAfter: 30, retryAfterAs: "date" })
      assert.strictEqual(date.headers["retry-after"], "Thu, 01 Jan 1970 00:00:30 GMT")
      const bare = yield* withFault({ _tag: "RateLimited", headers: false })
      assert.isUndefined(bare.headers["retry-after"])
      assert.isUndefined(bare.headers["ratelimit-limit"])
    })
  )

  it.effect("can be a 400 about a rate limit", () =>
    Effect.map(withFault({ _tag: "RateLimitAs400" }), ({ body, status }) => {
      assert.strictEqual(status, 400)
      assert.match(body, /rate limit/i)
    })
  )

  it.effect("can be a page from something in front of the service", () =>
    Effect.map(withFault({ _tag: "Challenge" }), ({ body, headers, status }) => {
      assert.strictEqual(status, 403)
      assert.strictEqual(headers["cf-mitigated"], "challenge")
      assert.match(body, /^<!DOCTYPE html>/)
    })
  )

  it.effect("can be lists in an odd shape, and JSON nested too deep", () =>
    Effect.gen(function* () {
      const object = yield* withFault({ _tag: "OddLists" })
      assert.deepStrictEqual(JSON.parse(object.body), { status: "completed", success: {}, failure: {} })
      const items = yield* withFault({ _tag: "OddLists", as: "odd-items" })
      assert.deepStrictEqual(JSON.parse(items.body), {
        status: "completed",
        success: [null],
        failure: [null]
      })
      assert.match((yield* withFault({ _tag: "Nested", levels: 3 })).body, /^{"status":\[\[\[\]\]\]}$/)
    })
  )

  it.effect("can be an HTML page, with 503 or with 200", () =>
    Effect.gen(function* () {
      const unavailable = yield* withFault({ _tag: "Unavailable", retryAfter: 3 })
      assert.strictEqual(unavailable.status, 503)
      assert.strictEqual(unavailable.headers["retry-after"], "3")
      assert.match(unavailable.body, /^<!DOCTYPE html>/)
      const login = yield* withFault({ _tag: "HtmlWith200" })
      assert.strictEqual(login.status, 200)
      assert.match(login.body, /^<!DOCTYPE html>/)
    })
  )

  it.effect("can be no body, and JSON of another shape", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* withFault({ _tag: "Empty" })).body, "")
      assert.strictEqual(JSON.parse((yield* withFault({ _tag: "WrongShape" })).body).status, 7)
    })
  )

  it.effect("can be a redirect, which the in-process client does not follow", () =>
    Effect.map(withFault({ _tag: "Redirect", location: "https://login.example.test/" }), (reply) => {
      assert.strictEqual(reply.status, 302)
      assert.strictEqual(reply.headers.location, "https://login.example.test/")
    })
  )

  it.effect("can cut the body, which fails while it is read", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(withFault({ _tag: "Cut" }))
      assert.strictEqual(error._tag, "ResponseError")
    })
  )

  it.effect("can reset the connection", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(info("b-1"))
      assert.strictEqual(error._tag, "RequestError")
      assert.strictEqual(error.reason, "Transport")
      assert.strictEqual((yield* Simulator.requests)[0]?.status._tag, "None")
    }).pipe(Effect.provide(served({ fault: { _tag: "Reset" } })))
  )

  it.effect("can be the right answer, late by the Clock", () =>
    Effect.gen(function* () {
      const call = yield* Effect.fork(info("b-1"))
      yield* TestClock.adjust(4999)
      assert.strictEqual((yield* Simulator.requests)[0]?.status._tag, "None")
      assert.isTrue((yield* Fiber.poll(call))._tag === "None")
      yield* TestClock.adjust(1)
      assert.strictEqual((yield* Fiber.join(call)).body, right)
    }).pipe(Effect.provide(served({ fault: { _tag: "Slow", millis: 5000 } })))
  )
})
