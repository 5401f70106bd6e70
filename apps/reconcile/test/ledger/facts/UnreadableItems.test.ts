import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { erase } from "../../../src/ledger/erase/Erase.js"
import * as Ledger from "../../../src/ledger/Ledger.js"
import { rebuild } from "../../../src/ledger/conclusions/Reconciliation.js"
import { answer, conclusions, findings, load, received, row, select, verdicts } from "../../support/ledger.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))

const details = select<{ readonly subject: string; readonly detail: string }>(
  "SELECT subject, detail FROM findings WHERE finding = 'unreadable-item' ORDER BY subject"
)

const unreadable = select("SELECT list, position, value FROM batch_unreadable_items ORDER BY list, position")

describe("a list with an unreadable item", () => {
  it.effect("settles its batch, and each readable item is a fact in its place", () =>
    Effect.gen(function* () {
      yield* load(["a", "b", "c", "d"].map((name, index) => row(`${name}@x.test`, "b", String(index + 1))))
      yield* received(
        "b",
        '{"status":"completed","success":[null,"1","0",2],"failure":[{"email":"c@x.test"},"d@x.test"]}'
      )
      assert.deepStrictEqual(
        yield* select("SELECT contact_id, position FROM batch_successes ORDER BY position"),
        [
          { contact_id: "1", position: 1 },
          { contact_id: "2", position: 3 }
        ]
      )
      assert.deepStrictEqual(yield* select("SELECT email, position FROM batch_failures"), [
        { email: "d@x.test", position: 1 }
      ])
      assert.deepStrictEqual(yield* unreadable, [
        { list: "failure", position: 0, value: '{"email":"c@x.test"}' },
        { list: "success", position: 0, value: "null" },
        { list: "success", position: 2, value: '"0"' }
      ])
      assert.deepStrictEqual(yield* verdicts, [
        "a@x.test: imported (id)",
        "b@x.test: imported (id)",
        "c@x.test: unaccounted (silence)",
        "d@x.test: rejected (failure)"
      ])
      assert.deepStrictEqual(yield* details, [
        {
          subject: "failure",
          detail:
            'item 1 of the failure list could not be read: {"email":"c@x.test"}; nothing is concluded from counting'
        },
        {
          subject: "success",
          detail:
            "2 items of the success list could not be read, the first is item 1: null; nothing is concluded from counting"
        }
      ])
    }).pipe(inMemory)
  )

  it.effect.each([
    ['["1","2",null]', "[]"],
    ['["1","2"]', "[null]"],
    ['{"0":"1","1":"2"}', "[]"],
    ['["1","2"]', "{}"],
    ['["1","2"]', "0"]
  ])("lets counting decide nothing: %s and %s", ([success, failure]) =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b"), row("c@x.test", "b")])
      yield* received("b", `{"status":"completed","success":${success},"failure":${failure}}`)
      assert.deepStrictEqual(yield* verdicts, [
        "a@x.test: unaccounted (silence)",
        "c@x.test: unaccounted (silence)"
      ])
      assert.lengthOf(yield* details, 1)
      assert.notInclude((yield* findings).join(), "count-refuted")
    }).pipe(inMemory)
  )

  it.effect("says what it was, if it was not a list", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b")])
      yield* received("b", '{"status":"completed","success":{"0":"1","2":null},"failure":{}}')
      assert.deepStrictEqual(
        (yield* details).map(({ detail }) => detail),
        [
          "the failure list came as {}; nothing is concluded from counting",
          'the success list came as {"0":"1","2":null}, and item 2 of the success list could not be read: null; nothing is concluded from counting'
        ]
      )
    }).pipe(inMemory)
  )

  it.effect("blocks counting until an answer without one comes", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b"), row("c@x.test", "b")])
      yield* received("b", '{"status":"completed","success":["1",{}],"failure":[]}')
      yield* answer("b", "completed", { success: ["1", "2"], failure: [] })
      assert.deepStrictEqual(yield* verdicts, ["a@x.test: imported (count)", "c@x.test: imported (count)"])
      assert.deepStrictEqual(yield* findings, [])
    }).pipe(inMemory)
  )

  it.effect("is not said to have lost items that may be unreadable in it", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b"), row("c@x.test", "b")])
      yield* answer("b", "completed", { success: ["1", "2"], failure: [] })
      yield* received("b", '{"status":"completed","success":["1",null],"failure":[]}')
      assert.deepStrictEqual(yield* findings, ["unreadable-item: success"])
    }).pipe(inMemory)
  )

  it.effect("gives the same conclusions when all are recomputed", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b", "1"), row("c@x.test", "b", "2")])
      yield* received("b", '{"status":"completed","success":["1","2",true],"failure":[]}')
      const before = yield* conclusions
      assert.strictEqual((yield* rebuild).changed, 0)
      assert.deepStrictEqual(yield* conclusions, before)
    }).pipe(inMemory)
  )

  it.effect("is not recorded while the batch has not settled", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b")])
      yield* received("b", '{"status":"active","success":[null],"failure":{}}')
      assert.deepStrictEqual(yield* unreadable, [])
      assert.deepStrictEqual(yield* findings, [])
    }).pipe(inMemory)
  )

  it.effect("loses the address in it when the person is erased, and in the finding, too", () =>
    Effect.gen(function* () {
      yield* load([row("jane@x.test", "other"), row("a@x.test", "b")])
      yield* received(
        "b",
        '{"status":"completed","success":[],"failure":[{"email":"Jane@x.test","why":"bounced"}]}'
      )
      yield* erase("jane@x.test")
      assert.deepStrictEqual(yield* unreadable, [
        { list: "failure", position: 0, value: '{"email":"erased-1","why":"bounced"}' }
      ])
      assert.notInclude(
        JSON.stringify([yield* details, yield* select("SELECT * FROM batch_answers")]),
        "ane@x"
      )
    }).pipe(inMemory)
  )
})

describe("an address with half a character", () => {
  it.effect("is stored as text that every reader can read, with its body unchanged", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b")])
      const body = '{"status":"completed","success":[],"failure":["b\\udfff@x.test"]}'
      yield* received("b", body)
      assert.deepStrictEqual(
        yield* select("SELECT hex(email) AS email, hex(email_key) AS key FROM batch_failures"),
        [{ email: "62EFBFBD40782E74657374", key: "62EFBFBD40782E74657374" }]
      )
      assert.deepStrictEqual(yield* select("SELECT raw_body FROM batch_answers"), [{ raw_body: body }])
    }).pipe(inMemory)
  )

  it.effect("differs from another one by all of its characters, even a NUL", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b")])
      yield* received(
        "b",
        '{"status":"completed","success":[],"failure":["a\\u0000b@x.test","a\\u0000c@x.test"]}'
      )
      assert.lengthOf(yield* select("SELECT DISTINCT email_key FROM batch_failures"), 2)
    }).pipe(inMemory)
  )
})
