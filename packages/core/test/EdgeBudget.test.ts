import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer, Option, TestClock } from "effect"
import { RateBudget } from "effect-activecampaign"
import { answering, batchId, connect, during, vendor } from "./support.js"

const settled = answering("completed", { success: ["1"], failure: [] })

describe("RateLimit-Remaining", () => {
  const remaining = (count: string) => ({
    ...settled,
    headers: { "ratelimit-limit": "5", "ratelimit-remaining": count }
  })
  const timesOf = (count: string) =>
    Effect.gen(function* () {
      const { calls, http } = vendor(remaining(count))
      const client = yield* connect(http)
      yield* during("1 hour")(Effect.repeatN(client.importInfo(batchId), 2))
      return calls.map(({ at }) => at)
    })
  it.scoped.each(["0", "4, 0"])("slows everybody down when others use up the account: '%s'", (count) =>
    Effect.map(timesOf(count), (times) => assert.deepStrictEqual(times, [0, 1000, 2000]))
  )
  it.scoped.each(["1", "4", "4, 4", "x", ""])(
    "changes nothing while there is room, or without the header: '%s'",
    (count) => Effect.map(timesOf(count), (times) => assert.deepStrictEqual(times, [0, 250, 500]))
  )
})

describe("the options of a budget", () => {
  it.effect.each([0, -1, Number.NaN])(
    "that are not positive numbers are refused with a sentence: %d",
    (number) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(RateBudget.make({ requestsPerSecond: number }))
        assert.strictEqual(
          error.message,
          `The option requestsPerSecond cannot be used: it must be a number above 0 (Infinity for no limit), not ${number}.`
        )
        const layer = RateBudget.layer({ importsPerMinute: number })
        assert.strictEqual((yield* Effect.flip(Effect.scoped(Layer.build(layer)))).option, "importsPerMinute")
      })
  )
})

describe("a wall clock that is set back", () => {
  it.effect("stalls nobody", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.parse("2031-04-02T08:15:00Z"))
      const budget = yield* RateBudget.make()
      yield* budget.take()
      yield* TestClock.setTime(Date.parse("2031-04-02T07:15:00Z"))
      const turn = yield* during("1 second")(Effect.timeoutOption(budget.take(), "1 second"))
      assert.isTrue(Option.isSome(turn))
    })
  )
})

describe("imports", () => {
  it.effect("are held alone if only their limit is used up", () =>
    Effect.gen(function* () {
      const budget = yield* RateBudget.make()
      yield* budget.hold(Duration.minutes(1), "import-many")
      yield* during(0)(budget.take())
      const early = yield* during("59 seconds")(
        Effect.timeoutOption(budget.take("import-many"), "59 seconds")
      )
      assert.isTrue(Option.isNone(early))
    })
  )
})
