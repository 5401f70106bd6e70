import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Ledger from "../../../src/ledger/Ledger.js"
import { answer, load, row, select } from "../../support/ledger.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))

describe("an answer", () => {
  it.effect("is recorded once while it stays the same", () =>
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

  it.effect("that settled is recorded item by item, in the order received, with repetitions", () =>
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

  it.effect("that settled keeps failures that differ only in case, by their place", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b")])
      yield* answer("b", "completed", {
        success: [],
        failure: ["a@x.test", "A@x.test", 'a"b@x.test', "a@x.test"]
      })
      assert.deepStrictEqual(
        yield* select("SELECT email_key, position, email FROM batch_failures ORDER BY email_key, position"),
        [
          { email_key: 'a"b@x.test', position: 2, email: 'a"b@x.test' },
          { email_key: "a@x.test", position: 0, email: "a@x.test" },
          { email_key: "a@x.test", position: 1, email: "A@x.test" },
          { email_key: "a@x.test", position: 3, email: "a@x.test" }
        ]
      )
    }).pipe(inMemory)
  )

  it.effect("without a list has no count; an empty list has the count zero", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b")])
      yield* answer("b", "completed")
      yield* answer("b", "completed", { success: [], failure: [] })
      assert.deepStrictEqual(
        yield* select("SELECT success_count, failure_count FROM batch_answers ORDER BY sequence"),
        [
          { success_count: null, failure_count: null },
          { success_count: 0, failure_count: 0 }
        ]
      )
      assert.deepStrictEqual(yield* select("SELECT contact_id FROM batch_successes"), [])
      assert.deepStrictEqual(yield* select("SELECT email FROM batch_failures"), [])
    }).pipe(inMemory)
  )

  it.effect("that settled again keeps its lists and those of the answer before", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b")])
      yield* answer("b", "completed", { success: ["1"], failure: [] })
      yield* answer("b", "completed", { success: ["1", "2"], failure: ["a@x.test"] })
      assert.deepStrictEqual(
        yield* select("SELECT sequence, contact_id FROM batch_successes ORDER BY sequence, position"),
        [
          { sequence: 1, contact_id: "1" },
          { sequence: 2, contact_id: "1" },
          { sequence: 2, contact_id: "2" }
        ]
      )
    }).pipe(inMemory)
  )

  it.effect("about a batch that is not in the ledger is refused, and does not block the next", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b")])
      const refused = yield* Effect.flip(answer("strange", "completed", { success: ["1"], failure: [] }))
      assert.strictEqual(refused._tag, "LedgerError")
      assert.deepStrictEqual(yield* select("SELECT batch_id FROM batch_answers"), [])
      assert.isTrue(yield* answer("b", "completed", { success: ["2"], failure: [] }))
      assert.deepStrictEqual(yield* select("SELECT batch_id, contact_id FROM batch_successes"), [
        { batch_id: "b", contact_id: "2" }
      ])
    }).pipe(inMemory)
  )

  it.effect("that has not settled keeps its lists only in the body, because they may grow", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b")])
      yield* answer("b", "active", { success: ["1"], failure: [] })
      assert.deepStrictEqual(yield* select("SELECT * FROM batch_successes"), [])
      assert.deepStrictEqual(yield* select("SELECT success_count FROM batch_answers"), [{ success_count: 1 }])
    }).pipe(inMemory)
  )
})
