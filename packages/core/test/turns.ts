import { Clock, Duration, Effect, FastCheck } from "effect"
import { RateBudget } from "effect-activecampaign"
import { withVirtualTime } from "./support.js"

export interface Arrival {
  readonly at: number
  /** Turns the caller takes, one right after the other. */
  readonly turns: number
  /** The caller gives up so long after its arrival. */
  readonly givesUpAfter: number | undefined
}

export const arrivals = FastCheck.array(
  FastCheck.record<Arrival>({
    at: FastCheck.oneof(FastCheck.constantFrom(0, 250, 1000), FastCheck.nat(3000)),
    turns: FastCheck.integer({ min: 1, max: 3 }),
    givesUpAfter: FastCheck.option(FastCheck.nat(2000), { nil: undefined, freq: 4 })
  }),
  { minLength: 1, maxLength: 20 }
)

export const limits = FastCheck.integer({ min: 1, max: 10 })

export const holds = FastCheck.array(
  FastCheck.record({ at: FastCheck.nat(3000), millis: FastCheck.nat(3000) }),
  {
    maxLength: 3
  }
)

export interface Taken {
  readonly caller: number
  readonly askedAt: number
  readonly order: number
  readonly at: number
}

/** Plays the arrivals and tells who asked when, and who got a turn when, in the order of the turns. */
export const play = (
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

export const busiestSecond = (taken: ReadonlyArray<Taken>) =>
  Math.max(...taken.map(({ at }) => taken.filter((other) => other.at >= at && other.at < at + 1000).length))
