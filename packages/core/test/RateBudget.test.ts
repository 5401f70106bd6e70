import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Fiber, TestClock } from "effect"
import { RateBudget } from "effect-activecampaign"
import { withVirtualTime } from "./support.js"
import { arrivals, busiestSecond, holds, limits, play } from "./turns.js"

const property = { fastCheck: { numRuns: 200 } }

describe("RateBudget", () => {
  it.effect.prop(
    "lets no more than the limit through in any rolling second",
    [limits, arrivals, holds],
    ([limit, callers, held]) =>
      Effect.map(play(limit, callers, held), (taken) => {
        if (taken.length > 0) assert.isAtMost(busiestSecond(taken), limit)
      }),
    property
  )

  it.effect.prop(
    "serves callers in the order in which they asked, even if they ask again",
    [limits, arrivals, holds],
    ([limit, callers, held]) =>
      Effect.map(play(limit, callers, held), (taken) => {
        const orders = taken.map(({ order }) => order)
        assert.deepStrictEqual(
          orders,
          orders.toSorted((a, b) => a - b)
        )
      }),
    property
  )

  it.effect.prop(
    "serves everyone who does not give up",
    [limits, arrivals],
    ([limit, callers]) =>
      Effect.map(play(limit, callers), (taken) => {
        for (const [caller, { givesUpAfter, turns }] of callers.entries()) {
          if (givesUpAfter !== undefined) continue
          assert.lengthOf(
            taken.filter((turn) => turn.caller === caller),
            turns
          )
        }
      }),
    property
  )

  it.effect.prop(
    "lets nobody through while the budget is held",
    [limits, arrivals, holds],
    ([limit, callers, held]) =>
      Effect.map(play(limit, callers, held), (taken) => {
        for (const { at, millis } of held) {
          const through = taken.filter((turn) => turn.at > at && turn.at < at + millis)
          assert.deepStrictEqual(through, [])
        }
      }),
    property
  )

  it.effect("does not make a caller wait when the account has been idle", () =>
    Effect.map(
      play(4, [
        { at: 0, turns: 1, givesUpAfter: undefined },
        { at: 5000, turns: 1, givesUpAfter: undefined }
      ]),
      (taken) =>
        assert.deepStrictEqual(
          taken.map(({ at }) => at),
          [0, 5000]
        )
    )
  )

  it.effect("spaces callers evenly, by default at four a second", () =>
    Effect.gen(function* () {
      const budget = yield* RateBudget.make()
      const times = yield* Effect.fork(
        Effect.all(
          Array.from({ length: 5 }, () => Effect.zipRight(budget.take(), Clock.currentTimeMillis)),
          {
            concurrency: "unbounded"
          }
        )
      )
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* Fiber.join(times), [0, 250, 500, 750, 1000])
    })
  )

  it.effect("lets no caller starve another by asking again at once", () =>
    Effect.gen(function* () {
      const turns = yield* play(4, [
        { at: 0, turns: 3, givesUpAfter: undefined },
        { at: 100, turns: 3, givesUpAfter: undefined }
      ])
      assert.deepStrictEqual(
        turns.map(({ caller }) => caller),
        [0, 0, 1, 0, 1, 1]
      )
    })
  )

  it.effect("moves all waiting callers when a hold begins, and keeps their order and spacing", () =>
    Effect.gen(function* () {
      const waiting = { at: 0, turns: 1, givesUpAfter: undefined }
      const turns = yield* play(4, [waiting, waiting, waiting], [{ at: 100, millis: 10_000 }])
      assert.deepStrictEqual(
        turns.map(({ at, caller }) => [caller, at]),
        [
          [0, 0],
          [1, 10_100],
          [2, 10_350]
        ]
      )
    })
  )

  it.effect("takes the longer of two holds, in any order", () =>
    Effect.gen(function* () {
      const late = [{ at: 200, turns: 1, givesUpAfter: undefined }]
      const shorterLast = yield* play(4, late, [
        { at: 0, millis: 9000 },
        { at: 100, millis: 10 }
      ])
      const longerLast = yield* play(4, late, [
        { at: 0, millis: 10 },
        { at: 100, millis: 9000 }
      ])
      assert.deepStrictEqual(
        [...shorterLast, ...longerLast].map(({ at }) => at),
        [9000, 9100]
      )
    })
  )

  it.effect("loses no turn for the others when the caller at the head gives up", () =>
    Effect.gen(function* () {
      const turns = yield* play(4, [
        { at: 0, turns: 1, givesUpAfter: undefined },
        { at: 0, turns: 1, givesUpAfter: 100 },
        { at: 0, turns: 1, givesUpAfter: undefined }
      ])
      assert.deepStrictEqual(
        turns.map(({ at, caller }) => [caller, at]),
        [
          [0, 0],
          [2, 250]
        ]
      )
    })
  )

  it.effect("loses no turn for the others when a caller in the middle gives up", () =>
    Effect.gen(function* () {
      const turns = yield* play(4, [
        { at: 0, turns: 1, givesUpAfter: undefined },
        { at: 0, turns: 1, givesUpAfter: undefined },
        { at: 0, turns: 1, givesUpAfter: 100 },
        { at: 0, turns: 1, givesUpAfter: undefined }
      ])
      assert.deepStrictEqual(
        turns.map(({ at, caller }) => [caller, at]),
        [
          [0, 0],
          [1, 250],
          [3, 500]
        ]
      )
    })
  )

  it.effect("never waits without a limit, but respects a hold", () =>
    withVirtualTime(
      Effect.gen(function* () {
        const budget = yield* RateBudget.RateBudget
        yield* Effect.repeatN(budget.take(), 999)
        assert.strictEqual(yield* Clock.currentTimeMillis, 0)
        yield* budget.hold(Duration.seconds(30))
        yield* budget.take()
        assert.strictEqual(yield* Clock.currentTimeMillis, 30_000)
      })
    ).pipe(Effect.provide(RateBudget.layerUnlimited))
  )
})
