import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { requests } from "effect-activecampaign-simulator/Simulator"
import { run, withAccount } from "../support/account.js"
import { select } from "../support/ledger.js"
import { asked, calls, dropped, fields, glance, loadSent, many, two } from "./support/checks.js"

describe("the names of an account", () => {
  it.effect("makes no call more than it may, for names either", () =>
    Effect.gen(function* () {
      yield* loadSent(two)
      yield* run({ account: { ...asked, maxCalls: 0 } })
      assert.strictEqual(yield* calls("/fields"), 0)
      yield* run({ account: { ...asked, maxCalls: 1 } })
      assert.strictEqual(yield* calls("/fields"), 0)
      assert.strictEqual(yield* calls("/contacts?"), 1)
      yield* run({ account: { ...asked, maxCalls: 1 } })
      assert.strictEqual(yield* calls("/fields"), 1)
      assert.strictEqual(yield* calls("/tags?"), 0)
    }).pipe(withAccount({ account: { fields }, batches: two }))
  )

  it.effect("makes no call more than it may, however many pages of names there are", () => {
    const many = Array.from({ length: 200 }, (_, at) => ({ id: String(at + 1), title: `Field ${at + 1}` }))
    return Effect.gen(function* () {
      yield* loadSent(two)
      const made = Effect.map(requests, (all) => all.filter(({ url }) => !url.includes("import/info")).length)
      for (const maxCalls of [1, 2, 3, 4, 5]) {
        const before = yield* made
        const { callsForNames } = yield* run({ account: { ...asked, maxCalls } })
        assert.isAtMost((yield* made) - before, maxCalls)
        assert.isAtMost(callsForNames, maxCalls)
      }
      // The page after two full ones is empty.
      const parts = yield* select("SELECT part FROM account_names_read WHERE part = 'fields' AND is_whole")
      assert.deepStrictEqual(parts, [{ part: "fields" }])
    }).pipe(withAccount({ account: { fields: many }, batches: two }))
  })

  it.effect("leaves calls to outcomes before it asks for names, and gets on with as few as one a run", () =>
    Effect.gen(function* () {
      for (const maxCalls of [1, 2, 3, 4]) {
        yield* Effect.gen(function* () {
          yield* loadSent(many)
          const first = yield* run({ account: { ...asked, maxCalls } })
          assert.strictEqual(yield* calls("/contacts?ids[]"), Math.min(3, maxCalls))
          assert.strictEqual(first.resolved?.left === 0, maxCalls >= 3)
          for (let left = 12; left > 0; left -= 1) yield* run({ account: { ...asked, maxCalls } })
          assert.include(yield* glance, "field 12 250 250 0 0 0 0")
          assert.include(yield* glance, "tag vip 250 250 0 0 0 0")
          const parts = yield* select("SELECT part FROM account_names_read WHERE is_whole ORDER BY part")
          assert.deepStrictEqual(
            parts,
            ["exclusions", "fields", "lists", "tags"].map((part) => ({ part }))
          )
        }).pipe(withAccount({ account: { fields }, batches: many }))
      }
    })
  )

  it.effect("spreads reading the names over runs that only compare", () =>
    Effect.gen(function* () {
      yield* loadSent(many)
      yield* run({ account: { resolve: true, lookup: true } })
      const check = { account: { check: { sample: 0, again: "all" as const }, maxCalls: 2 } }
      const first = yield* run(check)
      assert.deepInclude(first.checked, { looked: 0, left: 250 })
      assert.strictEqual(first.callsForNames, 2)
      assert.deepInclude((yield* run(check)).checked, { looked: 200, left: 50 })
      assert.deepInclude((yield* run(check)).checked, { looked: 50, left: 0 })
      assert.include(yield* glance, "field 12 250 250 0 0 0 0")
    }).pipe(withAccount({ account: { fields }, batches: many }))
  )

  it.effect("compares what it can with two calls a run where names cannot be read", () =>
    Effect.gen(function* () {
      yield* loadSent(many)
      yield* run({ account: { resolve: true, lookup: true } })
      for (let left = 5; left > 0; left -= 1) {
        yield* run({ account: { check: { sample: 0, again: "all" }, maxCalls: 2 } })
      }
      assert.include(yield* glance, "field 12 250 250 0 0 0 0")
    }).pipe(
      withAccount({
        account: { fields },
        batches: many,
        faults: [
          { on: { endpoint: "fields" }, fault: { _tag: "WrongShape" } },
          { on: { endpoint: "tags" }, fault: { _tag: "WrongShape" } }
        ]
      })
    )
  )

  it.effect("asks for no names while batches are only followed", () =>
    Effect.gen(function* () {
      yield* loadSent(two)
      yield* run({ once: true, account: asked })
      assert.strictEqual(yield* calls("/fields"), 0)
    }).pipe(withAccount({ account: { fields }, batches: [{ ...two[0], batchId: "one", ends: "never" }] }))
  )

  it.effect("looks again, once, at contacts that could not be told for lack of the names of fields", () =>
    Effect.gen(function* () {
      yield* loadSent(two)
      yield* run({ account: asked })
      assert.deepStrictEqual(yield* dropped, ["b@x.test 12 absent -"])
      assert.strictEqual(yield* calls("/contacts?"), 1)
      // A call is made twice, so the names cannot be read in the second run, either.
      yield* run({ account: asked })
      assert.strictEqual(yield* calls("/contacts?"), 1)
      const { checked } = yield* run({ account: asked })
      assert.deepInclude(checked, { looked: 1, left: 0 })
      assert.deepStrictEqual(yield* dropped, ["b@x.test 12 absent -", "b@x.test 13 different 1899-11-30"])
      assert.strictEqual(yield* calls("/contacts?"), 2)
      yield* run({ account: asked })
      assert.strictEqual(yield* calls("/contacts?"), 2)
      assert.strictEqual(yield* calls("/fields"), 5)
    }).pipe(
      withAccount({
        account: { fields },
        batches: two,
        faults: [{ on: { endpoint: "fields", calls: [1, 2, 3, 4] }, fault: { _tag: "WrongShape" } }]
      })
    )
  )
})
