import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { steadyMillis } from "../../src/job/steadyTime.js"
import { run, withAccount } from "../support/account.js"
import { load, row, select } from "../support/ledger.js"

const hour = 3_600_000
const stages = { unset: 0, waiting: 0, claimed: 0, active: 24 * hour }
const batch = { batchId: "one", stages, contacts: [{ email: "a@x.test" }] }

const lasted = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const begun = yield* steadyMillis
    const result = yield* effect
    return { result, millis: (yield* steadyMillis) - begun }
  })

describe("a clock that is set while a run goes on", () => {
  for (const [name, by] of [
    ["back by an hour", -hour],
    ["forward by an hour", hour]
  ] as const) {
    it.effect(`${name} neither shortens nor lengthens the run`, () =>
      Effect.gen(function* () {
        yield* load([row("a@x.test", "one")])
        const { millis, result } = yield* lasted(run({ deadline: "5 seconds" }))
        assert.strictEqual(Math.round(millis), 5000)
        assert.strictEqual(result.stillOpen, 1)
        assert.deepStrictEqual(result.problems, [])
      }).pipe(withAccount({ batches: [batch] }, { clockSetBy: (elapsed) => (elapsed < 2500 ? 0 : by) }))
    )

    it.effect(`${name} makes no batch unknown that has had no status for a moment`, () =>
      Effect.gen(function* () {
        yield* load([row("a@x.test", "one")])
        const report = yield* run({ deadline: "30 seconds" })
        assert.deepStrictEqual(report.problems, [])
      }).pipe(withAccount({ batches: [] }, { clockSetBy: (elapsed) => (elapsed < 2500 ? 0 : by) }))
    )

    it.effect(`${name} between two passes makes no batch unknown`, () =>
      Effect.gen(function* () {
        yield* load([row("a@x.test", "one")])
        for (const _pass of [1, 2, 3]) {
          const report = yield* run({ once: true })
          assert.deepStrictEqual(report.problems, [])
          assert.strictEqual(report.stillOpen, 1)
          yield* Effect.sleep("5 seconds")
        }
        yield* Effect.sleep("2 minutes")
        const last = yield* run({ once: true })
        assert.deepStrictEqual(
          last.problems.map(({ error }) => error),
          ["UnknownBatch"]
        )
        assert.strictEqual((yield* select("SELECT * FROM batch_errors WHERE ended_at IS NULL")).length, 1)
      }).pipe(withAccount({ batches: [] }, { clockSetBy: (elapsed) => (elapsed < 2500 ? 0 : by) }))
    )

    it.effect(`${name} neither shortens nor lengthens a look-up that gets no answer`, () =>
      Effect.gen(function* () {
        yield* load([row("a@x.test", "one"), row("b@x.test", "one")])
        yield* run()
        const { millis, result } = yield* lasted(run({ deadline: "20 seconds", account: { lookup: true } }))
        assert.strictEqual(Math.round(millis), 20_000)
        assert.deepStrictEqual(
          result.problems.map(({ error }) => error),
          ["NoAnswer"]
        )
      }).pipe(
        withAccount(
          {
            batches: [
              {
                batchId: "one",
                stages: { ...stages, active: 0 },
                contacts: [
                  { email: "a@x.test", becomes: "silent" },
                  { email: "b@x.test", becomes: "silent" }
                ]
              }
            ],
            faults: [{ on: { endpoint: "contacts" }, fault: { _tag: "Slow", millis: hour } }]
          },
          { clockSetBy: (elapsed) => (elapsed < 5000 ? 0 : by) }
        )
      )
    )
  }
})
