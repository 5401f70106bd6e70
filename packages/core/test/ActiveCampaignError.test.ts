import { createServer, type RequestListener, type Server } from "node:http"
import { FetchHttpClient, HttpClient, HttpClientResponse } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Option, Schema, TestClock } from "effect"
import { ActiveCampaignError, BatchId } from "effect-activecampaign"
import {
  answering,
  batchId,
  call,
  connect,
  during,
  type Reply,
  silence,
  unreachable,
  vendor
} from "./support.js"

const encode = Schema.encodeSync(ActiveCampaignError.ActiveCampaignError)
const decode = Schema.decodeUnknownSync(ActiveCampaignError.ActiveCampaignError)

const errorOf = (step: Parameters<typeof vendor>[0]) =>
  Effect.gen(function* () {
    const client = yield* connect(vendor(step).http)
    return yield* Effect.flip(client.importInfo(batchId))
  }).pipe(Effect.scoped)

/** What the caller gets to see for a reply, field by field. */
const fieldsOf = (step: Parameters<typeof vendor>[0]) => Effect.map(errorOf(step), encode)

const html = "<!doctype html>\n<html><body><h1>Bad gateway</h1></body></html>"
const json = (value: unknown) => JSON.stringify(value)

const localServer = (listener: RequestListener) =>
  Effect.acquireRelease(
    Effect.async<{ readonly server: Server; readonly port: number }>((resume) => {
      const server = createServer(listener)
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        resume(Effect.succeed({ server, port }))
      })
    }),
    ({ server }) =>
      Effect.async<void>((resume) => {
        server.closeAllConnections()
        server.close(() => resume(Effect.void))
      })
  )

describe("a reply with status 400", () => {
  it.effect("that names batchId is MissingBatchId", () =>
    Effect.gen(function* () {
      const detail = "'batchId' is a required field."
      assert.deepStrictEqual(yield* fieldsOf({ status: 400, body: json({ success: 0, message: detail }) }), {
        _tag: "MissingBatchId",
        request: call,
        detail
      })
    })
  )

  it.effect.each([
    json({ success: 0, message: "Rate limit exceeded.", failureReasons: ["Up to 100 imports per minute."] }),
    json({
      success: 0,
      message: "JSON payload did not pass validation.",
      failureReasons: ["Up to 20 PER MINUTE"]
    }),
    "rate limit"
  ])("that speaks of a rate limit is RateLimited: %s", (body) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* fieldsOf({ status: 400, body }), {
        _tag: "RateLimited",
        request: call,
        status: 400
      })
    })
  )
})

describe("a reply that refuses the request", () => {
  it.effect.each([
    [400, json({ message: "Something else" }), "Something else"],
    [400, "", "no body"],
    [402, json({ message: "Payment required" }), "Payment required"],
    [404, json({ message: "No Result found" }), "No Result found"],
    [404, html, "an HTML page"],
    [405, "Method not allowed", "Method not allowed"],
    [418, "{}", "{}"],
    [422, json({ errors: [{ title: "Duplicate", code: "duplicate" }] }), "Duplicate"],
    [422, json({ errors: [] }), '{"errors":[]}'],
    [422, json({ errors: [null] }), '{"errors":[null]}'],
    [422, json({ errors: [{ title: { toString: 1 } }] }), '{"errors":[{"title":{"toString":1}}]}'],
    [422, "null", "null"]
  ] as const)("is RequestRejected: %i %s", ([status, body, detail]) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* fieldsOf({ status, body }), {
        _tag: "RequestRejected",
        request: call,
        status,
        detail
      })
    })
  )

  it.effect.each([301, 302, 303, 307, 308])("is RequestRejected when it redirects with %i", (status) =>
    Effect.gen(function* () {
      const { calls, http } = vendor({ status, headers: { location: "https://acme.activehosted.com/login" } })
      const client = yield* connect(http)
      const error = yield* Effect.flip(client.importInfo(batchId))
      assert.deepStrictEqual(encode(error), {
        _tag: "RequestRejected",
        request: call,
        status,
        detail: "a redirect"
      })
      assert.include(error.message, "URL is not that of an account")
      assert.lengthOf(calls, 1)
    }).pipe(Effect.scoped)
  )

  it.scopedLive("follows no redirect, even with a real fetch", () =>
    Effect.gen(function* () {
      const seen: Array<string | undefined> = []
      const { port } = yield* localServer((request, response) => {
        seen.push(request.url)
        response.writeHead(302, { location: "/login" }).end()
      })
      const http = yield* Effect.provide(HttpClient.HttpClient, FetchHttpClient.layer)
      const client = yield* connect(http, { url: `http://127.0.0.1:${port}` })
      const error = yield* Effect.flip(client.importInfo(batchId))
      assert.strictEqual(error._tag, "RequestRejected")
      assert.deepStrictEqual(seen, ["/api/3/import/info?batchId=b-0001"])
    })
  )

  it.effect("asks fetch not to follow redirects, and keeps the caller's other wishes", () =>
    Effect.gen(function* () {
      const wishes: Array<RequestInit | undefined> = []
      const fetch: typeof globalThis.fetch = async (_url, init) => {
        wishes.push(init)
        return Response.error()
      }
      const error = yield* Effect.gen(function* () {
        const client = yield* connect(yield* HttpClient.HttpClient)
        return yield* Effect.flip(client.importInfo(batchId))
      }).pipe(
        Effect.provide(FetchHttpClient.layer),
        Effect.provideService(FetchHttpClient.Fetch, fetch),
        Effect.provideService(FetchHttpClient.RequestInit, { keepalive: true, redirect: "follow" })
      )
      assert.deepStrictEqual(
        wishes.map((init) => [init?.redirect, init?.keepalive]),
        [["manual", true]]
      )
      // What browsers answer to a redirect they were told not to follow: status 0.
      assert.strictEqual(error._tag, "RequestRejected")
    }).pipe(Effect.scoped)
  )
})

