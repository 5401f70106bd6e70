import { FetchHttpClient, HttpClient, HttpClientResponse } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Option, TestClock } from "effect"
import { ActiveCampaignError } from "effect-activecampaign"
import { encode, errorOf, fieldsOf, html, localServer } from "./failing.js"
import { batchId, call, connect, during, silence, unreachable, vendor } from "./support.js"

describe("a server in trouble", () => {
  it.effect.each([408, 500, 502, 504, 520, 521, 525, 526, 590])(
    "is ApiUnavailable by Status with %i",
    (status) =>
      Effect.gen(function* () {
        assert.deepStrictEqual(
          yield* fieldsOf({ status, body: html, headers: { "content-type": "text/html" } }),
          {
            _tag: "ApiUnavailable",
            request: call,
            reason: "Status",
            status,
            detail: "an HTML page"
          }
        )
      })
  )

  it.effect("keeps the Retry-After of a 500", () =>
    Effect.gen(function* () {
      const error = yield* errorOf({ status: 500, headers: { "retry-after": "7" } })
      assert.deepStrictEqual(ActiveCampaignError.retryAfterOf(error), Option.some(Duration.seconds(7)))
    })
  )

  it.effect.each([
    [
      new TypeError("fetch failed", {
        cause: Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:1"), { code: "ECONNREFUSED" })
      }),
      "connect ECONNREFUSED 127.0.0.1:1",
      "refused"
    ],
    [
      new TypeError("fetch failed", { cause: Object.assign(new Error(""), { code: "ECONNREFUSED" }) }),
      "ECONNREFUSED",
      "refused"
    ],
    [
      new TypeError("fetch failed", {
        cause: Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" })
      }),
      "UND_ERR_SOCKET other side closed",
      undefined
    ],
    [new Error("terminated"), "terminated", undefined],
    ["not even an error", "", undefined],
    [undefined, "", undefined]
  ] as const)("is ApiUnavailable by Transport, and says what went wrong: %s", ([cause, detail, neverLeft]) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* fieldsOf(unreachable(cause)), {
        _tag: "ApiUnavailable",
        request: call,
        reason: "Transport",
        detail,
        ...(neverLeft === undefined ? {} : { neverLeft })
      })
    })
  )

  it.scopedLive("names ECONNREFUSED if a real fetch finds nobody listening", () =>
    Effect.gen(function* () {
      const http = yield* Effect.provide(HttpClient.HttpClient, FetchHttpClient.layer)
      // A port that was free a moment ago.
      const { port } = yield* Effect.scoped(localServer(() => {}))
      const client = yield* connect(http, { url: `http://127.0.0.1:${port}` })
      const error = yield* Effect.flip(client.importInfo(batchId))
      assert.strictEqual(error._tag, "ApiUnavailable")
      assert.include(error.message, "ECONNREFUSED")
    })
  )

  it.effect("is ApiUnavailable by Transport when the connection dies within the body", () =>
    Effect.gen(function* () {
      const error = yield* errorOf((request) =>
        Effect.sync(() => {
          const body = new ReadableStream({ pull: (controller) => controller.error(new Error("terminated")) })
          return HttpClientResponse.fromWeb(request, new Response(body, { status: 200 }))
        })
      )
      assert.deepStrictEqual(encode(error), {
        _tag: "ApiUnavailable",
        request: call,
        reason: "Transport",
        detail: "terminated"
      })
    })
  )

  it.effect("is what its status says if the connection dies within the body of an error", () =>
    Effect.gen(function* () {
      const error = yield* errorOf((request) =>
        Effect.sync(() => {
          const body = new ReadableStream({ pull: (controller) => controller.error(new Error("terminated")) })
          return HttpClientResponse.fromWeb(request, new Response(body, { status: 403 }))
        })
      )
      assert.strictEqual(error._tag, "AuthenticationFailed")
    })
  )

  it.effect("is ApiUnavailable by Timeout when no answer comes in time, after 30 seconds by default", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.fork(errorOf(silence))
      yield* TestClock.adjust("29999 millis")
      assert.isTrue(Option.isNone(yield* fiber.poll))
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(encode(yield* fiber), {
        _tag: "ApiUnavailable",
        request: call,
        reason: "Timeout",
        detail: "30s"
      })
    })
  )

  it.effect("is ApiUnavailable by Timeout when the head comes but the body does not", () =>
    Effect.gen(function* () {
      const { http } = vendor((request) =>
        Effect.sync(() =>
          HttpClientResponse.fromWeb(request, new Response(new ReadableStream(), { status: 200 }))
        )
      )
      const client = yield* connect(http, { timeout: "5 seconds" })
      const error = yield* during("5 seconds")(Effect.flip(client.importInfo(batchId)))
      assert.strictEqual(error._tag === "ApiUnavailable" && error.reason, "Timeout")
    }).pipe(Effect.scoped)
  )
})
