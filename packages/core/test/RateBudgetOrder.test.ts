import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, FastCheck } from "effect"
import { RateBudget } from "effect-activecampaign"
import { withVirtualTime } from "./support.js"

interface Caller {
  readonly at: number
  readonly kind: RateBudget.Kind
  readonly givesUpAfter?: number | undefined
}

interface Hold {
  readonly at: number
  readonly millis: number
  /** Of everybody, where it names none. */
  readonly kind?: RateBudget.Kind | undefined
}

interface Pattern {
  readonly limits: { readonly second: number; readonly many: number; readonly one: number }
  readonly callers: ReadonlyArray<Caller>
  readonly holds: ReadonlyArray<Hold>
}

interface Turn {
  readonly kind: RateBudget.Kind
  readonly caller: number
  /** The rank in which it was asked for. */
  readonly asked: number
  readonly from: number
  /** When it came, if it came. */
  at?: number
  gaveUpAt?: number
}

const kinds: ReadonlyArray<RateBudget.Kind> = ["read", "import-many", "import-one"]

/** Plays the callers, and tells who asked for a turn when, and got it when. */
const play = ({ callers, holds, limits }: Pattern) =>
  withVirtualTime(
    Effect.gen(function* () {
      const budget = yield* RateBudget.make({
        requestsPerSecond: limits.second,
        importsPerMinute: limits.many,
        singleImportsPerMinute: limits.one
      })
      const asked: Array<Turn> = []
      const call = ({ kind, givesUpAfter }: Caller, caller: number) =>
        Effect.flatMap(Clock.currentTimeMillis, (from) => {
          const turn: Turn = { kind, caller, asked: asked.length, from }
          asked.push(turn)
          const note = (key: "at" | "gaveUpAt") =>
            Effect.map(Clock.currentTimeMillis, (now) => {
              turn[key] = now
            })
          const taken = Effect.zipRight(budget.take(kind), note("at"))
          return givesUpAfter === undefined
            ? taken
            : Effect.timeoutTo(taken, {
                duration: givesUpAfter,
                onSuccess: () => Effect.void,
                onTimeout: () => note("gaveUpAt")
              }).pipe(Effect.flatten)
        })
      yield* Effect.all(
        [
          ...holds.map(({ at, kind, millis }) =>
            Effect.delay(budget.hold(Duration.millis(millis), kind), at)
          ),
          ...callers.map((caller, index) => Effect.delay(call(caller, index), caller.at))
        ],
        { concurrency: "unbounded", discard: true }
      )
      return asked
    })
  )

type Taken = Turn & { readonly at: number }
const isTaken = (turn: Turn): turn is Taken => turn.at !== undefined

const perMinute = ({ many, one }: Pattern["limits"]) => ({
  read: Number.POSITIVE_INFINITY,
  "import-many": many,
  "import-one": one
})

/** Whether a kind's own limits let it go at this time. */
const mayGo = (pattern: Pattern, taken: ReadonlyArray<Taken>, kind: RateBudget.Kind, now: number) => {
  const held = pattern.holds.some(
    (hold) => hold.kind === kind && hold.at <= now && now < hold.at + hold.millis
  )
  const lately = taken.filter((turn) => turn.kind === kind && turn.at <= now && now < turn.at + 60_000)
  return !held && lately.length < perMinute(pattern.limits)[kind]
}

/** Whether the rate that all kinds share lets anybody go at this time. */
const anyMayGo = (pattern: Pattern, taken: ReadonlyArray<Taken>, now: number) => {
  const spacing = Math.ceil(1000 / pattern.limits.second)
  const held = pattern.holds.some(
    ({ at, kind, millis }) => kind === undefined && at <= now && now < at + millis
  )
  return !held && !taken.some(({ at }) => at <= now && now < at + spacing)
}