describe("a reply with status 401 or 403", () => {
  const bodies: ReadonlyArray<readonly [string, string]> = [
    [json({ message: "Forbidden" }), "Forbidden"],
    [json({ errors: [{ status: 403, title: "Forbidden", detail: "No rights" }] }), "Forbidden"],
    ["{}", "{}"],
    ["Forbidden", "Forbidden"],
    ["", "no body"],
    [html, "an HTML page"],
    [json({ message: "Rate limit exceeded per minute" }), "Rate limit exceeded per minute"]
  ]
  it.effect.each([401, 403].flatMap((status) => bodies.map((body) => [status, ...body] as const)))(
    "is AuthenticationFailed, whatever the body: %i %s",
    ([status, body, detail]) =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* fieldsOf({ status, body }), {
          _tag: "AuthenticationFailed",
          request: call,
          status,
          detail
        })
      })
  )
})

describe("a reply with status 429 or 503", () => {
  const now = Date.parse("2031-04-02T08:15:00Z")
  const cases: ReadonlyArray<readonly [string | undefined, number | undefined]> = [
    ["30", 30_000],
    [" 30 ", 30_000],
    ["0", 0],
    ["1.5", 1500],
    ["86400", 86_400_000],
    ["Wed, 02 Apr 2031 08:15:45 GMT", 45_000],
    ["Wednesday, 02-Apr-31 08:15:45 GMT", 45_000],
    ["Wed Apr  2 08:15:45 2031", 45_000],
    ["Wed, 02 Apr 2031 08:14:00 GMT", 0],
    [undefined, undefined],
    ["", undefined],
    ["soon", undefined],
    ["wait 12", undefined],
    ["Wed", undefined],
    ["Wed, 99 Foo 2031 08:15:45 GMT", undefined],
    ["-5", undefined],
    ["1e3", undefined],
    ["0x10", undefined],
    ["NaN", undefined],
    ["Infinity", undefined],
    ["30, 60", undefined]
  ]
  it.effect.each([429, 503].flatMap((status) => cases.map((header) => [status, ...header] as const)))(
    "is RateLimited, with what Retry-After asks for: %i, %s",
    ([status, header, expected]) =>
      Effect.gen(function* () {
        yield* TestClock.setTime(now)
        const headers: Record<string, string> = header === undefined ? {} : { "Retry-After": header }
        const error = yield* errorOf({ status, headers, body: html })
        assert.deepStrictEqual(encode(error), {
          _tag: "RateLimited",
          request: call,
          status,
          ...(expected === undefined ? {} : { retryAfter: expected })
        })
        assert.deepStrictEqual(
          Option.map(ActiveCampaignError.retryAfterOf(error), Duration.toMillis),
          Option.fromNullable(expected)
        )
        assert.isTrue(ActiveCampaignError.isTransient(error))
      })
  )

  it.effect("survives a Retry-After too large for a number", () =>
    Effect.gen(function* () {
      const error = yield* errorOf({ status: 429, headers: { "retry-after": "9".repeat(400) } })
      assert.strictEqual(error._tag, "RateLimited")
      assert.isString(error.message)
    })
  )
})

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
      "connect ECONNREFUSED 127.0.0.1:1"
    ],
    [
      new TypeError("fetch failed", { cause: Object.assign(new Error(""), { code: "ECONNREFUSED" }) }),
      "ECONNREFUSED"
    ],
    [
      new TypeError("fetch failed", {
        cause: Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" })
      }),
      "UND_ERR_SOCKET other side closed"
    ],
    [new Error("terminated"), "terminated"],
    ["not even an error", ""],
    [undefined, ""]
  ] as const)("is ApiUnavailable by Transport, and says what went wrong: %s", ([cause, detail]) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* fieldsOf(unreachable(cause)), {
        _tag: "ApiUnavailable",
        request: call,
        reason: "Transport",
        detail
      })
    })
  )

  it.scopedLive("names ECONNREFUSED when a real fetch finds nobody at the door", () =>
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

  it.effect("is what its status says when the connection dies within the body of an error", () =>
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

describe("a 2xx that is not the documented JSON", () => {
  const cut = '{"status":"completed","success":["1","2'
  it.effect.each([
    [200, html, "html", "<!doctype html> <html><body><h1>Bad gateway</h1></body></htm…"],
    [200, "", "empty", "no body"],
    [200, " \r\n", "empty", "no body"],
    [200, cut, "text", cut],
    [200, "OK", "text", "OK"],
    [201, json({ status: "completed" }), "json", "an undocumented status"],
    [202, "", "empty", "an undocumented status"],
    [204, "", "empty", "an undocumented status"]
  ] as const)("is ContractBroken: %i %s", ([status, body, content, detail]) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* fieldsOf({ status, body }), {
        _tag: "ContractBroken",
        request: call,
        status,
        content,
        detail,
        body
      })
    })
  )

  it.effect.each([
    [{ status: true }, "status: "],
    [{ status: null }, "status: "],
    [{}, "status: "],
    [{ status: "completed", success: ["1", { id: "2" }] }, "success.1: "],
    [{ status: "completed", success: { "0": "9101" } }, "success: "],
    [{ status: "completed", failure: [{ email: "a@b.cd" }] }, "failure.0: "],
    [[], "body: "],
    [null, "body: "],
    ["completed", "body: "],
    [{ success: 0, message: "'batchId' is a required field." }, "status: "]
  ])("is ContractBroken and names the place of the fault: %j", ([value, place]) =>
    Effect.gen(function* () {
      const error = yield* errorOf({ body: json(value) })
      assert(error._tag === "ContractBroken")
      assert.strictEqual(error.content, "json")
      assert.strictEqual(error.status, 200)
      assert.isTrue(error.detail.startsWith(String(place)), error.detail)
      assert.strictEqual(error.body, json(value))
      assert.isFalse(error.isTransient)
    })
  )

  it.effect("keeps no more than 2 KiB of the body, and one line in the message", () =>
    Effect.gen(function* () {
      for (const body of [`<p>${"x\n".repeat(50_000)}`, json({ status: 1, success: "x\n".repeat(50_000) })]) {
        const error = yield* errorOf({ body })
        assert(error._tag === "ContractBroken")
        assert.strictEqual(error.body, body.slice(0, 2048))
        assert.notInclude(error.message, "\n")
        assert.isBelow(error.message.length, 500)
      }
    })
  )

  it.effect("counts as transient only where the body is no JSON at all", () =>
    Effect.gen(function* () {
      const transient = yield* Effect.forEach([html, "", cut, "OK", "{}", "[]"], (body) =>
        Effect.map(errorOf({ body }), ActiveCampaignError.isTransient)
      )
      assert.deepStrictEqual(transient, [true, true, true, true, false, false])
    })
  )

  it.effect("is an answer, not an error, under any content type", () =>
    Effect.gen(function* () {
      const reply = { ...answering("active"), headers: { "content-type": "text/html; charset=utf-8" } }
      const client = yield* connect(vendor(reply).http)
      assert.strictEqual((yield* client.importInfo(batchId)).answer.status, "active")
    }).pipe(Effect.scoped)
  )
})

