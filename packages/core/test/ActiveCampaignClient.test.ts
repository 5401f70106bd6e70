import { inspect } from "node:util"
import { HttpClient } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import {
  Cause,
  ConfigError,
  ConfigProvider,
  DateTime,
  Duration,
  Effect,
  FastCheck,
  Logger,
  LogLevel,
  Option,
  Redacted,
  Schema,
  TestClock,
  Tracer
} from "effect"
import {
  ActiveCampaignClient,
  ActiveCampaignError,
  BatchId,
  RateBudget,
  RetryPolicy
} from "effect-activecampaign"
import {
  accountUrl,
  answering,
  batchId,
  connect,
  during,
  type Reply,
  respond,
  silence,
  token,
  unreachable,
  vendor
} from "./support.js"

const html = "<html><body>Bad gateway</body></html>"
const settled = answering("completed", { success: ["1"], failure: [] })
const retrying = { retry: RetryPolicy.standard }
const gapsOf = (calls: ReadonlyArray<{ readonly at: number }>) =>
  calls.slice(1).map(({ at }, index) => at - (calls[index]?.at ?? 0))

type Script = Parameters<typeof vendor>

/** Calls once with the standard retries and tells when the calls were made and how it ended. */
const callsOf = (...script: Script) =>
  Effect.gen(function* () {
    const { calls, http } = vendor(...script)
    const client = yield* connect(http, retrying)
    const result = yield* during("1 hour")(Effect.either(client.importInfo(batchId)))
    return { calls, result }
  }).pipe(Effect.scoped)

