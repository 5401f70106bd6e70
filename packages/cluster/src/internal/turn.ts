import type { Sharding } from "@effect/cluster/Sharding"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as RateBudget from "effect-activecampaign/RateBudget"
import * as ClusterRateBudget from "../ClusterRateBudget.js"

export interface Turn {
  readonly take: Effect.Effect<void>
  /** The account's budget, for one call. Its first turn has already been taken. */
  readonly budget: Layer.Layer<RateBudget.RateBudget>
}

/** A turn that is taken before the call is made, so that nothing needs to be stored while it stands in line. */
export const makeTurn = (account: string, kind: RateBudget.Kind): Effect.Effect<Turn, never, Sharding> =>
  Effect.map(ClusterRateBudget.make(account), (budget) => {
    let takenAt: bigint | undefined
    const isFresh = Effect.map(Clock.currentTimeNanos, (now) => {
      const age = takenAt === undefined ? Number.POSITIVE_INFINITY : Number((now - takenAt) / 1_000_000n)
      takenAt = undefined
      return age <= ClusterRateBudget.freshness
    })
    return {
      take: Effect.zipRight(
        budget.take(kind),
        Effect.map(Clock.currentTimeNanos, (now) => {
          takenAt = now
        })
      ),
      budget: Layer.succeed(RateBudget.RateBudget, {
        ...budget,
        take: (asked) => Effect.if(isFresh, { onTrue: () => Effect.void, onFalse: () => budget.take(asked) })
      })
    }
  })