describe("any error", () => {
  const replies: ReadonlyArray<Reply> = [
    { status: 400, body: json({ message: "'batchId' is a required field." }) },
    { status: 400, body: "rate limit" },
    { status: 302 },
    { status: 403 },
    { status: 404 },
    { status: 429, headers: { "retry-after": "30" } },
    { status: 500, headers: { "retry-after": "30" } },
    { body: html }
  ]

  it.effect.each(replies)("survives being stored and read again: %j", (reply) =>
    Effect.gen(function* () {
      const error = yield* errorOf(reply)
      const stored: unknown = JSON.parse(JSON.stringify(encode(error)))
      const restored = decode(stored)
      assert.strictEqual(restored.message, error.message)
      assert.strictEqual(restored.isTransient, error.isTransient)
      assert.deepStrictEqual(encode(restored), encode(error))
    })
  )

  it.effect.each(replies)("names the call and ends its message like a sentence: %j", (reply) =>
    Effect.gen(function* () {
      const { message } = yield* errorOf(reply)
      assert.isTrue(message.startsWith(`${call}: ActiveCampaign `), message)
      assert.match(message, /\.$/)
    })
  )

  it.effect("keeps an endless or many-lined message of the server to one short line", () =>
    Effect.gen(function* () {
      const endless = "x\n".repeat(50_000)
      for (const body of [json({ message: endless }), json({ errors: [{ title: endless }] }), endless]) {
        for (const status of [400, 403, 404, 500]) {
          const { message } = yield* errorOf({ status, body })
          assert.notInclude(message, "\n")
          assert.isBelow(message.length, 500)
        }
      }
    })
  )

  it.effect("names the call as it was made, however odd the batch ID", () =>
    Effect.gen(function* () {
      const client = yield* connect(vendor({ status: 404 }).http)
      const odd = BatchId.BatchId.make("a b&c=d\n")
      const error = yield* Effect.flip(client.importInfo(odd))
      assert.isTrue(error.message.startsWith("GET /import/info?batchId=a+b%26c%3Dd%0A: "), error.message)
    }).pipe(Effect.scoped)
  )
})
