import { assert, describe, it } from "@effect/vitest"
import { HttpClient, HttpClientResponse } from "@effect/platform"
import { Effect } from "effect"
import { ActiveCampaignError } from "effect-activecampaign"
import { errorOf, fieldsOf, html, json } from "./failing.js"
import { answering, batchId, call, connect, vendor, withVirtualTime } from "./support.js"

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
    [{ status: [["completed"]], success: [], failure: [] }, "status: "],
    [{ status: { word: "completed" } }, "status: "],
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

  it.effect("is ContractBroken if it is not UTF-8", () =>
    Effect.gen(function* () {
      const body = '{"status":"completed","success":["5"],"failure":["m\u00fc@x.test"]}'
      const answered = (bytes: Uint8Array, status = 200) =>
        connect(
          HttpClient.make((request) =>
            Effect.sync(() =>
              HttpClientResponse.fromWeb(request, new Response(Uint8Array.from(bytes), { status }))
            )
          )
        ).pipe(Effect.flatMap((client) => Effect.either(client.importInfo(batchId))))
      const latin = Buffer.from(body, "latin1")
      for (const bytes of [latin, Buffer.from(body, "utf16le"), latin]) {
        const result = yield* answered(bytes)
        assert(result._tag === "Left" && result.left._tag === "ContractBroken")
        assert.strictEqual(result.left.detail, "not UTF-8")
      }
      const broken = yield* answered(latin)
      assert(broken._tag === "Left" && broken.left._tag === "ContractBroken")
      assert.strictEqual(broken.left.body, body.replace("\u00fc", "\ufffd"))
      for (const text of [body, `\ufeff${body}`, body.replace("\u00fc", "\ufffd")]) {
        assert.strictEqual((yield* answered(Buffer.from(text)))._tag, "Right")
      }
      const refused = yield* answered(Buffer.from('{"message":"\u00fc"}', "latin1"), 403)
      assert(refused._tag === "Left" && refused.left._tag === "AuthenticationFailed")
    }).pipe(Effect.scoped, withVirtualTime)
  )

  it.effect("counts as transient, except for a body that is too large", () =>
    Effect.gen(function* () {
      const transient = yield* Effect.forEach([html, "", cut, "OK", "{}", "[]"], (body) =>
        Effect.map(errorOf({ body }), ActiveCampaignError.isTransient)
      )
      assert.deepStrictEqual(transient, [true, true, true, true, true, true])
      const client = yield* connect(vendor(answering("active")).http, { maxBodyBytes: 5 })
      assert.isFalse((yield* Effect.flip(client.importInfo(batchId))).isTransient)
    }).pipe(Effect.scoped)
  )

  it.effect("is an answer, not an error, under any content type", () =>
    Effect.gen(function* () {
      const reply = { ...answering("active"), headers: { "content-type": "text/html; charset=utf-8" } }
      const client = yield* connect(vendor(reply).http)
      assert.strictEqual((yield* client.importInfo(batchId)).answer.status, "active")
    }).pipe(Effect.scoped)
  )
})
