import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { BatchId } from "effect-activecampaign"
import { decode, encode, errorOf, html, json } from "./failing.js"
import { call, connect, type Reply, vendor } from "./support.js"

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

  it.effect("shortens a long or multi-line message of the server to one short line", () =>
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

  it.effect("names the call as it was made, with any batch ID", () =>
    Effect.gen(function* () {
      const client = yield* connect(vendor({ status: 404 }).http)
      const odd = BatchId.make("a b&c=d\n")
      const error = yield* Effect.flip(client.importInfo(odd))
      assert.isTrue(error.message.startsWith("GET /import/info?batchId=a+b%26c%3Dd%0A: "), error.message)
    }).pipe(Effect.scoped)
  )
})
