import { readFileSync } from "node:fs"
import { inspect } from "node:util"
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib"
import { HttpClient, HttpClientResponse } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, FiberRef, Redacted, Schedule } from "effect"
import type { ActiveCampaignClient } from "effect-activecampaign"
import { settled } from "./calling.js"
import { answering, batchId, connect, during, vendor } from "./support.js"

describe("the options of a client", () => {
  it.scoped.each<readonly [string, Partial<ActiveCampaignClient.Options>]>([
    ["timeout", { timeout: 0 }],
    ["timeout", { timeout: Number.NaN }],
    ["maxBodyBytes", { maxBodyBytes: 0 }],
    ["maxBodyBytes", { maxBodyBytes: Number.NaN }],
    ["userAgent", { userAgent: "" }],
    ["userAgent", { userAgent: "two\r\nlines" }]
  ])("that cannot be used fail in Effect, by name: %s %j", ([name, options]) =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(connect(vendor(settled).http, options))
      assert(Exit.isFailure(exit) && exit.cause._tag === "Fail")
      assert(exit.cause.error._tag === "InvalidOption")
      assert.strictEqual(exit.cause.error.option, name)
      assert.include(exit.cause.error.message, `The option ${name} cannot be used: it must be `)
    })
  )
})

describe("a schedule of the caller's", () => {
  it.scoped.each([
    ["a refused token", { status: 401 }, 1],
    ["a refusal", { status: 404 }, 1],
    ["a missing batch ID", { status: 400, body: '{"message":"batchId is required"}' }, 1],
    ["JSON of another shape", { body: "[]" }, 2],
    ["trouble that may pass", { status: 500 }, 10]
  ] as const)("decides when and how often, not whether: %s", ([_name, reply, expected]) =>
    Effect.gen(function* () {
      const { calls, http } = vendor(reply)
      const retry = Schedule.intersect(Schedule.spaced("1 second"), Schedule.recurs(9))
      const client = yield* connect(http, { retry })
      yield* during("1 hour")(Effect.either(client.importInfo(batchId)))
      assert.lengthOf(calls, expected)
    })
  )

  it.scoped("does not come before Retry-After", () =>
    Effect.gen(function* () {
      const { calls, http } = vendor({ status: 429, headers: { "retry-after": "20" } }, settled)
      const client = yield* connect(http, { retry: Schedule.spaced("1 second") })
      yield* during("1 hour")(client.importInfo(batchId))
      assert.deepStrictEqual(
        calls.map(({ at }) => at),
        [0, 20_000]
      )
    })
  )
})

describe("a token that is replaced", () => {
  it.scoped("is read for each attempt, and both are hidden", () =>
    Effect.gen(function* () {
      const tokens = ["old-token-5f1", "old-token-5f1", "new-token-9c2"]
      const sent: Array<string> = []
      const both = JSON.stringify({ message: "you sent old-token-5f1, then new-token-9c2" })
      const { calls, http } = vendor({ status: 500 }, { status: 404, body: both })
      const apiToken = Effect.sync(() => {
        const token = tokens[Math.min(sent.length, tokens.length - 1)] ?? ""
        sent.push(token)
        return Redacted.make(token)
      })
      const client = yield* connect(http, { apiToken, retry: Schedule.recurs(3) })
      const error = yield* during("1 minute")(Effect.flip(client.importInfo(batchId)))
      assert.deepStrictEqual(
        calls.map(({ headers }) => headers["api-token"]),
        ["old-token-5f1", "new-token-9c2"]
      )
      assert.include(error.message, "you sent <redacted>, then <redacted>")
      assert.notMatch(inspect(error, { depth: 10, showHidden: true }), /old-token|new-token/)
    })
  )

  it.scoped("by an invalid one fails the call, and nothing is sent", () =>
    Effect.gen(function* () {
      let reads = 0
      const { calls, http } = vendor(settled)
      const apiToken = Effect.sync(() => Redacted.make(reads++ === 0 ? "good-token" : "no token"))
      const client = yield* connect(http, { apiToken })
      assert.strictEqual((yield* Effect.flip(client.importInfo(batchId)))._tag, "InvalidApiToken")
      assert.isEmpty(calls)
    })
  )
})

