import { connect } from "node:net"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { ActiveCampaignClient, RetryPolicy } from "effect-activecampaign"
import { type Fault, NodeServer, Scenario, Simulator } from "effect-activecampaign-simulator"
import { batchId, get } from "./support.js"

const batches = [
  {
    batchId: "b-1",
    stages: { unset: 0, waiting: 0, claimed: 0, active: 0 },
    contacts: [{ email: "a@example.test" }]
  }
]
const clientOf = (url: string, options: Partial<ActiveCampaignClient.Options> = {}) =>
  ActiveCampaignClient.make({ url, apiToken: Redacted.make("simulator-token"), ...options }).pipe(
    Effect.provide(FetchHttpClient.layer)
  )

/** One call of core over the socket, without retries unless asked for, and the server that received it. */
const call = (fault: Fault.Fault | undefined, options: Partial<ActiveCampaignClient.Options> = {}) =>
  Effect.gen(function* () {
    const faults = fault === undefined ? [] : [{ on: { calls: [1] }, fault }]
    const server = yield* NodeServer.make(yield* Simulator.make(Scenario.make({ batches, faults })))
    const client = yield* clientOf(server.url, { retry: RetryPolicy.none, ...options })
    return yield* client.importInfo(batchId)
  })

describe("over a socket", () => {
  it.scopedLive("the status call answers as in process", () =>
    Effect.gen(function* () {
      const snapshot = yield* call(undefined)
      assert.strictEqual(snapshot.body, '{"status":"completed","success":["1001"],"failure":[]}')
    })
  )

  it.scopedLive("a submission is queued, and one that is not JSON is rejected", () =>
    Effect.gen(function* () {
      const { url } = yield* NodeServer.make(yield* Simulator.make(Scenario.make()))
      const client = yield* clientOf(url, { retry: RetryPolicy.none })
      const { batchId } = yield* client.submitImport({ contacts: [{ email: "ada@example.test" }] })
      assert.strictEqual((yield* client.importInfo(batchId)).answer.status, "unset")
      for (const body of ["{", '{"contacts":7}']) {
        const init = { method: "POST", body, headers: { "Api-Token": "simulator-token" } }
        const reply = yield* Effect.promise(() => fetch(`${url}/api/3/import/bulk_import`, init))
        assert.strictEqual(reply.status, 400)
        assert.include(yield* Effect.promise(() => reply.text()), "did not pass validation")
      }
    })
  )

  it.scopedLive("a 429 is RateLimited, and a retry respects it", () =>
    Effect.gen(function* () {
      const fault = { _tag: "RateLimited", retryAfter: 1, retryAfterAs: "seconds", headers: true } as const
      const error = yield* Effect.flip(call(fault))
      assert.strictEqual(error._tag, "RateLimited")
      const before = yield* Clock.currentTimeMillis
      const snapshot = yield* call(fault, { retry: RetryPolicy.standard })
      assert.strictEqual(snapshot.answer.status, "completed")
      assert.isAtLeast((yield* Clock.currentTimeMillis) - before, 990)
    })
  )

  it.scopedLive("a body that is cut is transient, and the next call gets it whole", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(call({ _tag: "Cut" }))
      assert.isTrue("isTransient" in error && error.isTransient)
      const snapshot = yield* call({ _tag: "Cut" }, { retry: RetryPolicy.standard })
      assert.strictEqual(snapshot.answer.status, "completed")
    })
  )

  it.scopedLive("a cut body announces more than is sent before the connection ends", () =>
    Effect.gen(function* () {
      const simulator = yield* Simulator.make(
        Scenario.make({ batches, faults: [{ fault: { _tag: "Cut" } }] })
      )
      const { port } = new URL((yield* NodeServer.make(simulator)).url)
      const text = yield* Effect.async<string>((resume) => {
        const socket = connect(Number(port), "127.0.0.1")
        let received = ""
        socket.on("data", (bytes) => {
          received += bytes
        })
        socket.on("close", () => resume(Effect.succeed(received)))
        socket.write(
          "GET /api/3/import/info?batchId=b-1 HTTP/1.1\r\nHost: x\r\nApi-Token: simulator-token\r\n\r\n"
        )
      })
      const [head = "", body = ""] = text.split("\r\n\r\n")
      const announced = Number(/content-length: (\d+)/i.exec(head)?.[1])
      assert.isAbove(body.length, 0)
      assert.isBelow(body.length, announced)
    })
  )

  it.scopedLive("a reset connection is ApiUnavailable for Transport", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(call({ _tag: "Reset" }))
      assert.strictEqual(error._tag, "ApiUnavailable")
      assert.isTrue("reason" in error && error.reason === "Transport")
      const snapshot = yield* call({ _tag: "Reset" }, { retry: RetryPolicy.standard })
      assert.strictEqual(snapshot.answer.status, "completed")
    })
  )

  it.scopedLive("a redirect is refused, and the host it names never hears of the token", () =>
    Effect.gen(function* () {
      const other = yield* Simulator.make(Scenario.make({ batches }))
      const { url: location } = yield* NodeServer.make(other)
      const error = yield* Effect.flip(
        call({ _tag: "Redirect", status: 302, location: `${location}/api/3/import/info?batchId=b-1` })
      )
      assert.strictEqual(error._tag, "RequestRejected")
      assert.deepStrictEqual(yield* other.requests, [])
    })
  )
})

describe("the server", () => {
  it.live("stops at once although a client keeps its connection and another waits for its answer", () =>
    Effect.gen(function* () {
      const before = yield* Clock.currentTimeMillis
      const url = yield* Effect.scoped(
        Effect.gen(function* () {
          const simulator = yield* Simulator.make(
            Scenario.make({
              batches,
              faults: [{ on: { calls: [2] }, fault: { _tag: "Slow", millis: 60_000 } }]
            })
          )
          const server = yield* NodeServer.make(simulator)
          const path = "/api/3/import/info?batchId=b-1"
          const first = yield* get(path, { url: server.url })
          assert.strictEqual(first.status, 200)
          yield* Effect.forkDaemon(Effect.ignore(get(path, { url: server.url })))
          yield* Effect.repeat(Effect.delay(simulator.requests, "10 millis"), {
            until: (requests) => requests.length === 2
          })
          return server.url
        })
      )
      assert.isBelow((yield* Clock.currentTimeMillis) - before, 5000)
      const error = yield* Effect.flip(get("/", { url }))
      assert.strictEqual(error._tag, "RequestError")
    }).pipe(Effect.provide(FetchHttpClient.layer))
  )

  it.scopedLive("takes the given port, and fails if it is taken", () =>
    Effect.gen(function* () {
      const simulator = yield* Simulator.make(Scenario.make())
      const { url } = yield* NodeServer.make(simulator)
      const error = yield* Effect.flip(NodeServer.make(simulator, { port: Number(new URL(url).port) }))
      assert.strictEqual(error._tag, "ServeError")
    })
  )

  it.scopedLive("logs what it received, unanswered if the connection was reset", () =>
    Effect.gen(function* () {
      const simulator = yield* Simulator.make(
        Scenario.make({ batches, faults: [{ fault: { _tag: "Reset" } }] })
      )
      const { url } = yield* NodeServer.make(simulator)
      yield* Effect.ignore(get("/api/3/import/info?batchId=b-1", { url }))
      const [request] = yield* simulator.requests
      assert.strictEqual(request?.url, "/api/3/import/info?batchId=b-1")
      assert.isTrue(Option.isNone(request?.status ?? Option.some(0)))
    }).pipe(Effect.provide(FetchHttpClient.layer))
  )
})
