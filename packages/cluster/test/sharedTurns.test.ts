import { assert, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import { RateBudget } from "effect-activecampaign"
import { budgetFrom, type Keeper, keeperOf } from "../src/internal/sharedTurns.js"
import { busiestSecond, inTime } from "./support.js"

/** A keeper as a runner reaches it: questions and answers are under way for some milliseconds. */
const reached = (
  keeper: Keeper<never>,
  millis: { readonly there: () => number; readonly back: () => number }
): Keeper<never> => ({
  ...keeper,
  take: (asked) =>
    Effect.suspend(() => keeper.take(asked).pipe(Effect.delay(millis.there()))).pipe(
      Effect.tap(() => Effect.sleep(millis.back()))
    )
})

const always = (there: number, back: number) => ({ there: () => there, back: () => back })

const times = (budget: RateBudget.Service, count: number, kind?: RateBudget.Kind) =>
  Effect.forEach(
    Array.from({ length: count }),
    () => Effect.zipRight(budget.take(kind), Clock.currentTimeMillis),
    { concurrency: "unbounded" }
  )

/** The steps in which virtual time passes, in milliseconds. What is compared with limits falls on them. */
const step = 50

const account = Effect.map(RateBudget.make(), (budget) => keeperOf(budget, true))

it.effect("gives turns to a runner that always takes longer to get them than they are good for", () =>
  Effect.gen(function* () {
    const slow = yield* budgetFrom(reached(yield* account, always(100, 300)))
    const before = yield* Clock.currentTimeMillis
    const came = yield* inTime(times(slow, 10))
    assert.isAtMost(busiestSecond(came), 5)
    assert.isBelow((yield* Clock.currentTimeMillis) - before, 20_000)
  })
)

it.effect("does not make the turns of hundreds old before they are asked for", () =>
  Effect.gen(function* () {
    const keeper = yield* account
    // Each question takes 3 ms of the runner's time, and they go one after the other.
    const line = yield* Effect.makeSemaphore(1)
    const busy = yield* budgetFrom({
      ...keeper,
      take: (asked) => Effect.zipRight(line.withPermits(1)(Effect.sleep("3 millis")), keeper.take(asked))
    })
    const before = yield* Clock.currentTimeMillis
    yield* inTime(times(busy, 200))
    assert.isBelow((yield* Clock.currentTimeMillis) - before, 55_000)
  })
)

it.effect("gives the next turn when one of longer use can no longer be used", () =>
  Effect.gen(function* () {
    const keeper = yield* account
    const take = (usableFor: number) =>
      Effect.zipRight(keeper.take({ kind: "read", usableFor }), Clock.currentTimeMillis)
    const first = yield* inTime(take(3000), step)
    const next = yield* inTime(take(200), step)
    assert.isAtLeast(next - first, 3000)
    assert.isAtMost(next - first, 3000 + 2 * step)
  })
)

it.effect("gives nobody else a turn while a slow runner may still use one", () =>
  Effect.gen(function* () {
    const keeper = yield* account
    // Turns that are given 250 ms apart arrive at the same moment.
    const budgets = yield* Effect.forEach([1000, 750, 500, 250, 0, 0, 0, 0], (back) =>
      budgetFrom(reached(keeper, always(0, back)))
    )
    const came = yield* inTime(
      Effect.forEach(budgets, (budget) => times(budget, 4), { concurrency: "unbounded" }),
      step
    )
    assert.isAtMost(busiestSecond(came.flat()), 5)
  })
)

it.effect("lets a runner without delay go on at the full rate after a slow one has had a turn", () =>
  Effect.gen(function* () {
    const keeper = yield* account
    const slow = yield* budgetFrom(reached(keeper, always(0, 900)))
    const fast = yield* budgetFrom(keeper)
    yield* inTime(times(slow, 1))
    const before = yield* Clock.currentTimeMillis
    yield* inTime(times(fast, 20))
    assert.isBelow((yield* Clock.currentTimeMillis) - before, 8000)
  })
)

it.effect("does not let reads wait for imports that have used up their minute", () =>
  Effect.gen(function* () {
    const budget = yield* budgetFrom(keeperOf(yield* RateBudget.make({ importsPerMinute: 1 }), true))
    yield* inTime(times(budget, 1, "import-many"))
    yield* Effect.fork(times(budget, 2, "import-many"))
    const before = yield* Clock.currentTimeMillis
    yield* inTime(times(budget, 4))
    assert.isBelow((yield* Clock.currentTimeMillis) - before, 5000)
  })
)

it.effect("does not let turns age where there is no limit", () =>
  Effect.gen(function* () {
    const unlimited = yield* RateBudget.make({ requestsPerSecond: Number.POSITIVE_INFINITY })
    const slow = yield* budgetFrom(reached(keeperOf(unlimited, false), always(0, 600)))
    const before = yield* Clock.currentTimeMillis
    yield* inTime(times(slow, 5))
    assert.isAtMost((yield* Clock.currentTimeMillis) - before, 5 * 700)
  })
)

const latency = FastCheck.oneof(
  FastCheck.constant(0),
  FastCheck.integer({ min: 0, max: 6 }),
  FastCheck.integer({ min: 4, max: 20 })
).map((steps) => steps * step)

it.effect.prop(
  "lets at most 5 go in any rolling second, however slow each runner is",
  [
    FastCheck.array(FastCheck.array(latency, { minLength: 1, maxLength: 8 }), {
      minLength: 1,
      maxLength: 3
    })
  ],
  ([runners]) =>
    Effect.gen(function* () {
      const keeper = yield* account
      const budgets = yield* Effect.forEach(runners, (latencies) => {
        let next = 0
        const draw = () => latencies[next++ % latencies.length] ?? 0
        return budgetFrom(reached(keeper, { there: draw, back: draw }))
      })
      const came = yield* inTime(
        Effect.forEach(budgets, (budget) => times(budget, 4), { concurrency: "unbounded" }),
        step
      )
      assert.strictEqual(came.flat().length, 4 * runners.length)
      assert.isAtMost(busiestSecond(came.flat()), 5)
    }),
  { fastCheck: { numRuns: 12 } }
)
