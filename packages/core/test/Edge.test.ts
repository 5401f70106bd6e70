import { HttpClient } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import {
  Deferred,
  Effect,
  type Either,
  Fiber,
  FiberRef,
  Logger,
  LogLevel,
  Metric,
  Redacted,
  Schedule,
  TestClock
} from "effect"
import { ActiveCampaignError, Metrics, RetryPolicy } from "effect-activecampaign"
import * as Edge from "../src/internal/edge.js"
import {
  accountUrl,
  answering,
  batchId,
  connect,
  during,
  respond,
  silence,
  token,
  unreachable,
  vendor
} from "./support.js"

type Script = Parameters<typeof vendor>
const settled = answering("completed", { success: ["1"], failure: [] })
const tagOf = <A>(result: Either.Either<A, ActiveCampaignError.ActiveCampaignError>) =>
  result._tag === "Left" ? result.left._tag : "ok"

/** A call of the given kind to the scripted account, as the client's methods make it. */
const calling = (
  options: Pick<Edge.CallOptions, "kind" | "retry">,
  script: Script,
  retry: RetryPolicy.RetryPolicy = RetryPolicy.standard
) =>
  Effect.gen(function* () {
    const { calls, http } = vendor(...script)
    const { api, call } = yield* Edge.make({ url: accountUrl, apiToken: Redacted.make(token), retry }).pipe(
      Effect.provideService(HttpClient.HttpClient, http)
    )
    const result = yield* during("1 hour")(
      Effect.either(
        call(
          { name: "submit", request: "POST /import/bulk_import", ...options },
          api.bulkImport.info({ urlParams: { batchId } })
        )
      )
    )
    return { calls, result, times: calls.map(({ at }) => at) }
  })

describe("a submission", () => {
  const submission = { kind: "import-many", retry: "submission" } as const

  it.scoped.each<readonly [string, Script[0]]>([
    ["a timeout", silence],
    ["500", { status: 500 }],
    ["408", { status: 408 }],
    ["503 without Retry-After", { status: 503 }],
    ["a connection that broke", unreachable(new Error("ECONNRESET"))],
    ["200 with nothing", { body: "" }],
    ["200 with HTML", { body: "<html>" }],
    ["200 with JSON of another shape", { body: "{}" }]
  ])("is never retried after %s, under any policy", ([_name, step]) =>
    Effect.gen(function* () {
      const { calls, result } = yield* calling(submission, [step], Schedule.recurs(3))
      assert.strictEqual(tagOf(result), "OutcomeUnknown")
      assert.lengthOf(calls, 1)
    })
  )

  it.scoped("says what to do when its outcome is unknown", () =>
    Effect.gen(function* () {
      const { result } = yield* calling(submission, [{ status: 502 }])
      assert(result._tag === "Left")
      assert.match(result.left.message, /502.*may still have been queued\. Look them up/)
      assert.isFalse(result.left.isTransient)
    })
  )

  it.scoped.each<readonly [string, Script[0]]>([
    ["429", { status: 429, headers: { "retry-after": "30" } }],
    [
      "the 400 about imports a minute",
      {
        status: 400,
        body: '{"success":0,"message":"Rate limit exceeded."}',
        headers: { "retry-after": "30" }
      }
    ],
    ["503 with Retry-After", { status: 503, headers: { "retry-after": "30" } }],
    [
      "a connection never made",
      unreachable(Object.assign(new Error("connect 127.0.0.1:1"), { code: "ECONNREFUSED" }))
    ]
  ])("is repeated after %s, since nothing was queued", ([name, step]) =>
    Effect.gen(function* () {
      const { result, times } = yield* calling(submission, [step, settled])
      assert.strictEqual(tagOf(result), "ok")
      assert.lengthOf(times, 2)
      if (!name.startsWith("a connection")) assert.strictEqual(times[1], 30_000)
    })
  )
})

describe("a 403", () => {
  it.scoped("is retried twice if calls worked before", () =>
    Effect.gen(function* () {
      const { calls, http } = vendor(settled, { status: 403 })
      const client = yield* connect(http, { retry: RetryPolicy.standard })
      const result = yield* during("1 hour")(
        Effect.zipRight(client.importInfo(batchId), Effect.either(client.importInfo(batchId)))
      )
      assert.strictEqual(tagOf(result), "AuthenticationFailed")
      assert.lengthOf(calls, 1 + 1 + RetryPolicy.forbiddenRetries)
    })
  )
  it.scoped("ends a call at once if none worked", () =>
    Effect.gen(function* () {
      const { calls } = yield* calling({}, [{ status: 403 }, settled])
      assert.lengthOf(calls, 1)
    })
  )
})

describe("a policy on a schedule of the caller's", () => {
  it.scoped("never waits less than Retry-After", () =>
    Effect.gen(function* () {
      const policy = RetryPolicy.make(Schedule.spaced("1 second").pipe(Schedule.jittered))
      const { times } = yield* calling(
        {},
        [{ status: 500, headers: { "retry-after": "20" } }, settled],
        policy
      )
      assert.deepStrictEqual(times, [0, 20_000])
    })
  )
})

