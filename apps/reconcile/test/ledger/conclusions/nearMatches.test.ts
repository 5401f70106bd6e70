import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import { erase } from "../../../src/ledger/erase/Erase.js"
import * as Ledger from "../../../src/ledger/Ledger.js"
import { differenceOf } from "../../../src/ledger/conclusions/difference.js"
import { SentIndex } from "../../../src/ledger/conclusions/SentIndex.js"
import { story } from "../../../src/ledger/reports/Story.js"
import { answer, load, row, select } from "../../support/ledger.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))

describe("a near match", () => {
  it("is one letter added, removed or replaced, or two swapped, and no more", () => {
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

  it("is one host name in Unicode and in punycode, and one address among other words", () => {
    for (const [reported, sent, difference] of [
      ["müller@xn--mller-kva.example", "müller@müller.example", "host-form"],
      ["a@例子.测试", "a@xn--fsqu00a.xn--0zwm56d", "host-form"],
      ["a@bücher.example", "a@bücher。example", "host-form"],
      ["jane@example.test", "jane\u200b@example.test", "spaces"],
      ["jane@example.test", "ja\u00adne@example.test", "spaces"],
      ["jane@example.test", "\u2060jane@exam\ufeffple.test", "spaces"],
      ["o'hara@example.test", "o’hara@example.test", "unicode-form"],
      ["jane@example.test", "jane doe <jane@example.test>", "among-words"],
      ["jane@example.test", '"doe, jane" <jane@example.test>', "among-words"],
      ["jane@example.test", "mailto:jane@example.test", "among-words"],
      ["jane@example.test", "mailto:jane@example.test?subject=hi", "among-words"],
      ["jane@example.test", "“jane@example.test”", "among-words"],
      ["jane@example.test", "'jane@example.test'", "among-words"],
      ["bo@example.test", "jane@example.test; bo@example.test", "among-words"],
      ["bo@example.test", "jane@example.test,bo@example.test", "among-words"],
      ["müller@xn--mller-kva.example", "jane <müller@müller.example>", "among-words"],
      ["jane@example.test", "n/a", undefined],
      ["hara@example.test", "o'hara@example.test", undefined]
    ] as const) {
      assert.strictEqual(differenceOf(reported, sent), difference, `${reported} ${sent}`)
    }
  })

  it("is found by an index whenever comparing with each address would find it", () => {
    const key = FastCheck.oneof(
      FastCheck.stringMatching(/^[ab]{1,4}@[ab]{1,2}\.x$/),
      FastCheck.constantFrom("a@ü.x", "a@xn--tda.x", "A <a@b.x>", "a\u200b@b.x", "ａ@b.x", "a b@b.x")
    )
    FastCheck.assert(
      FastCheck.property(key, FastCheck.uniqueArray(key, { maxLength: 5 }), (reported, keys) => {
        const sent = keys.map((emailKey) => ({ email: emailKey, emailKey }))
        const near = new SentIndex(sent).nearestTo(reported).map((one) => `${one.email} ${one.difference}`)
        const expected = keys.flatMap((one) => {
          const difference = differenceOf(reported, one)
          return difference === undefined ? [] : [`${one} ${difference}`]
        })
        assert.deepStrictEqual([...near].sort(), [...expected].sort())
      }),
      { numRuns: 1000 }
    )
  })

  it.effect("is shown with the success of an address that was not sent", () =>
    Effect.gen(function* () {
      yield* load([row("Jane <jane@example.test>", "b"), row("bo@example.test", "b")])
      yield* load([row("jane@example.test", null, "7")], "crm")
      yield* answer("b", "completed", { success: ["7"], failure: [] })
      assert.deepStrictEqual(
        yield* select("SELECT finding, subject, reported_email, sent_email, difference FROM near_matches"),
        [
          {
            finding: "unmatched-success",
            subject: "7",
            reported_email: "jane@example.test",
            sent_email: "Jane <jane@example.test>",
            difference: "among-words"
          }
        ]
      )
      assert.deepStrictEqual(yield* select("SELECT detail FROM findings"), [
        {
          detail:
            "contact ID 7 succeeded; it belongs to jane@example.test, which was not sent in this batch; nearest sent: Jane <jane@example.test>"
        }
      ])
      const { facts } = yield* story("jane@example.test")
      assert.isTrue(facts.some(({ says }) => says.endsWith("nearest sent: Jane <jane@example.test>")))
    }).pipe(inMemory)
  )

  it.effect("is never an erased person, and there are at most five", () =>
    Effect.gen(function* () {
      yield* load(Array.from({ length: 9 }, (_, at) => row(`user${at}@example.test`, "b")))
      yield* answer("b", "completed", { success: [], failure: ["user@example.test", "gone@other.test"] })
      yield* erase("gone@other.test")
      yield* erase("user8@example.test")
      const near = yield* select<{ readonly sent_email: string }>("SELECT sent_email FROM near_matches")
      assert.lengthOf(near, 5)
      assert.isFalse(near.some(({ sent_email }) => sent_email.startsWith("erased")))
    }).pipe(inMemory)
  )

  it.effect("is shown with a failure that matches no sent contact", () =>
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
