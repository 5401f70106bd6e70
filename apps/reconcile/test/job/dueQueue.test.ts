import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { inTurn } from "../../src/job/dueQueue.js"
import * as virtualClock from "../support/virtualClock.js"

const items = (...names: ReadonlyArray<string>) => names.map((name) => ({ name, dueAt: 0 }))

describe("taking turns", () => {
  it.effect("visits all items, a few at a time, until each is done", () =>
    Effect.gen(function* () {
      let underWay = 0
      let most = 0
      const visits = new Map<string, number>()
      yield* inTurn(items("1", "2", "3", "4", "5"), 3, ({ name }) =>
        Effect.gen(function* () {
          most = Math.max(most, ++underWay)
          yield* Effect.yieldNow()
          underWay--
          const visit = (visits.get(name) ?? 0) + 1
          visits.set(name, visit)
          return visit < Number(name)
        })
      )
      assert.strictEqual(most, 3)
      assert.deepStrictEqual(
        [...visits].sort().map(([name, visit]) => `${name}: ${visit}`),
        ["1: 1", "2: 2", "3: 3", "4: 4", "5: 5"]
      )
    })
  )

  it.effect("takes the item due first, and among equals the one that came first", () =>
    Effect.gen(function* () {
      const order: Array<string> = []
      yield* inTurn(items("late", "a", "b"), 1, (item) =>
        Effect.sync(() => {
          order.push(item.name)
          item.dueAt += item.name === "late" ? 2 : 1
          return order.length <= 3
        })
      )
      assert.deepStrictEqual(order, ["late", "a", "b", "a", "b", "late"])
    })
  )

  it.effect("ends with the first failure, even while others wait", () =>
    Effect.gen(function* () {
      const clock = virtualClock.make()
      const before = clock.unsafeCurrentTimeMillis()
      const waiting = Effect.as(Effect.timeoutOption(Effect.sleep("1 hour"), "2 hours"), false)
      const failing = Effect.zipRight(Effect.sleep("1 second"), Effect.fail("no"))
      const error = yield* inTurn(items("1", "2"), 2, ({ name }) => (name === "2" ? failing : waiting)).pipe(
        Effect.flip,
        Effect.withClock(clock)
      )
      assert.strictEqual(error, "no")
      assert.strictEqual(clock.unsafeCurrentTimeMillis() - before, 1000)
    })
  )
})
