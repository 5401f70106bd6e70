import { assert, it } from "@effect/vitest"
import * as TestRunner from "@effect/cluster/TestRunner"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import type { RateBudget } from "effect-activecampaign"
import { ClusterRateBudget } from "../src/index.js"
import { busiestSecond, inTime } from "./support.js"

const runner = (options?: RateBudget.Options) =>
  ClusterRateBudget.entity(options).pipe(Layer.provideMerge(TestRunner.layer))

/** When each of many turns came. */
const turns = (budget: RateBudget.Service, count: number, kind?: RateBudget.Kind) =>
  Effect.forEach(
    Array.from({ length: count }),
    () => Effect.zipRight(budget.take(kind), Clock.currentTimeMillis),
    { concurrency: "unbounded" }
  )

it.effect("lets at most 5 go in any rolling second, for all callers of an account together", () =>
  Effect.gen(function* () {
    const budgets = yield* Effect.all([ClusterRateBudget.make("acme"), ClusterRateBudget.make("acme")])
    const times = yield* inTime(
      Effect.forEach(budgets, (budget) => turns(budget, 30), { concurrency: "unbounded" })
    )
    assert.isAtMost(busiestSecond(times.flat()), 5)
  }).pipe(Effect.provide(runner()))
)

it.effect("does not make accounts wait for each other", () =>
  Effect.gen(function* () {
    const one = yield* ClusterRateBudget.make("one")
    const two = yield* ClusterRateBudget.make("two")
    const crowd = yield* Effect.fork(turns(one, 100))
    const before = yield* Clock.currentTimeMillis
    yield* inTime(two.take())
    assert.isAtMost((yield* Clock.currentTimeMillis) - before, 4000)
    yield* Fiber.interrupt(crowd)
  }).pipe(Effect.provide(runner()))
)

it.effect("holds all who wait, also while hundreds stand in line", () =>
  Effect.gen(function* () {
    const waiting = yield* ClusterRateBudget.make("acme")
    const holding = yield* ClusterRateBudget.make("acme")
    const crowd = yield* Effect.fork(turns(waiting, 300))
    yield* TestClock.adjust("5 seconds")
    yield* inTime(holding.hold(Duration.seconds(30)))
    const heldAt = yield* Clock.currentTimeMillis
    const times = yield* inTime(Fiber.join(crowd))
    assert.isEmpty(times.filter((at) => at > heldAt && at < heldAt + 29_900))
    assert.isAtLeast(times.filter((at) => at <= heldAt).length, 1)
  }).pipe(Effect.provide(runner()))
)

it.effect("holds one kind and lets the others pass", () =>
  Effect.gen(function* () {
    const budget = yield* ClusterRateBudget.make("acme")
    yield* inTime(budget.hold(Duration.minutes(1), "import-many"))
    const heldAt = yield* Clock.currentTimeMillis
    const importing = yield* Effect.fork(Effect.zipRight(budget.take("import-many"), Clock.currentTimeMillis))
    yield* inTime(budget.take())
    assert.isBelow((yield* Clock.currentTimeMillis) - heldAt, 5000)
    assert.isAtLeast((yield* inTime(Fiber.join(importing))) - heldAt, 60_000 - 100)
  }).pipe(Effect.provide(runner()))
)

it.effect("keeps a hold longer than an entity may be idle by default", () =>
  Effect.gen(function* () {
    const budget = yield* ClusterRateBudget.make("acme")
    yield* inTime(budget.hold(Duration.minutes(5)))
    const heldAt = yield* Clock.currentTimeMillis
    yield* inTime(Effect.sleep("3 minutes"), "1 second")
    yield* inTime(budget.take(), "1 second")
    assert.isAtLeast((yield* Clock.currentTimeMillis) - heldAt, 300_000 - 1000)
  }).pipe(Effect.provide(runner()))
)

it.effect("lets the next go on when a caller in line gives up", () =>
  Effect.gen(function* () {
    const budget = yield* ClusterRateBudget.make("acme")
    const first = yield* Effect.fork(turns(budget, 40))
    yield* TestClock.adjust("2 seconds")
    yield* Fiber.interrupt(first)
    const before = yield* Clock.currentTimeMillis
    yield* inTime(budget.take())
    assert.isBelow((yield* Clock.currentTimeMillis) - before, 2000)
  }).pipe(Effect.provide(runner()))
)

it.effect("slows down when the account has little left, as the library's own budget does", () =>
  Effect.gen(function* () {
    const budget = yield* ClusterRateBudget.make("acme")
    yield* inTime(budget.take())
    yield* inTime(budget.observe({ remaining: 0 }))
    const before = yield* Clock.currentTimeMillis
    yield* inTime(budget.take())
    assert.isAtLeast((yield* Clock.currentTimeMillis) - before, 800)
  }).pipe(Effect.provide(runner()))
)

it.effect("refuses a limit that is not a positive number", () =>
  Effect.gen(function* () {
    const error = yield* Effect.flip(Layer.build(runner({ requestsPerSecond: 0 })))
    assert.strictEqual(error._tag, "InvalidOption")
  }).pipe(Effect.scoped)
)
