import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { rotate } from "../../src/job/rotate.js"

describe("rotating", () => {
  it.effect("visits every item, a few at a time, until each has a result", () =>
    Effect.gen(function* () {
      let underWay = 0
      let most = 0
      const visits = new Map<number, number>()
      const results = yield* rotate([1, 2, 3, 4, 5, 6, 7], 3, (item) =>
        Effect.gen(function* () {
          most = Math.max(most, ++underWay)
          yield* Effect.yieldNow()
          underWay--
          const visit = (visits.get(item) ?? 0) + 1
          visits.set(item, visit)
          return visit === item ? Option.some(item) : Option.none()
        })
      )
      assert.strictEqual(most, 3)
      assert.deepStrictEqual([...results].sort(), [1, 2, 3, 4, 5, 6, 7])
      assert.deepStrictEqual([...visits.values()], [1, 2, 3, 4, 5, 6, 7])
    })
  )

  it.effect("lets the others go first after a visit that came to nothing", () =>
    Effect.gen(function* () {
      const order: Array<string> = []
      yield* rotate(["stuck", "a", "b"], 1, (item) =>
        Effect.sync(() => {
          order.push(item)
          return item === "stuck" && order.length === 1 ? Option.none() : Option.some(item)
        })
      )
      assert.deepStrictEqual(order, ["stuck", "a", "b", "stuck"])
    })
  )

  it.effect("ends with the first failure", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        rotate([1, 2], 2, (item) => (item === 2 ? Effect.fail("no") : Effect.never))
      )
      assert.strictEqual(error, "no")
    })
  )
})
