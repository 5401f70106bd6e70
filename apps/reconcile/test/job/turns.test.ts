import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { Line } from "../../src/job/Attempts.js"
import * as DueQueue from "../../src/job/dueQueue.js"
import * as Turns from "../../src/job/turns.js"
import * as virtualClock from "../support/virtualClock.js"

interface Batch extends DueQueue.Followable {
  readonly name: string
}

const endsAt = 600_000

const queueOf = (...names: ReadonlyArray<string>) => {
  const queue = DueQueue.make<Batch>({ startsAt: 0, endsAt, timesToSettle: [], once: false })
  for (const name of names) queue.addAsked({ name, since: -60_000 })
  return queue
}

/** A clock that begins at 0, as the queues here do. */
const inTime = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.withClock(effect, virtualClock.make(0))

/** A rate of one call a second. `waiting` tells how many stand in its line. */
const makeRate = () => {
  const semaphore = Effect.unsafeMakeSemaphore(1)
  let inLine = 0
  let most = 0
  const take = Effect.acquireUseRelease(
    Effect.sync(() => {
      inLine += 1
      most = Math.max(most, inLine)
    }),
    () => semaphore.withPermits(1)(Effect.sleep("1 second")),
    () =>
      Effect.sync(() => {
        inLine -= 1
      })
  )
  return { take: Effect.flatMap(Line, ({ enter }) => enter(take)), most: () => most }
}

const names = (count: number, name: string) => Array.from({ length: count }, (_, index) => `${name}${index}`)

describe("taking turns", () => {
  it.effect("one at a time waits for the rate, however many are due", () =>
    Effect.gen(function* () {
      const queue = queueOf(...names(30, "b"))
      const rate = makeRate()
      const asked: Array<string> = []
      yield* Turns.make().follow(queue, {
        endsAt,
        atTheEnd: () => Effect.void,
        visit: (batch) =>
          Effect.gen(function* () {
            yield* rate.take
            asked.push(batch.name)
            // The answer takes longer than the rate keeps the next one.
            yield* Effect.sleep("3 seconds")
            queue.giveUp(batch)
          })
      })
      assert.deepStrictEqual(asked, names(30, "b"))
      assert.strictEqual(rate.most(), 1)
      assert.strictEqual(yield* Clock.currentTimeMillis, 33_000)
    }).pipe(inTime)
  )

  it.effect("calls that are made again have every other turn, and no more", () =>
    Effect.gen(function* () {
      const queue = queueOf(...names(10, "failing"), ...names(20, "fine"))
      const rate = makeRate()
      const sent: Array<string> = []
      yield* Turns.make().follow(queue, {
        endsAt,
        atTheEnd: () => Effect.void,
        visit: (batch) =>
          Effect.gen(function* () {
            const attempt = Effect.tap(rate.take, () => sent.push(batch.name))
            yield* attempt
            if (batch.name.startsWith("failing")) yield* Effect.repeatN(attempt, 4)
            queue.giveUp(batch)
          })
      })
      assert.strictEqual(sent.length, 10 * 6 + 20)
      const last = sent.lastIndexOf("fine19")
      const others = sent.slice(0, last).filter((name) => name.startsWith("fine")).length
      assert.isAtMost(last, 2 * (10 + others) + 2)
    }).pipe(inTime)
  )

  it.effect("ends with the first failure, even while others wait", () =>
    Effect.gen(function* () {
      const queue = queueOf("waiting", "failing")
      const error = yield* Effect.flip(
        Turns.make().follow(queue, {
          endsAt,
          atTheEnd: () => Effect.void,
          visit: ({ name }, restore) =>
            name === "failing"
              ? Effect.zipRight(Effect.sleep("1 second"), Effect.fail("no"))
              : Effect.flatMap(Line, ({ enter }) =>
                  Effect.zipRight(enter(Effect.void), restore(Effect.sleep("1 hour")))
                )
        })
      )
      assert.strictEqual(error, "no")
      assert.strictEqual(yield* Clock.currentTimeMillis, 1000)
      queue.putBack(1000, () => true)
      assert.strictEqual(queue.size(), 2)
    }).pipe(inTime)
  )

  it.effect(
    "a call that lasts until following must end is interrupted, and its batch can still be dealt with",
    () =>
      Effect.gen(function* () {
        const queue = queueOf("quick", "slow")
        const dealtWith: Array<string> = []
        yield* Turns.make().follow(queue, {
          endsAt: 5000,
          atTheEnd: () => Effect.void,
          visit: (batch, restore) =>
            Effect.gen(function* () {
              const { enter } = yield* Line
              yield* enter(Effect.void)
              const exit = yield* Effect.exit(
                restore(Effect.sleep(batch.name === "slow" ? "1 hour" : "1 second"))
              )
              // What is done about it may wait, too.
              yield* Effect.sleep("1 second")
              dealtWith.push(`${batch.name} ${exit._tag} ${yield* Clock.currentTimeMillis}`)
              queue.giveUp(batch)
            })
        })
        assert.deepStrictEqual(dealtWith, ["quick Success 2000", "slow Failure 6000"])
      }).pipe(inTime)
  )

  it.effect("other calls have the turns that are left, and none when following is over", () =>
    Effect.gen(function* () {
      const queue = queueOf(...names(5, "b"))
      const turns = Turns.make()
      const rate = makeRate()
      const sent: Array<string> = []
      const call = (name: string) =>
        Effect.as(
          Effect.tap(rate.take, () => sent.push(name)),
          name
        )
      const visit = (batch: Batch) =>
        Effect.gen(function* () {
          yield* call(batch.name)
          const now = yield* Clock.currentTimeMillis
          if (now < 20_000) queue.isOpen(batch, now)
          else queue.giveUp(batch)
        })
      const following = yield* Effect.fork(
        turns.follow(queue, { endsAt, visit, atTheEnd: () => Effect.void })
      )
      yield* Effect.sleep("1 millis")
      const first = yield* turns.spare(call("other"))
      assert.deepStrictEqual(first, Option.some("other"))
      assert.deepStrictEqual(sent, [...names(5, "b"), "other"])
      yield* Fiber.join(following)
      assert.deepStrictEqual(yield* turns.spare(call("late")), Option.none())
      assert.notInclude(sent, "late")
    }).pipe(inTime)
  )

  it.effect("a call that is given up while it waits does not block the line", () =>
    Effect.gen(function* () {
      const queue = queueOf("one", "two")
      const rate = makeRate()
      const asked: Array<string> = []
      yield* Turns.make().follow(queue, {
        endsAt,
        atTheEnd: () => Effect.void,
        visit: (batch) =>
          Effect.gen(function* () {
            yield* Effect.timeoutOption(rate.take, batch.name === "one" ? 500 : 5000)
            asked.push(batch.name)
            queue.giveUp(batch)
          })
      })
      assert.deepStrictEqual(asked, ["one", "two"])
    }).pipe(inTime)
  )
})
