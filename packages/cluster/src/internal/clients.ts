import type { Sharding } from "@effect/cluster/Sharding"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as RcMap from "effect/RcMap"
import type { Scope } from "effect/Scope"
import type { ActiveCampaignClient } from "effect-activecampaign/ActiveCampaignClient"
import { RateBudget } from "effect-activecampaign/RateBudget"
import { type Accounts, AccountUnavailable } from "../Accounts.js"
import * as ClusterRateBudget from "../ClusterRateBudget.js"
import { knowingTurns } from "./turn.js"

/** Runs an effect with the client of an account. */
export type Clients = (
  account: string
) => <A, E>(
  effect: Effect.Effect<A, E, ActiveCampaignClient | RateBudget>
) => Effect.Effect<A, E | AccountUnavailable>

const messageOf = (error: unknown) =>
  Predicate.hasProperty(error, "message") && Predicate.isString(error.message) && error.message !== ""
    ? error.message
    : String(error)

/**
 * One client for each account while anyone uses it: hundreds of waits share it. When the account refuses its key, the next
 * user gets a new one.
 */
export const makeClients = <R>(accounts: Accounts<R>): Effect.Effect<Clients, never, R | Sharding | Scope> =>
  Effect.gen(function* () {
    const context = yield* Effect.context<R | Sharding>()
    const clients = yield* RcMap.make({
      lookup: (account: string) => {
        const budget = Layer.effect(RateBudget, Effect.map(ClusterRateBudget.make(account), knowingTurns))
        // The budget comes last: it replaces one in the context.
        return Layer.toRuntime(
          accounts(account).pipe(
            Layer.provideMerge(budget),
            Layer.provide(Layer.succeedContext(context)),
            Layer.mapError((error) => new AccountUnavailable({ account, detail: messageOf(error) }))
          )
        )
      }
    })
    return (account) => (effect) =>
      Effect.scoped(
        Effect.flatMap(RcMap.get(clients, account), (client) =>
          Effect.provide(effect, client).pipe(
            Effect.tapError((error) =>
              Predicate.isTagged(error, "AuthenticationFailed")
                ? RcMap.invalidate(clients, account)
                : Effect.void
            )
          )
        )
      )
  })