describe("a wrapper around the HttpClient", () => {
  it.scoped("sees each request and keeps what it sets", () =>
    Effect.gen(function* () {
      const seen = FiberRef.unsafeMake(0)
      const client = yield* connect(vendor(settled).http, {
        transformClient: HttpClient.tap(() => FiberRef.update(seen, (count) => count + 1))
      })
      yield* client.importInfo(batchId)
      assert.strictEqual(yield* FiberRef.get(seen), 1)
    })
  )
})

describe("on the wire", () => {
  it.scoped("the library sends its name and version, or a given user agent", () =>
    Effect.gen(function* () {
      const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"))
      const { calls, http } = vendor(settled)
      yield* Effect.flatMap(connect(http), (client) => client.importInfo(batchId))
      yield* Effect.flatMap(connect(http, { userAgent: "importer/7" }), (client) =>
        client.importInfo(batchId)
      )
      assert.deepStrictEqual(
        calls.map(({ headers }) => headers["user-agent"]),
        [`effect-activecampaign/${version}`, "importer/7"]
      )
    })
  )

  it.scoped.each<readonly [Record<string, string>, string]>([
    [{ "x-request-id": "abc-1", "cf-ray": "ray-2" }, "abc-1"],
    [{ "cf-ray": "ray-2" }, "ray-2"]
  ])("the vendor's request ID is kept with answers and errors: %j", ([headers, requestId]) =>
    Effect.gen(function* () {
      const ofAnswer = yield* connect(vendor({ ...settled, headers }).http)
      assert.strictEqual((yield* ofAnswer.importInfo(batchId)).requestId, requestId)
      for (const reply of [
        { status: 401 },
        { status: 404 },
        { status: 429 },
        { status: 502 },
        { status: 400, body: '{"message":"batchId is required"}' },
        { body: "<html>" },
        { body: "[]" }
      ]) {
        const client = yield* connect(vendor({ ...reply, headers }).http)
        const error = yield* Effect.flip(client.importInfo(batchId))
        assert(error._tag !== "InvalidApiToken")
        assert.strictEqual(error.requestId, requestId)
        assert.include(error.message, requestId)
      }
      for (const reply of [
        { status: 500 },
        { status: 200, body: "{}" },
        { status: 422, body: '{"message":"no"}' }
      ]) {
        const client = yield* connect(vendor({ ...reply, headers }).http)
        const error = yield* Effect.flip(client.submitImport({ contacts: [{ email: "a@x.yz" }] }))
        assert(error._tag === "OutcomeUnknown" || error._tag === "SubmissionRejected")
        assert.strictEqual(error.requestId, requestId)
      }
    })
  )

  const packers = { gzip: gzipSync, br: brotliCompressSync, deflate: deflateSync }
  const packed = (encoding: keyof typeof packers, body: string, isPacked = true) =>
    HttpClient.make((request) =>
      Effect.sync(() =>
        HttpClientResponse.fromWeb(
          request,
          new Response(isPacked ? Uint8Array.from(packers[encoding](body)) : body, {
            headers: { "content-encoding": encoding, "content-type": "application/json" }
          })
        )
      )
    )

  it.scoped.each(["gzip", "br", "deflate"] as const)(
    "an answer that was compressed unasked is unpacked once: %s",
    (encoding) =>
      Effect.gen(function* () {
        const { body = "" } = answering("completed", { success: ["1"], failure: ["rén@x.yz"] })
        for (const isPacked of [true, false]) {
          const client = yield* connect(packed(encoding, body, isPacked))
          assert.strictEqual((yield* client.importInfo(batchId)).body, body)
        }
      })
  )

  it.scoped.each(["gzip", "br"] as const)("an answer that unpacks to too much is refused: %s", (encoding) =>
    Effect.gen(function* () {
      const client = yield* connect(packed(encoding, " ".repeat(100_000)), { maxBodyBytes: 50_000 })
      const error = yield* Effect.flip(client.importInfo(batchId))
      assert(error._tag === "ContractBroken")
      assert.strictEqual(error.content, "too-large")
    })
  )
})
