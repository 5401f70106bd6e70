import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { planCheckOnly } from "../../src/job/Run.js"
import { run, withAccount } from "../support/account.js"
import { asked, fields, loadSent, many, two } from "./support/checks.js"

describe("the plan of comparing", () => {
  const planned = (maxCalls: number) => planCheckOnly({ sample: 0, maxCalls })

  it.effect("plans the calls for names that it makes, however few there may be", () =>
    Effect.gen(function* () {
      for (const maxCalls of [1, 2, 3, 4, 5, 6, 7, 8, 20]) {
        yield* Effect.gen(function* () {
          yield* loadSent(many)
          yield* run({ account: { resolve: true, lookup: true } })
          for (let left = 5; left > 0; left -= 1) {
            const plan = yield* planned(maxCalls)
            const { callsForNames, checked } = yield* run({
              account: { check: { sample: 0, again: "all" }, maxCalls }
            })
            const place = `${maxCalls} calls, ${left} runs left`
            assert.strictEqual(callsForNames, plan.names, place)
            if (plan.contacts === 0) continue
            assert.deepStrictEqual(checked?.plan, plan, place)
            assert.strictEqual(checked?.left, plan.contacts - plan.affordable, place)
          }
        }).pipe(withAccount({ account: { fields }, batches: many }))
      }
    })
  )

  it.effect("plans no calls for names that earlier runs have read and that calls do not suffice for", () =>
    Effect.gen(function* () {
      yield* loadSent(two)
      yield* run({ account: asked })
      yield* loadSent(many.map((one) => ({ ...one, batchId: "many" })))
      yield* run({ account: { resolve: true, lookup: true } })
      assert.deepInclude(yield* planned(6), { contacts: 250, names: 0, calls: 3, affordable: 250 })
      assert.deepInclude(yield* planned(7), { contacts: 250, names: 4, calls: 7, affordable: 250 })
      const { callsForNames, checked } = yield* run({ account: { check: { sample: 0 }, maxCalls: 6 } })
      assert.strictEqual(callsForNames, 0)
      assert.deepInclude(checked, { looked: 250, left: 0 })
    }).pipe(
      withAccount({
        account: { fields },
        batches: [...two, ...many.map((one) => ({ ...one, batchId: "many" }))]
      })
    )
  )

  it.effect("plans to look again at contacts that could not be told for lack of names", () =>
    Effect.gen(function* () {
      yield* loadSent(two)
      yield* run({ account: asked })
      assert.deepInclude(yield* planned(1000), { contacts: 1, again: 0, names: 4, calls: 5 })
      const { callsForNames, checked } = yield* run({ account: { check: { sample: 0, again: "all" } } })
      assert.strictEqual(callsForNames, 4)
      assert.deepInclude(checked, { looked: 1, left: 0 })
    }).pipe(
      withAccount({
        account: { fields },
        batches: two,
        faults: [{ on: { endpoint: "fields", calls: [1, 2] }, fault: { _tag: "WrongShape" } }]
      })
    )
  )
})