describe("the fiber of a request", () => {
  it.effect("works for a caller that was interrupted and is cleaning up", () =>
    Effect.gen(function* () {
      const { calls, http } = vendor(settled)
      const done = yield* Deferred.make<string>()
      const tidyUp = Effect.scoped(
        Effect.flatMap(connect(http), (client) => client.importInfo(batchId)).pipe(
          Effect.flatMap(({ answer }) => Deferred.succeed(done, answer.status)),
          Effect.orDie
        )
      )
      const fiber = yield* Effect.fork(Effect.onInterrupt(Effect.never, () => tidyUp))
      yield* Effect.yieldNow()
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(yield* Deferred.await(done), "completed")
      assert.lengthOf(calls, 1)
    })
  )
  it.scoped("runs to its end if its uninterruptible caller is interrupted", () =>
    Effect.gen(function* () {
      const { http } = vendor((request) =>
        Effect.delay(
          Effect.sync(() => respond(request, settled)),
          "2 seconds"
        )
      )
      const client = yield* connect(http)
      const done = yield* Deferred.make<string>()
      const fiber = yield* Effect.fork(
        Effect.uninterruptible(
          Effect.flatMap(client.importInfo(batchId), ({ answer }) => Deferred.succeed(done, answer.status))
        )
      )
      yield* TestClock.adjust("1 second")
      const interruption = yield* Effect.fork(Fiber.interrupt(fiber))
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(interruption)
      assert.strictEqual(yield* Deferred.await(done), "completed")
    })
  )
  it.scoped("does not log an error that its caller gets", () =>
    Effect.gen(function* () {
      const logged: Array<unknown> = []
      const logger = Logger.make(({ message }) => logged.push(message))
      const { http } = vendor({ status: 404 })
      const client = yield* connect(http)
      yield* Effect.either(client.importInfo(batchId)).pipe(
        Logger.withMinimumLogLevel(LogLevel.All),
        Effect.provide(Logger.replace(Logger.defaultLogger, logger))
      )
      assert.isEmpty(logged)
    })
  )
  it.scoped("leaves the FiberRefs of its caller as they were", () =>
    Effect.gen(function* () {
      const { http } = vendor(settled)
      const client = yield* connect(http)
      const refs = Effect.all([
        FiberRef.get(HttpClient.currentTracerPropagation),
        FiberRef.get(HttpClient.currentTracerDisabledWhen),
        FiberRef.get(FiberRef.currentContext)
      ])
      const before = yield* refs
      yield* client.importInfo(batchId)
      assert.deepStrictEqual(yield* refs, before)
    })
  )
})

describe("a body", () => {
  const chars = (length: number) => `"${"x".repeat(length - 2)}"`
  const calls = (body: string, status = 200, headers: Record<string, string> = {}) =>
    Effect.gen(function* () {
      const { http } = vendor({ body, headers, status })
      const { api, call } = yield* Edge.make({
        url: accountUrl,
        apiToken: Redacted.make(token),
        retry: RetryPolicy.none,
        maxBodyBytes: 1000
      }).pipe(Effect.provideService(HttpClient.HttpClient, http))
      return yield* Effect.flip(
        call({ name: "info", request: "GET /x" }, api.bulkImport.info({ urlParams: { batchId } }))
      )
    })
  it.scoped.each([{}, { "content-length": "1001" }])(
    "above the limit is refused and not kept: %j",
    (headers) =>
      Effect.gen(function* () {
        const error = yield* calls(chars(1001), 200, headers)
        assert(error instanceof ActiveCampaignError.ContractBroken)
        assert.strictEqual(error.content, "too-large")
        assert.isFalse(error.isTransient)
        assert.include(error.message, "1000 bytes")
      })
  )
  it.scoped.each([{}, { "content-length": "1000" }])("at the limit is read: %j", (headers) =>
    Effect.gen(function* () {
      const error = yield* calls(chars(1000), 200, headers)
      assert(error instanceof ActiveCampaignError.ContractBroken)
      assert.strictEqual(error.content, "json")
    })
  )
  it.scoped("of a refusal may have any length", () =>
    Effect.gen(function* () {
      const error = yield* calls(chars(200_000), 404)
      assert.strictEqual(error._tag, "RequestRejected")
    })
  )
})

describe("the metrics", () => {
  it.scoped("count calls, retries and throttles by operation", () =>
    Effect.gen(function* () {
      const { http } = vendor({ status: 500 }, { status: 429, headers: { "retry-after": "7" } }, settled)
      const { api, call } = yield* Edge.make({ url: accountUrl, apiToken: Redacted.make(token) }).pipe(
        Effect.provideService(HttpClient.HttpClient, http)
      )
      const name = "counted"
      yield* during("1 hour")(
        call({ name, request: "GET /x" }, api.bulkImport.info({ urlParams: { batchId } }))
      )
      const of = <Type, In, Out>(metric: Metric.Metric<Type, In, Out>) =>
        Metric.tagged(metric, "operation", name)
      const count = (metric: Metric.Metric.Counter<number>, key: string, value: string) =>
        Effect.map(Metric.value(Metric.tagged(of(metric), key, value)), ({ count }) => count)
      assert.strictEqual(yield* count(Metrics.calls, "outcome", "ok"), 1)
      assert.strictEqual(yield* count(Metrics.calls, "outcome", "ApiUnavailable"), 1)
      assert.strictEqual(yield* count(Metrics.calls, "outcome", "RateLimited"), 1)
      assert.strictEqual(yield* count(Metrics.retries, "error", "RateLimited"), 1)
      assert.strictEqual(yield* count(Metrics.throttles, "status", "429"), 1)
      assert.strictEqual((yield* Metric.value(of(Metrics.waits))).count, 3)
    })
  )
})
