import { FetchHttpClient, HttpClient } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { ActiveCampaignError } from "effect-activecampaign"
import { encode, errorOf, fieldsOf, html, json, localServer } from "./failing.js"
import { batchId, call, connect, vendor } from "./support.js"

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
    "'batchId' is not valid",
    "batchId must be a UUID",
    "No batch has this batchId",
    "batchId is required to be a UUID"
  ])("that complains about the batch ID keeps its own words: %s", (message) =>
    Effect.gen(function* () {
      const error = yield* errorOf({ status: 400, body: json({ success: 0, message }) })
      assert.strictEqual(error._tag, "RequestRejected")
      assert.include(error.message, message)
      assert.notInclude(error.message, "missing")
    })
  )

  it.effect.each(["'batchId' is a required field.", "batchId is required", "Missing parameter: batchId"])(
    "that says the batch ID is missing is MissingBatchId: %s",
    (message) =>
      Effect.gen(function* () {
        assert.strictEqual((yield* errorOf({ status: 400, body: json({ message }) }))._tag, "MissingBatchId")
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
  ])("that is about a rate limit is RateLimited: %s", (body) =>
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

  it.effect("is not a redirect with 304", () =>
    Effect.gen(function* () {
      const { message } = yield* errorOf({ status: 304 })
      assert.include(message, "304: not modified")
      assert.notInclude(message, "redirect")
    })
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

  it.effect("asks fetch not to follow redirects, and keeps the caller's other options", () =>
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
    ["error code: none", "error code: none"],
    [json({ message: "Forbidden", cloudflare_error: false }), "Forbidden"],
    ["", "no body"],
    [json({ message: "Rate limit exceeded per minute" }), "Rate limit exceeded per minute"]
  ]
  it.effect.each([401, 403].flatMap((status) => bodies.map((body) => [status, ...body] as const)))(
    "is AuthenticationFailed with any text of the API: %i %s",
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

describe("a reply from something in front of the API", () => {
  const page = { "content-type": "text/html; charset=UTF-8" }
  const cases: ReadonlyArray<readonly [number, string, Record<string, string>, string]> = [
    [403, html, page, " with an HTML page"],
    [401, html, page, " with an HTML page"],
    [403, html, {}, " with an HTML page"],
    [403, "", page, " with a page that is not the API's"],
    [403, "Access denied", page, " with a page that is not the API's"],
    [
      403,
      "<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>",
      {},
      " with a page that is not the API's"
    ],
    [403, "error code: 1020", { "content-type": "text/plain; charset=UTF-8" }, " (error code: 1020)"],
    [403, "error code: 1006\n", {}, " (error code: 1006)"],
    [
      403,
      json({ title: "Error 1020", cloudflare_error: true, error_code: 1020 }),
      {},
      " (an error of Cloudflare)"
    ],
    [403, html, { ...page, "cf-mitigated": "challenge" }, " with an HTML page"],
    [403, json({ message: "Forbidden" }), { "cf-mitigated": "block" }, " (cf-mitigated: block)"],
    [401, "", { "cf-mitigated": "challenge" }, " (cf-mitigated: challenge)"],
    [404, "{}", { "cf-mitigated": "anything" }, " (cf-mitigated: anything)"]
  ]
  it.effect.each(cases)("is ApiUnavailable and blames no token: %i %s", ([status, body, headers, how]) =>
    Effect.gen(function* () {
      const error = yield* errorOf({ status, body, headers })
      assert.deepStrictEqual(encode(error), {
        _tag: "ApiUnavailable",
        request: call,
        reason: "Status",
        status,
        detail: `something in front of the API answered ${status}${how}`
      })
      assert.isTrue(ActiveCampaignError.isTransient(error))
      assert.include(error.message, "says nothing about the API token")
    })
  )

  it.effect("is the API's own if its JSON only has the content type of HTML", () =>
    Effect.gen(function* () {
      const error = yield* errorOf({ status: 403, body: json({ message: "Forbidden" }), headers: page })
      assert.strictEqual(error._tag, "AuthenticationFailed")
    })
  )
})
