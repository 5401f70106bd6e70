import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck, Option } from "effect"
import { ImportAnswer } from "effect-activecampaign"
import { makeSecrets } from "../src/internal/hide.js"
import { isTooDeep } from "../src/internal/nesting.js"
import { account, contactsOf, idOf } from "./account.js"
import { answering, batchId, connect, type Reply, token, vendor } from "./support.js"

const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels)

const asked = (reply: Reply) =>
  Effect.gen(function* () {
    const client = yield* connect(vendor(reply).http)
    return yield* Effect.either(client.importInfo(batchId))
  }).pipe(Effect.scoped)

describe("JSON nested deeper than 1,000 levels", () => {
  const places: ReadonlyArray<readonly [string, (deep: string) => string]> = [
    ["the body", (deep) => deep],
    ["the status", (deep) => `{"status":${deep}}`],
    ["a list", (deep) => `{"status":"completed","success":["1"],"failure":[${deep}]}`],
    ["an extra key", (deep) => `{"status":"completed","more":${deep}}`],
    [
      "objects",
      (deep) => `{"status":"completed","more":${'{"a":'.repeat(3000)}1${"}".repeat(3000)},"b":${deep}}`
    ]
  ]
  it.effect.each(places)("is a broken contract and no more: in %s", ([_name, body]) =>
    Effect.gen(function* () {
      for (const levels of [1001, 3000, 200_000]) {
        const result = yield* asked({ body: body(nested(levels)) })
        assert(result._tag === "Left" && result.left._tag === "ContractBroken")
        assert.strictEqual(result.left.content, "json")
        assert.include(result.left.message, "nested deeper than 1,000 levels")
        assert.isAtMost(result.left.body.length, 2048)
      }
    })
  )

  it.effect("is one in a page of contacts, too", () =>
    Effect.gen(function* () {
      const body = `{"contacts":[{"id":"7","email":"a@x.yz","more":${nested(3000)}}]}`
      const { http } = account([], { instead: () => ({ body }) })
      const contacts = yield* contactsOf(http)
      const error = yield* Effect.flip(contacts.byId(idOf("7")))
      assert(error._tag === "ContractBroken")
      assert.include(error.message, "nested deeper than 1,000 levels")
    }).pipe(Effect.scoped)
  )

  it.effect("in a refusal does not change the refusal", () =>
    Effect.gen(function* () {
      for (const status of [400, 403, 404, 500]) {
        const result = yield* asked({
          status,
          body: `{"message":${nested(5000)},"errors":[{"title":${nested(5000)}}]}`
        })
        assert(result._tag === "Left")
        assert.notStrictEqual(result.left._tag, "ContractBroken")
        assert.isBelow(result.left.message.length, 500)
      }
    })
  )

  it.effect("is distinguished from 1,000 levels, and from brackets in texts", () =>
    Effect.gen(function* () {
      for (const more of [
        nested(998),
        JSON.stringify(nested(5000)),
        JSON.stringify(`\\"${"{".repeat(5000)}`)
      ]) {
        const result = yield* asked({ body: `{"status":"completed","more":${more}}` })
        assert.isTrue(result._tag === "Right")
      }
      for (const status of [nested(998), `{"a":${nested(990)}}`]) {
        const result = yield* asked({ body: `{"status":${status}}` })
        assert(result._tag === "Left" && result.left._tag === "ContractBroken")
        assert.include(result.left.message, "status: ")
      }
    })
  )

  it("is found in any place", () => {
    FastCheck.assert(
      FastCheck.property(
        FastCheck.jsonValue(),
        FastCheck.integer({ min: 990, max: 1010 }),
        (beside, levels) => {
          const text = JSON.stringify([beside, "PLACE"]).replace('"PLACE"', () => nested(levels - 1))
          assert.strictEqual(isTooDeep(text), levels > 1000)
        }
      )
    )
  })
})

describe("an answer that repeats the API token", () => {
  const spellings = [
    token,
    [...token].map((letter) => `\\u00${letter.charCodeAt(0).toString(16)}`).join(""),
    token.replace("k", "\\u006B")
  ]
  it.effect.each(spellings)("hides it in any spelling: %s", (spelled) =>
    Effect.gen(function* () {
      const body = `{"status":"${spelled}","success":["1","${spelled}"],"failure":["${spelled}@x.yz"],"${spelled}":1}`
      const client = yield* connect(vendor({ body }).http)
      const snapshot = yield* client.importInfo(batchId)
      const { failure, unreadable } = ImportAnswer.lists(snapshot.answer)
      assert.strictEqual(snapshot.answer.status, "<redacted>")
      assert.deepStrictEqual(failure, Option.some(["<redacted>@x.yz"]))
      assert.deepStrictEqual(
        unreadable.map(({ value }) => value),
        ['"<redacted>"']
      )
      assert.notInclude(JSON.stringify(JSON.parse(snapshot.body)), token)
      const { http } = account([], {
        instead: () => ({ body: `{"contacts":[{"id":"7","email":"${spelled}"}]}` })
      })
      const page = yield* (yield* connect(http)).contacts()
      assert.deepStrictEqual(
        page.contacts.map(({ email }) => email),
        ["<redacted>"]
      )
    }).pipe(Effect.scoped)
  )

  it("keeps words that are equal to a very short token", () => {
    const secrets = makeSecrets()
    secrets.add("test")
    const body = '{"failure":["a@x.test"]}'
    assert.strictEqual(secrets.hideInAnswer(body), body)
  })
})

describe("any JSON as an answer", () => {
  it.effect.prop("is an answer or a broken contract", [FastCheck.jsonValue({ maxDepth: 5 })], ([value]) =>
    Effect.gen(function* () {
      const bodies = [value, { status: "completed", success: value, failure: value }, { status: value }]
      for (const body of bodies) {
        const result = yield* asked({ body: JSON.stringify(body) })
        if (result._tag === "Left") assert.strictEqual(result.left._tag, "ContractBroken")
      }
    })
  )

  it.effect("has no half character, not even in an error", () =>
    Effect.gen(function* () {
      for (const message of ["\\ud800 bad", `${"x".repeat(199)}\u{1f600} and more`]) {
        const result = yield* asked({ status: 400, body: `{"message":"${message}"}` })
        assert(result._tag === "Left")
        assert.strictEqual(Buffer.from(result.left.message).toString(), result.left.message)
      }
      const client = yield* connect(vendor(answering("active", { failure: ["\udfff"] })).http)
      const { body } = yield* client.importInfo(batchId)
      assert.strictEqual(Buffer.from(body).toString(), body)
    }).pipe(Effect.scoped)
  )
})