const pattern = FastCheck.record<Pattern>({
  limits: FastCheck.record({
    second: FastCheck.integer({ min: 1, max: 10 }),
    many: FastCheck.integer({ min: 1, max: 4 }),
    one: FastCheck.integer({ min: 1, max: 2 })
  }),
  callers: FastCheck.array(
    FastCheck.record<Caller>({
      at: FastCheck.oneof(FastCheck.constantFrom(0, 0, 250, 1000), FastCheck.nat(90_000)),
      kind: FastCheck.constantFrom("read", "read", "import-many", "import-one"),
      givesUpAfter: FastCheck.option(
        FastCheck.oneof(FastCheck.constantFrom(100, 250, 500, 1000), FastCheck.nat(5000)),
        { nil: undefined, freq: 5 }
      )
    }),
    { minLength: 1, maxLength: 24 }
  ),
  holds: FastCheck.array(
    FastCheck.record<Hold>({
      at: FastCheck.nat(3000),
      millis: FastCheck.nat(20_000),
      kind: FastCheck.constantFrom(undefined, ...kinds)
    }),
    { maxLength: 2 }
  )
})

const byTheOrderOfAsking = (pattern: Pattern, asked: ReadonlyArray<Turn>, { asked: rank, at }: Taken) => {
  const before = asked.filter(isTaken).filter((turn) => turn.at < at)
  const passedOver = asked.filter(
    (other) =>
      other.asked < rank &&
      other.from <= at &&
      (other.gaveUpAt ?? Number.POSITIVE_INFINITY) > at &&
      (other.at ?? Number.POSITIVE_INFINITY) > at &&
      mayGo(pattern, before, other.kind, at)
  )
  assert.deepStrictEqual(passedOver, [])
}

const noLaterThanNecessary = (pattern: Pattern, asked: ReadonlyArray<Turn>, { at, from, kind }: Taken) => {
  const taken = asked.filter(isTaken)
  assert.isFalse(
    at > from && anyMayGo(pattern, taken, at - 1) && mayGo(pattern, taken, kind, at - 1),
    `a ${kind} waited until ${at} for nothing`
  )
}

const limits = { second: 4, many: 1, one: 1 }
const timesOf = (asked: ReadonlyArray<Turn>) => asked.map(({ at, kind }) => `${kind} ${at}`)

describe("the order of turns", () => {
  it(
    "is the order of asking among those that may go, and leaves no turn unused, for 10,000 patterns",
    () =>
      FastCheck.assert(
        FastCheck.asyncProperty(pattern, async (pattern) => {
          const asked = await Effect.runPromise(play(pattern))
          for (const turn of asked.filter(isTaken)) {
            byTheOrderOfAsking(pattern, asked, turn)
            noLaterThanNecessary(pattern, asked, turn)
          }
        }),
        { numRuns: 10_000 }
      ),
    120_000
  )

  it.effect("is one line for reads and imports", () =>
    Effect.gen(function* () {
      const callers = (["read", "import-many", "read", "import-one", "read"] as const).map((kind) => ({
        at: 0,
        kind
      }))
      const asked = yield* play({ limits, callers, holds: [] })
      assert.deepStrictEqual(timesOf(asked), [
        "read 0",
        "import-many 250",
        "read 500",
        "import-one 750",
        "read 1000"
      ])
    })
  )

  it.effect("lets reads pass an import that has used up its minute, and then the import goes first", () =>
    Effect.gen(function* () {
      const reads = [0, 100, 59_900, 59_900].map((at) => ({ at, kind: "read" as const }))
      const asked = yield* play({
        limits,
        callers: [{ at: 0, kind: "import-many" }, { at: 0, kind: "import-many" }, ...reads],
        holds: []
      })
      assert.deepStrictEqual(timesOf(asked), [
        "import-many 0",
        "import-many 60150",
        "read 250",
        "read 500",
        "read 59900",
        "read 60400"
      ])
    })
  )

  it.effect("lets imports pass while reads are held", () =>
    Effect.gen(function* () {
      const asked = yield* play({
        limits,
        callers: [
          { at: 10, kind: "read" },
          { at: 20, kind: "import-many" }
        ],
        holds: [{ at: 0, millis: 5000, kind: "read" }]
      })
      assert.deepStrictEqual(timesOf(asked), ["read 5000", "import-many 20"])
    })
  )

  it.effect("loses nobody who cannot be interrupted", () =>
    withVirtualTime(
      Effect.gen(function* () {
        const budget = yield* RateBudget.make({ requestsPerSecond: 4 })
        yield* Effect.all([budget.take("read"), budget.take("import-many"), budget.take("read")], {
          concurrency: "unbounded"
        }).pipe(Effect.uninterruptible)
        assert.strictEqual(yield* Clock.currentTimeMillis, 500)
      })
    )
  )
})
