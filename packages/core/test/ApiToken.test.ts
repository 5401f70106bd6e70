import { inspect } from "node:util"
import { HttpClient } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Logger, LogLevel, Redacted, Schema } from "effect"
import { ActiveCampaignError } from "effect-activecampaign"
import { type Script, settled } from "./calling.js"
import { batchId, connect, during, keptSpans, silence, token, unreachable, vendor } from "./support.js"

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
    ["200 with JSON of another shape", { body: `{"status":["${echo}"]}` }],
    ["201", { status: 201, body: echo }],
    ["no connection", unreachable(new TypeError(`Headers.append: "${token}" is an invalid header value.`))],
    ["a timeout", silence]
  ]

  it.effect.each(replies)(
    "never appears in any form of an error, nor in spans or logs: %s",
    ([_name, step]) =>
      Effect.gen(function* () {
        const { spans, tracer } = yield* keptSpans
        const lines: Array<string> = []
        const logger = Logger.make<unknown, void>((options) => {
          lines.push(
            Logger.stringLogger.log(options),
            Logger.logfmtLogger.log(options),
            Logger.jsonLogger.log(options),
            inspect(Logger.structuredLogger.log(options), { depth: 20 })
          )
        })
        const client = yield* connect(vendor(step).http, {
          transformClient: HttpClient.tapRequest((request) =>
            Effect.zipRight(Effect.logDebug(request), Effect.logDebug(JSON.stringify(request)))
          )
        })
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
        const shown = spans.map((span) => inspect([span.name, span.attributes, span.status], { depth: 20 }))
        for (const text of [...forms(error), ...shown, ...lines]) assert.notInclude(text, token)
      }).pipe(Effect.scoped)
  )

  it.effect("does not appear in spans of a fiber that did not make the client", () =>
    Effect.gen(function* () {
      const { http } = vendor(settled)
      const client = yield* Effect.promise(() => Effect.runPromise(Effect.scoped(connect(http))))
      const { spans, tracer } = yield* keptSpans
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

  it.effect("does not appear in an error if JSON spells it differently", () =>
    Effect.gen(function* () {
      const apiToken = "half/of/it"
      for (const body of [
        String.raw`{"message":"you sent half\/of\/it"}`,
        String.raw`{"errors":[{"title":"you sent \u0068alf/of/it"}]}`
      ]) {
        for (const status of [403, 404, 500]) {
          const client = yield* connect(vendor({ status, body }).http, { apiToken: Redacted.make(apiToken) })
          const error = yield* Effect.flip(client.importInfo(batchId))
          for (const text of forms(error)) assert.notInclude(text, apiToken)
          assert.include(error.message, "you sent")
        }
      }
    }).pipe(Effect.scoped)
  )

  it.effect("does not appear in the client itself", () =>
    Effect.gen(function* () {
      const client = yield* connect(vendor(settled).http)
      assert.notInclude(inspect(client, { depth: 20, showHidden: true }), token)
      assert.notInclude(JSON.stringify(client), token)
    }).pipe(Effect.scoped)
  )
})