describe("the request", () => {
  const callsWith = (url: string | URL, batch = "b-0001") =>
    Effect.gen(function* () {
      const { calls, http } = vendor(settled)
      const client = yield* connect(http, { url })
      yield* client.importInfo(BatchId.BatchId.make(batch))
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

describe("retries", () => {
  it.effect("ask again after a transient error and return the answer", () =>
    Effect.gen(function* () {
      const { calls, result } = yield* callsOf(
        { status: 502, body: html },
        unreachable(new Error("reset")),
        settled
      )
      assert.lengthOf(calls, 3)
      assert.isTrue(result._tag === "Right" && result.right.answer._tag === "Settled")
    })
  )

  it.effect.each<readonly [string, Script[0], string]>([
    ["408", { status: 408 }, "ApiUnavailable"],
    ["500", { status: 500, body: html }, "ApiUnavailable"],
    ["502", { status: 502, body: html }, "ApiUnavailable"],
    ["590", { status: 590, body: html }, "ApiUnavailable"],
    ["no connection", unreachable(new Error("reset")), "ApiUnavailable"],
    ["200 with HTML", { body: html }, "ContractBroken"],
    ["200 with nothing", { body: "" }, "ContractBroken"],
    ["200 cut short", { body: '{"status":"comp' }, "ContractBroken"]
  ])("end after five, each later than the one before: %s", ([_name, step, tag]) =>
    Effect.gen(function* () {
      const { calls, result } = yield* callsOf(step)
      assert.isTrue(result._tag === "Left" && result.left._tag === tag)
      const gaps = gapsOf(calls)
      assert.lengthOf(gaps, 5)
      for (const [index, gap] of gaps.entries()) {
        assert.isAtLeast(gap, 0.8 * 500 * 2 ** index - 1)
        assert.isAtMost(gap, 1.2 * 500 * 2 ** index + 1)
        if (index > 0) assert.isAbove(gap, gaps[index - 1] ?? 0)
      }
    })
  )

  it.effect("follow a timeout, too", () =>
    Effect.gen(function* () {
      const { calls, result } = yield* callsOf(silence, settled)
      assert.lengthOf(calls, 2)
      assert.strictEqual(result._tag, "Right")
    })
  )

  it.effect.each<readonly [string, Reply]>([
    ["401", { status: 401 }],
    ["403", { status: 403, body: "{}" }],
    ["400 missing batchId", { status: 400, body: '{"message":"\'batchId\' is a required field."}' }],
    ["400", { status: 400 }],
    ["402", { status: 402 }],
    ["404", { status: 404 }],
    ["422", { status: 422 }],
    ["302", { status: 302, headers: { location: "https://elsewhere.test/" } }],
    ["200 with JSON of another shape", { body: '{"status":null}' }],
    ["201", { status: 201, body: '{"status":"completed"}' }]
  ])("are not made after %s", ([_name, reply]) =>
    Effect.gen(function* () {
      const { calls, result } = yield* callsOf(reply)
      assert.strictEqual(result._tag, "Left")
      assert.lengthOf(calls, 1)
    })
  )

  it.effect("are spread by chance, so that many clients do not come back at once", () =>
    Effect.gen(function* () {
      const first = yield* callsOf({ status: 502 })
      const second = yield* callsOf({ status: 502 })
      assert.notDeepEqual(gapsOf(first.calls), gapsOf(second.calls))
    })
  )

  it.effect.each([429, 503])("wait at least as long as Retry-After asks: %i", (status) =>
    Effect.gen(function* () {
      const { calls, http } = vendor({ status, headers: { "retry-after": "30" } }, settled)
      const client = yield* connect(http, retrying)
      const fiber = yield* Effect.fork(client.importInfo(batchId))
      yield* TestClock.adjust("29999 millis")
      assert.lengthOf(calls, 1)
      yield* TestClock.adjust("1 millis")
      yield* fiber
      assert.deepStrictEqual(gapsOf(calls), [30_000])
    }).pipe(Effect.scoped)
  )

  it.effect("wait at least as long as an HTTP date in Retry-After asks", () =>
    Effect.gen(function* () {
      const headers = { "retry-after": "Thu, 01 Jan 1970 00:01:00 GMT" }
      const { calls } = yield* callsOf({ status: 429, headers }, settled)
      assert.deepStrictEqual(gapsOf(calls), [60_000])
    })
  )

  it.effect("respect Retry-After on a 500 as well", () =>
    Effect.gen(function* () {
      const { calls } = yield* callsOf({ status: 500, headers: { "retry-after": "45" } }, settled)
      assert.deepStrictEqual(gapsOf(calls), [45_000])
    })
  )

  it.effect.each(["86400", "9".repeat(400)])(
    "do not let Retry-After park a job for longer than 5 minutes: %s",
    (header) =>
      Effect.gen(function* () {
        const { calls } = yield* callsOf({ status: 429, headers: { "retry-after": header } }, settled)
        assert.deepStrictEqual(gapsOf(calls), [300_000])
      })
  )

  it.effect("wait 30 seconds after a 429 that names no time", () =>
    Effect.gen(function* () {
      const { calls } = yield* callsOf({ status: 429 }, settled)
      assert.deepStrictEqual(gapsOf(calls), [30_000])
    })
  )

  it.effect("are not made where the policy is none", () =>
    Effect.gen(function* () {
      const { calls, http } = vendor({ status: 502 }, settled)
      const client = yield* connect(http, { retry: RetryPolicy.none })
      yield* Effect.flip(client.importInfo(batchId))
      assert.lengthOf(calls, 1)
    }).pipe(Effect.scoped)
  )

  it.effect("start afresh with each call", () =>
    Effect.gen(function* () {
      const { calls, http } = vendor({ status: 502 })
      const client = yield* connect(http, retrying)
      const once = during("1 hour")(Effect.flip(client.importInfo(batchId)))
      yield* once
      yield* once
      assert.lengthOf(calls, 12)
    }).pipe(Effect.scoped)
  )

  it.effect("end when the caller is interrupted", () =>
    Effect.gen(function* () {
      const { calls, http } = vendor({ status: 502 })
      const client = yield* connect(http, retrying)
      yield* during("1 second")(Effect.timeoutOption(client.importInfo(batchId), "100 millis"))
      yield* TestClock.adjust("1 hour")
      assert.lengthOf(calls, 1)
    }).pipe(Effect.scoped)
  )
})

describe("a 429 to one caller", () => {
  it.scoped("holds every other caller of the client", () =>
    Effect.gen(function* () {
      const { calls, http } = vendor({ status: 429, headers: { "retry-after": "30" } }, settled)
      const client = yield* connect(http, retrying)
      const callers = Array.from({ length: 4 }, () => client.importInfo(batchId))
      const early = yield* Effect.fork(Effect.all(callers, { concurrency: "unbounded" }))
      yield* TestClock.adjust("20 seconds")
      const late = yield* Effect.fork(client.importInfo(batchId))
      yield* TestClock.adjust("9999 millis")
      assert.lengthOf(calls, 1)
      yield* TestClock.adjust("1 minute")
      yield* early
      yield* late
      assert.lengthOf(calls, 6)
      assert.isTrue(calls.slice(1).every(({ at }) => at >= 30_000))
      assert.isTrue(gapsOf(calls).every((gap) => gap >= 250))
    })
  )

  it.scoped("holds other callers even where the client does not retry", () =>
    Effect.gen(function* () {
      const { calls, http } = vendor({ status: 429, headers: { "retry-after": "10" } }, settled)
      const client = yield* connect(http)
      yield* Effect.flip(client.importInfo(batchId))
      yield* during("1 minute")(client.importInfo(batchId))
      assert.deepStrictEqual(gapsOf(calls), [10_000])
    })
  )

  it.scoped("is respected even where the budget is unlimited", () =>
    Effect.gen(function* () {
      const { calls, http } = vendor({ status: 429, headers: { "retry-after": "10" } }, settled)
      const client = yield* connect(http)
      yield* Effect.flip(client.importInfo(batchId))
      yield* during("1 minute")(client.importInfo(batchId))
      assert.deepStrictEqual(gapsOf(calls), [10_000])
    }).pipe(Effect.provide(RateBudget.layerUnlimited))
  )

  it.scoped.each<readonly [Reply, number]>([
    [{ status: 503, headers: { "retry-after": "10" } }, 10_000],
    [{ status: 503 }, 250],
    [{ status: 400, body: "Rate limit exceeded." }, 30_000],
    [{ status: 502, headers: { "retry-after": "10" } }, 250]
  ])("is not the only reason to hold others, nor is every trouble one: %j", ([reply, gap]) =>
    Effect.gen(function* () {
      const { calls, http } = vendor(reply, settled)
      const client = yield* connect(http)
      yield* Effect.flip(client.importInfo(batchId))
      yield* during("1 minute")(client.importInfo(batchId))
      assert.deepStrictEqual(gapsOf(calls), [gap])
    })
  )

  it.scoped("does not count the time in the queue against another caller's timeout", () =>
    Effect.gen(function* () {
      const { http } = vendor({ status: 429, headers: { "retry-after": "120" } }, settled)
      const client = yield* connect(http, { timeout: "5 seconds" })
      yield* Effect.flip(client.importInfo(batchId))
      const snapshot = yield* during("5 minutes")(client.importInfo(batchId))
      assert.strictEqual(snapshot.answer.status, "completed")
    })
  )
})

describe("the API token", () => {
  const forms = (error: ActiveCampaignError.ActiveCampaignError) => [
    error.message,
    String(error),
    error.stack ?? "",
    JSON.stringify(error),
    inspect(error, { depth: 20, showHidden: true }),
    JSON.stringify(Schema.encodeSync(ActiveCampaignError.ActiveCampaignError)(error)),
    Cause.pretty(Cause.fail(error), { renderErrorCause: true })
  ]

  const echo = `you sent ${token}`
  const replies: ReadonlyArray<readonly [string, Script[0]]> = [
    ["400 missing batchId", { status: 400, body: `{"message":"'batchId' is required, ${echo}"}` }],
    ["400 rate limit", { status: 400, body: "rate limit" }],
    ["302", { status: 302, headers: { location: `https://elsewhere.test/?token=${token}` } }],
    ["401", { status: 401, body: `{"message":"${echo}"}` }],
    ["403", { status: 403, body: `{"errors":[{"title":"${echo}"}]}` }],
    ["404", { status: 404, body: echo }],
    ["429", { status: 429, headers: { "retry-after": "30" }, body: echo }],
    ["500", { status: 500, body: echo }],
    ["200 with HTML", { body: `<p>${echo}</p>` }],
    ["200 with text", { body: `${"x".repeat(50)} ${echo}` }],
    ["200 with JSON of another shape", { body: `{"status":"completed","success":"${echo}"}` }],
    ["201", { status: 201, body: echo }],
    ["no connection", unreachable(new TypeError(`Headers.append: "${token}" is an invalid header value.`))],
    ["a timeout", silence]
  ]

  it.effect.each(replies)(
    "never appears in an error, however it is shown, nor in spans or logs: %s",
    ([_name, step]) =>
      Effect.gen(function* () {
        const spans: Array<Tracer.Span> = []
        const lines: Array<string> = []
        const native = yield* Effect.tracer
        const tracer = Tracer.make({
          span: (...args) => {
            const span = native.span(...args)
            spans.push(span)
            return span
          },
          context: native.context
        })
        const logger = Logger.make<unknown, void>((options) => {
          lines.push(
            Logger.stringLogger.log(options),
            Logger.logfmtLogger.log(options),
            Logger.jsonLogger.log(options),
            inspect(Logger.structuredLogger.log(options), { depth: 20 })
          )
        })
        const client = yield* connect(vendor(step).http)
        const error = yield* during("1 minute")(
          client.importInfo(batchId).pipe(
            Effect.tapErrorCause((cause) => Effect.logDebug("call failed", cause)),
            Effect.tapError((error) => Effect.logDebug(error)),
            Effect.withSpan("the caller's span"),
            Effect.flip
          )
        ).pipe(
          Effect.withTracer(tracer),
          Effect.provide(Logger.add(logger)),
          Logger.withMinimumLogLevel(LogLevel.All)
        )
        assert.isNotEmpty(lines)
        assert.isAtLeast(spans.length, 3)
        const attributes = spans.map((span) => inspect([span.name, span.attributes], { depth: 20 }))
        assert.isTrue(attributes.some((text) => text.includes("http.request.header.api-token")))
        // A vendor that sends the token back in a header of its own is beyond us.
        const own = attributes.map((text) => text.replace(/'http\.response\.header\.location' => .*/, ""))
        for (const text of [...forms(error), ...own, ...lines]) assert.notInclude(text, token)
      }).pipe(Effect.scoped)
  )

  it.effect("does not appear in spans of a fiber that did not make the client", () =>
    Effect.gen(function* () {
      const { http } = vendor(settled)
      const client = yield* Effect.promise(() => Effect.runPromise(Effect.scoped(connect(http))))
      const native = yield* Effect.tracer
      const spans: Array<Tracer.Span> = []
      const tracer = Tracer.make({
        span: (...args) => {
          const span = native.span(...args)
          spans.push(span)
          return span
        },
        context: native.context
      })
      yield* Effect.withTracer(client.importInfo(batchId), tracer)
      assert.isAtLeast(spans.length, 2)
      assert.notInclude(
        inspect(
          spans.map((span) => span.attributes),
          { depth: 20 }
        ),
        token
      )
    })
  )

  for (const [name, broken] of [
    ["is empty", ""],
    ["holds a line break", "first-half-of-it\nsecond-half-of-it"],
    ["holds a space", "first-half-of-it second"],
    ["holds a letter no header takes", "half-of-it-ł"]
  ] as const) {
    it.effect(`that ${name} is refused when the client is made, and not repeated`, () =>
      Effect.gen(function* () {
        const { http } = vendor(settled)
        const error = yield* Effect.flip(connect(http, { apiToken: Redacted.make(broken) }))
        assert.strictEqual(error._tag, "InvalidApiToken")
        for (const text of [
          error.message,
          String(error),
          JSON.stringify(error),
          inspect(error, { depth: 20 })
        ]) {
          assert.notMatch(text, /half-of-it/)
        }
      }).pipe(Effect.scoped)
    )
  }

  it.effect("does not appear in the client itself", () =>
    Effect.gen(function* () {
      const client = yield* connect(vendor(settled).http)
      assert.notInclude(inspect(client, { depth: 20, showHidden: true }), token)
      assert.notInclude(JSON.stringify(client), token)
    }).pipe(Effect.scoped)
  )
})

describe("the account's URL", () => {
  const urlOf = (url: string | URL) =>
    Effect.map(connect(vendor(settled).http, { url }), (client) => client.url).pipe(Effect.scoped)
  const refusalOf = (url: string | URL) => Effect.flip(urlOf(url))
  const canonical = "https://acme.api-us1.com/api/3"

  it.effect.each([
    "https://acme.api-us1.com",
    "https://acme.api-us1.com/",
    "https://acme.api-us1.com//",
    "https://acme.api-us1.com/api",
    "https://acme.api-us1.com/api/",
    "https://acme.api-us1.com/api/3",
    "https://acme.api-us1.com/api/3/",
    "https://acme.api-us1.com/api/3///",
    "  https://acme.api-us1.com/api/3\n",
    "HTTPS://ACME.api-us1.com:443/api/3"
  ])("is brought to one form: %j", (url) =>
    Effect.gen(function* () {
      assert.strictEqual(yield* urlOf(url), canonical)
      assert.strictEqual(yield* urlOf(yield* urlOf(url)), canonical)
    })
  )

  it.effect("may be a URL object, and is not changed", () =>
    Effect.gen(function* () {
      const url = new URL("https://acme.api-us1.com/")
      assert.strictEqual(yield* urlOf(url), canonical)
      assert.strictEqual(url.href, "https://acme.api-us1.com/")
    })
  )

  it.effect("keeps another host, a port and a path before the API's", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* urlOf("https://acme.activehosted.com"), "https://acme.activehosted.com/api/3")
      assert.strictEqual(
        yield* urlOf("https://proxy.test:8443/activecampaign/api/3/"),
        "https://proxy.test:8443/activecampaign/api/3"
      )
    })
  )

  it.effect.each([
    ["http://localhost:3000", "http://localhost:3000/api/3"],
    ["http://127.0.0.1:3000/", "http://127.0.0.1:3000/api/3"],
    ["http://127.1:3000/", "http://127.0.0.1:3000/api/3"],
    ["http://[::1]:3000/api/3", "http://[::1]:3000/api/3"],
    ["http://ac.localhost", "http://ac.localhost/api/3"]
  ] as const)("may be http on a loopback address: %s", ([url, expected]) =>
    Effect.map(urlOf(url), (normal) => assert.strictEqual(normal, expected))
  )

  it.effect.each([
    "http://acme.api-us1.com",
    "http://127.0.0.1.evil.test",
    "http://localhost.evil.test",
    "http://notlocalhost",
    "http://10.0.0.1",
    "http://0.0.0.0",
    "http://[::2]"
  ])("is refused as http elsewhere: %s", (url) =>
    Effect.map(refusalOf(url), (error) => {
      assert.strictEqual(error._tag, "InvalidAccountUrl")
      assert.include(error.message, "http:// is not https://")
    })
  )

  it.effect.each([
    "https://user:s3cret@acme.api-us1.com",
    "https://s3cret@acme.api-us1.com",
    "https://:s3cret@acme.api-us1.com",
    "https://acme.api-us1.com/?api_key=s3cret",
    "https://acme.api-us1.com/api/3#s3cret",
    "http://user:s3cret@localhost",
    "s3cret:user@acme.api-us1.com",
    "user:s3cret@acme.api-us1.com",
    "https://acme.api-us1.com:s3cret/",
    "s3cret",
    "//s3cret"
  ])("is refused without repeating the secret in it: %s", (url) =>
    Effect.map(refusalOf(url), (error) => {
      assert.strictEqual(error._tag, "InvalidAccountUrl")
      for (const text of [error.message, String(error), JSON.stringify(error), inspect(error)]) {
        assert.notInclude(text, "s3cret")
      }
    })
  )

  it.effect.each([
    ["", "not a URL"],
    ["acme", "not a URL"],
    ["acme.api-us1.com", "not a URL"],
    ["https://", "not a URL"],
    ["ftp://acme.api-us1.com", "not https://"],
    ["file:///etc/passwd", "not https://"],
    ["javascript:alert(1)", "not https://"],
    ["https://user@acme.api-us1.com", "user name or password"],
    ["https://acme.api-us1.com/?x=1", "query"],
    ["https://acme.api-us1.com/#x", "fragment"]
  ] as const)("is refused with a reason and an example: %j", ([url, reason]) =>
    Effect.map(refusalOf(url), (error) => {
      assert.strictEqual(error._tag, "InvalidAccountUrl")
      assert.include(error.message, reason)
      assert.include(error.message, "https://ACCOUNT.api-us1.com")
    })
  )

  it.effect("is refused before any call", () =>
    Effect.gen(function* () {
      const { calls, http } = vendor(settled)
      yield* Effect.flip(connect(http, { url: "http://acme.api-us1.com" }))
      assert.isEmpty(calls)
    }).pipe(Effect.scoped)
  )
})

describe("the layers", () => {
  const withConfig = (variables: Record<string, string>) =>
    Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(variables))))
  const use = Effect.flatMap(ActiveCampaignClient.ActiveCampaignClient, (client) =>
    client.importInfo(batchId)
  )

  it.effect("layer makes a client that calls the account", () =>
    Effect.gen(function* () {
      const { calls, http } = vendor(settled)
      const snapshot = yield* use.pipe(
        Effect.provide(ActiveCampaignClient.layer({ url: accountUrl, apiToken: Redacted.make(token) })),
        Effect.provideService(HttpClient.HttpClient, http)
      )
      assert.strictEqual(snapshot.answer.status, "completed")
      assert.lengthOf(calls, 1)
    })
  )

  it.effect("layerConfig reads address and token from two variables", () =>
    Effect.gen(function* () {
      const { calls, http } = vendor(settled)
      yield* use.pipe(
        Effect.provide(ActiveCampaignClient.layerConfig()),
        Effect.provideService(HttpClient.HttpClient, http),
        withConfig({ ACTIVECAMPAIGN_URL: accountUrl, ACTIVECAMPAIGN_API_KEY: token })
      )
      assert.strictEqual(calls[0]?.url.host, "acme.api-us1.com")
      assert.strictEqual(calls[0]?.headers["api-token"], token)
    })
  )

  it.effect("layerConfig passes its options on", () =>
    Effect.gen(function* () {
      const { calls, http } = vendor(silence)
      const error = yield* during("2 seconds")(Effect.flip(use)).pipe(
        Effect.provide(
          ActiveCampaignClient.layerConfig({ timeout: Duration.seconds(2), retry: RetryPolicy.none })
        ),
        Effect.provideService(HttpClient.HttpClient, http),
        withConfig({ ACTIVECAMPAIGN_URL: accountUrl, ACTIVECAMPAIGN_API_KEY: token })
      )
      assert.strictEqual(error._tag, "ApiUnavailable")
      assert.lengthOf(calls, 1)
    })
  )

  it.effect.each([
    ["ACTIVECAMPAIGN_URL", { ACTIVECAMPAIGN_API_KEY: token }],
    ["ACTIVECAMPAIGN_API_KEY", { ACTIVECAMPAIGN_URL: accountUrl }]
  ] as const)("layerConfig names a missing variable: %s", ([name, variables]) =>
    Effect.gen(function* () {
      const error = yield* use.pipe(
        Effect.provide(ActiveCampaignClient.layerConfig()),
        Effect.provideService(HttpClient.HttpClient, vendor(settled).http),
        withConfig({ ...variables }),
        Effect.flip
      )
      assert(ConfigError.isConfigError(error))
      assert.isTrue(ConfigError.isMissingData(error))
      assert.include(String(error), name)
      assert.notInclude(String(error), token)
    })
  )

  it.effect("layerConfig refuses an address that cannot be used", () =>
    Effect.gen(function* () {
      const error = yield* use.pipe(
        Effect.provide(ActiveCampaignClient.layerConfig()),
        Effect.provideService(HttpClient.HttpClient, vendor(settled).http),
        withConfig({ ACTIVECAMPAIGN_URL: "acme", ACTIVECAMPAIGN_API_KEY: token }),
        Effect.flip
      )
      assert.isTrue("_tag" in error && error._tag === "InvalidAccountUrl")
    })
  )
})

describe("a slow server", () => {
  it.scoped("does not keep other callers from their turn", () =>
    Effect.gen(function* () {
      const { calls, http } = vendor(silence, settled)
      const client = yield* connect(http)
      yield* Effect.fork(Effect.ignore(client.importInfo(batchId)))
      yield* Effect.yieldNow()
      const snapshot = yield* during("1 second")(client.importInfo(batchId))
      assert.strictEqual(snapshot.answer.status, "completed")
      assert.deepStrictEqual(gapsOf(calls), [250])
    })
  )

  it.scoped("has its request aborted when the time is up", () =>
    Effect.gen(function* () {
      const signals: Array<AbortSignal> = []
      const http = HttpClient.make((request, _url, signal) => {
        signals.push(signal)
        return signals.length > 1 ? Effect.succeed(respond(request, settled)) : Effect.never
      })
      const client = yield* connect(http, { timeout: "1 second" })
      const error = yield* during("1 second")(Effect.flip(client.importInfo(batchId)))
      assert.deepStrictEqual(
        Option.map(
          Option.liftPredicate(error, (error) => error._tag === "ApiUnavailable"),
          () => true
        ),
        Option.some(true)
      )
      assert.isTrue(signals[0]?.aborted)
    })
  )
})
