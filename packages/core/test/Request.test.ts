import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, FastCheck, TestClock } from "effect"
import { BatchId } from "effect-activecampaign"
import { settled } from "./calling.js"
import { accountUrl, answering, batchId, connect, token, vendor } from "./support.js"

describe("the request", () => {
  const callsWith = (url: string | URL, batch = "b-0001") =>
    Effect.gen(function* () {
      const { calls, http } = vendor(settled)
      const client = yield* connect(http, { url })
      yield* client.importInfo(BatchId.make(batch))
      return calls
    }).pipe(Effect.scoped)

  it.effect("is a GET to /import/info of the account, with the token in its header", () =>
    Effect.gen(function* () {
      const [request, ...others] = yield* callsWith(accountUrl)
      assert.isEmpty(others)
      assert.strictEqual(request?.method, "GET")
      assert.strictEqual(request?.url.href, "https://acme.api-us1.com/api/3/import/info?batchId=b-0001")
      assert.strictEqual(request?.headers["api-token"], token)
    })
  )

  it.effect("carries no trace headers, inside a span or outside", () =>
    Effect.gen(function* () {
      const [request] = yield* Effect.withSpan(callsWith(accountUrl), "a span of the caller's")
      assert.deepStrictEqual(
        Object.keys(request?.headers ?? {}).filter((name) =>
          /^(traceparent|tracestate|b3|x-b3-)/i.test(name)
        ),
        []
      )
    })
  )

  it.effect.each([
    ["a b&c=d", "batchId=a+b%26c%3Dd"],
    ["a+b", "batchId=a%2Bb"],
    ["50%", "batchId=50%25"],
    ["../../contacts?x#y", "batchId=..%2F..%2Fcontacts%3Fx%23y"],
    ["\u00e9\u{1f600}", "batchId=%C3%A9%F0%9F%98%80"],
    ["a\r\nApi-Token: x", "batchId=a%0D%0AApi-Token%3A+x"]
  ] as const)("has the batch ID URL-encoded: %s", ([batch, query]) =>
    Effect.gen(function* () {
      const [request] = yield* callsWith(accountUrl, batch)
      assert.strictEqual(request?.url.search, `?${query}`)
      assert.strictEqual(request?.url.pathname, "/api/3/import/info")
    })
  )

  it.effect.prop(
    "brings any batch ID to the server unchanged",
    [FastCheck.fullUnicodeString({ minLength: 1 })],
    ([batch]) =>
      Effect.gen(function* () {
        const [request] = yield* callsWith(accountUrl, batch)
        assert.deepStrictEqual([...(request?.url.searchParams ?? [])], [["batchId", batch]])
      })
  )

  it.effect("does not crash on a batch ID that is not well-formed Unicode", () =>
    Effect.gen(function* () {
      const [request] = yield* callsWith(accountUrl, "b\ud800")
      assert.strictEqual(request?.url.searchParams.get("batchId"), "b\ufffd")
    })
  )
})

describe("a snapshot", () => {
  it.effect("keeps the body's text untouched, with the batch, the answer and the time of arrival", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.parse("2031-04-02T08:15:00Z"))
      const body =
        ' {\r\n\t"status": "Completed",  "success":[ 1,"2"],"failure":["r\\u00e9n\u00e9@x.yz"], "extra":1e2 }\n'
      const client = yield* connect(vendor({ body }).http)
      const snapshot = yield* client.importInfo(batchId)
      assert.strictEqual(snapshot.body, body)
      assert.strictEqual(snapshot.batchId, batchId)
      assert.strictEqual(snapshot.answer.status, "completed")
      assert.strictEqual(DateTime.formatIso(snapshot.receivedAt), "2031-04-02T08:15:00.000Z")
    }).pipe(Effect.scoped)
  )

  it.effect("of a large answer is complete", () =>
    Effect.gen(function* () {
      const success = Array.from({ length: 50_000 }, (_, index) => String(index + 1))
      const reply = answering("completed", { success, failure: [] })
      const client = yield* connect(vendor(reply).http)
      assert.strictEqual((yield* client.importInfo(batchId)).body, reply.body)
    }).pipe(Effect.scoped)
  )
})
