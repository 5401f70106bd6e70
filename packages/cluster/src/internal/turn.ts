import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as RateBudget from "effect-activecampaign/RateBudget"
import { readiness } from "./sharedTurns.js"

/** A turn that came before the call it is for. */
interface Turn {
  cameAt: bigint | undefined
}

const turnAhead = FiberRef.unsafeMake<Turn>({ cameAt: undefined })

const useUp = Effect.zipWith(FiberRef.get(turnAhead), Clock.currentTimeNanos, (turn, now) => {
  const { cameAt } = turn
  turn.cameAt = undefined
  return cameAt !== undefined && (now - cameAt) / 1_000_000n < readiness
})

/** Runs an effect when its turn has come. Its first call takes no other one. */
export const afterTurn =
  (kind: RateBudget.Kind) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R | RateBudget.RateBudget> =>
    Effect.gen(function* () {
      const budget = yield* RateBudget.RateBudget
      yield* budget.take(kind)
      return yield* Effect.locally(effect, turnAhead, { cameAt: yield* Clock.currentTimeNanos })
    })

/** A budget that knows of turns that came before their calls. */
export const knowingTurns = (budget: RateBudget.Service): RateBudget.Service => ({
  ...budget,
  take: (kind) => Effect.if(useUp, { onTrue: () => Effect.void, onFalse: () => budget.take(kind) })
})
