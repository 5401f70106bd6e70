import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Ledger from "../../src/ledger/Ledger.js"
import { answer, load, row, select } from "../support/ledger.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))

describe("an answer", () => {
  it.effect("is recorded once for as long as it says the same", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b")])
      assert.isTrue(yield* answer("b", "unset"))
      assert.isFalse(yield* answer("b", "unset"))
      assert.isTrue(yield* answer("b", "active"))
      assert.isTrue(yield* answer("b", "completed", { success: ["1"], failure: [] }))
      assert.isFalse(yield* answer("b", "completed", { success: ["1"], failure: [] }))
      assert.deepStrictEqual(
        yield* select("SELECT sequence, status, raw_body FROM batch_answers ORDER BY sequence"),
        [
          { sequence: 1, status: "unset", raw_body: '{"status":"unset"}' },
          { sequence: 2, status: "active", raw_body: '{"status":"active"}' },
          {
            sequence: 3,
            status: "completed",
            raw_body: '{"status":"completed","success":["1"],"failure":[]}'
          }
        ]
      )
    }).pipe(inMemory)
  )

  it.effect("that settled is recorded item by item, in the order received, repetitions included", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b")])
      yield* answer("b", "completed", { success: ["9", "10", "9"], failure: ["Z@x.test", "a@X.test"] })
      assert.deepStrictEqual(yield* select("SELECT contact_id FROM batch_successes ORDER BY position"), [
        { contact_id: "9" },
        { contact_id: "10" },
        { contact_id: "9" }
      ])
      assert.deepStrictEqual(yield* select("SELECT email, email_key FROM batch_failures ORDER BY position"), [
        { email: "Z@x.test", email_key: "z@x.test" },
        { email: "a@X.test", email_key: "a@x.test" }
      ])
    }).pipe(inMemory)
  )

  it.effect("that has not settled leaves its lists in the body alone: they may still grow", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b")])
      yield* answer("b", "active", { success: ["1"], failure: [] })
      assert.deepStrictEqual(yield* select("SELECT * FROM batch_successes"), [])
      assert.deepStrictEqual(yield* select("SELECT success_count FROM batch_answers"), [{ success_count: 1 }])
    }).pipe(inMemory)
  )
})
