import { HttpClient } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Context, Duration, Effect, FastCheck, Fiber, Layer, Redacted, TestClock } from "effect"
import { ActiveCampaignClient, RateBudget } from "effect-activecampaign"
import { accountUrl, answering, batchId, connect, token, vendor, withVirtualTime } from "./support.js"

interface Arrival {
  readonly at: number
  /** Turns the caller takes, one right after the other. */
  readonly turns: number
  /** The caller gives up so long after its arrival. */
  readonly givesUpAfter: number | undefined
}

const arrivals = FastCheck.array(
  FastCheck.record<Arrival>({
    at: FastCheck.oneof(FastCheck.constantFrom(0, 250, 1000), FastCheck.nat(3000)),
    turns: FastCheck.integer({ min: 1, max: 3 }),
    givesUpAfter: FastCheck.option(FastCheck.nat(2000), { nil: undefined, freq: 4 })
  }),
  { minLength: 1, maxLength: 20 }
)

const limits = FastCheck.integer({ min: 1, max: 10 })

const holds = FastCheck.array(FastCheck.record({ at: FastCheck.nat(3000), millis: FastCheck.nat(3000) }), {
  maxLength: 3
})

interface Taken {
  readonly caller: number
  readonly askedAt: number
  readonly order: number
  readonly at: number
}

/** Plays the arrivals and tells who asked when, and who got a turn when, in the order of the turns. */
const play = (
  requestsPerSecond: number,
  callers: ReadonlyArray<Arrival>,
  held: ReadonlyArray<{ readonly at: number; readonly millis: number }> = []
) =>
  withVirtualTime(
    Effect.gen(function* () {
      const budget = yield* RateBudget.make({ requestsPerSecond })
      const taken: Array<Taken> = []
      let asked = 0
      const takeTurn = (caller: number) =>
        Effect.gen(function* () {
          const askedAt = yield* Clock.currentTimeMillis
          const order = asked++
          yield* budget.take()
          taken.push({ caller, askedAt, order, at: yield* Clock.currentTimeMillis })
        })
      const arrive = ({ at, givesUpAfter, turns }: Arrival, caller: number) => {
        const stay = Effect.repeatN(takeTurn(caller), turns - 1)
        return Effect.delay(givesUpAfter === undefined ? stay : Effect.timeoutOption(stay, givesUpAfter), at)
      }
      yield* Effect.all(
        [
          Effect.forEach(callers, arrive, { concurrency: "unbounded", discard: true }),
          Effect.forEach(held, ({ at, millis }) => Effect.delay(budget.hold(Duration.millis(millis)), at), {
            concurrency: "unbounded",
            discard: true
          })
        ],
        { concurrency: "unbounded", discard: true }
      )
      return taken
    })
  )

const busiestSecond = (taken: ReadonlyArray<Taken>) =>
  Math.max(...taken.map(({ at }) => taken.filter((other) => other.at >= at && other.at < at + 1000).length))

const property = { fastCheck: { numRuns: 200 } }

describe("RateBudget", () => {
  it.effect.prop(
    "lets no more than the limit through in any rolling second, whoever arrives when",
    [limits, arrivals, holds],
    ([limit, callers, held]) =>
      Effect.map(play(limit, callers, held), (taken) => {
        if (taken.length > 0) assert.isAtMost(busiestSecond(taken), limit)
      }),
    property
  )

  it.effect.prop(
    "serves callers in the order in which they asked, however often each comes back",
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

  it.effect("takes the longer of two holds, in whichever order they come", () =>
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

  it.scoped("in the context is shared by two clients", () =>
    Effect.gen(function* () {
      const { calls, http } = vendor(answering("active"))
      const budget = yield* RateBudget.make({ requestsPerSecond: 1 })
      const client = Effect.provideService(connect(http), RateBudget.RateBudget, budget)
      const clients = yield* Effect.all([client, client])
      const fiber = yield* Effect.fork(
        Effect.forEach([...clients, ...clients], (client) => Effect.orDie(client.importInfo(batchId)), {
          concurrency: "unbounded"
        })
      )
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(
        calls.map(({ at }) => at),
        [0, 1000, 2000, 3000]
      )
    })
  )

  it.scoped("is taken from a layer by clients built from layers", () =>
    Effect.gen(function* () {
      const { calls, http } = vendor(answering("active"))
      const client = Layer.fresh(
        ActiveCampaignClient.layer({ url: accountUrl, apiToken: Redacted.make(token) })
      )
      const budget = yield* Layer.build(RateBudget.layer({ requestsPerSecond: 2 }))
      const contexts = yield* Effect.all([Layer.build(client), Layer.build(client)]).pipe(
        Effect.provide(budget),
        Effect.provideService(HttpClient.HttpClient, http)
      )
      const clients = contexts.map((context) =>
        Context.get(context, ActiveCampaignClient.ActiveCampaignClient)
      )
      assert.notStrictEqual(clients[0], clients[1])
      const fiber = yield* Effect.fork(
        Effect.forEach(clients, (client) => Effect.orDie(client.importInfo(batchId)), {
          concurrency: "unbounded"
        })
      )
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(
        calls.map(({ at }) => at),
        [0, 500]
      )
    })
  )

  it.scoped("is each client's own where none is provided", () =>
    Effect.gen(function* () {
      const { calls, http } = vendor(answering("active"))
      const clients = yield* Effect.all([connect(http), connect(http)])
      yield* Effect.forEach(clients, (client) => client.importInfo(batchId))
      assert.deepStrictEqual(
        calls.map(({ at }) => at),
        [0, 0]
      )
    })
  )
})
