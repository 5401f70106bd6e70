import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Ledger from "../../src/ledger/Ledger.js"
import { differenceOf } from "../../src/ledger/reconciliation/difference.js"
import { answer, load, row, select } from "../support/ledger.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))

describe("a near match", () => {
  it("is one letter more, less, another, or two swapped, and nothing further", () => {
    const of = (failed: string) => differenceOf(failed, "ada@example.test")
    assert.strictEqual(of("ada@example.test"), undefined)
    assert.strictEqual(of("ada@exmple.test"), "one-edit")
    assert.strictEqual(of("adaa@example.test"), "one-edit")
    assert.strictEqual(of("ida@example.test"), "one-edit")
    assert.strictEqual(of("daa@example.test"), "one-edit")
    assert.strictEqual(of("ida@exmple.test"), undefined)
    assert.strictEqual(of("a da@example.test"), "spaces")
    assert.strictEqual(of("ａda@example.test"), "unicode-form")
  })

  it("is the same from both sides", () => {
    const text = FastCheck.stringMatching(/^[ab .@]{0,6}$/)
    FastCheck.assert(
      FastCheck.property(text, text, (left, right) => {
        assert.strictEqual(differenceOf(left, right), differenceOf(right, left))
      })
    )
  })

  it.effect("is shown with the failure that matches nobody sent", () =>
    Effect.gen(function* () {
      yield* load([row("noemi@example.test", "b"), row("bo@example.test", "b")])
      yield* answer("b", "completed", { success: [], failure: ["Noemi@exmple.test"] })
      assert.deepStrictEqual(yield* select("SELECT email, nearest_sent FROM unmatched_failures"), [
        { email: "Noemi@exmple.test", nearest_sent: "noemi@example.test" }
      ])
      assert.deepStrictEqual(yield* select("SELECT difference FROM near_matches"), [
        { difference: "one-edit" }
      ])
    }).pipe(inMemory)
  )
})
