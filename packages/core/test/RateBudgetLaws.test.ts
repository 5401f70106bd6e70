import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, FastCheck } from "effect"
import { RateBudget } from "effect-activecampaign"
import { withVirtualTime } from "./support.js"

interface Arrival {
  readonly at: number
  readonly kind: RateBudget.Kind
  readonly givesUpAfter: number | undefined
}

interface Pattern {
  readonly limits: { readonly second: number; readonly many: number; readonly one: number }
  readonly arrivals: ReadonlyArray<Arrival>
  readonly holds: ReadonlyArray<{ readonly at: number; readonly millis: number; readonly remaining: number }>
}

const pattern = FastCheck.record<Pattern>({
  limits: FastCheck.record({
    second: FastCheck.integer({ min: 1, max: 10 }),
    many: FastCheck.integer({ min: 1, max: 6 }),
    one: FastCheck.integer({ min: 1, max: 3 })
  }),
  arrivals: FastCheck.array(
    FastCheck.record<Arrival>({
      at: FastCheck.oneof(FastCheck.constantFrom(0, 0, 250, 1000), FastCheck.nat(90_000)),
      kind: FastCheck.constantFrom("read", "read", "import-many", "import-one"),
      givesUpAfter: FastCheck.option(FastCheck.nat(2000), { nil: undefined, freq: 5 })
    }),
    { minLength: 1, maxLength: 24 }
  ),
  holds: FastCheck.array(
    FastCheck.record({ at: FastCheck.nat(3000), millis: FastCheck.nat(3000), remaining: FastCheck.nat(5) }),
    { maxLength: 2 }
  )
})

/** When calls of which kind went out. */
const play = ({ arrivals, holds, limits }: Pattern) =>
  withVirtualTime(
    Effect.gen(function* () {
      const budget = yield* RateBudget.make({
        requestsPerSecond: limits.second,
        importsPerMinute: limits.many,
        singleImportsPerMinute: limits.one
      })
      const taken: Array<{ readonly kind: RateBudget.Kind; readonly at: number }> = []
      const arrive = ({ at, givesUpAfter, kind }: Arrival) => {
        const call: Effect.Effect<unknown> = Effect.flatMap(
          Effect.zipRight(budget.take(kind), Clock.currentTimeMillis),
          (at) => Effect.sync(() => taken.push({ kind, at }))
        )
        return Effect.delay(givesUpAfter === undefined ? call : Effect.timeoutOption(call, givesUpAfter), at)
      }
      const hold = ({ at, millis, remaining }: Pattern["holds"][number]) =>
        Effect.delay(
          Effect.zipRight(budget.hold(Duration.millis(millis), "read"), budget.observe({ remaining })),
          at
        )
      yield* Effect.all([...arrivals.map(arrive), ...holds.map(hold)], {
        concurrency: "unbounded",
        discard: true
      })
      return taken
    })
  )

const busiest = (times: ReadonlyArray<number>, length: number) =>
  Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + length).length))

describe("the limits of a budget", () => {
  it("hold in every rolling second and minute, for 10,000 patterns of arrivals, holds and callers who give up", async () => {
    await FastCheck.assert(
      FastCheck.asyncProperty(pattern, async (pattern) => {
        const taken = await Effect.runPromise(play(pattern))
        const timesOf = (kind: RateBudget.Kind) =>
          taken.filter((call) => call.kind === kind).map(({ at }) => at)
        assert.isAtMost(
          busiest(
            taken.map(({ at }) => at),
            1000
          ),
          pattern.limits.second
        )
        assert.isAtMost(busiest(timesOf("import-many"), 60_000), pattern.limits.many)
        assert.isAtMost(busiest(timesOf("import-one"), 60_000), pattern.limits.one)
        assert.isAtLeast(
          taken.length,
          pattern.arrivals.filter(({ givesUpAfter }) => givesUpAfter === undefined).length
        )
      }),
      { numRuns: 10_000 }
    )
  }, 120_000)
})
