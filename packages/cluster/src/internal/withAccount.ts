import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import type { ActiveCampaignClient } from "effect-activecampaign/ActiveCampaignClient"
import type { RateBudget } from "effect-activecampaign/RateBudget"
import { type Accounts, AccountUnavailable } from "../Accounts.js"

const messageOf = (error: unknown) =>
  Predicate.hasProperty(error, "message") && Predicate.isString(error.message) && error.message !== ""
    ? error.message
    : String(error)

/** The client of an account, on a budget of its own. */
export type Served = <RB>(
  account: string,
  budget: Layer.Layer<RateBudget, never, RB>
) => Layer.Layer<ActiveCampaignClient, unknown, RB>

/** The accounts with what they need already provided. */
export const served = <R>(accounts: Accounts<R>): Effect.Effect<Served, never, R> =>
  Effect.map(
    Effect.context<R>(),
    (context): Served =>
      (account, budget) =>
        // The budget comes last: it replaces one in the context.
        Layer.provide(accounts(account), Layer.merge(Layer.succeedContext(context), budget))
  )

/** Runs an effect with the client of an account, made for it alone. */
export const withAccount =
  <RB>(accounts: Served, account: string, budget: Layer.Layer<RateBudget, never, RB>) =>
  <A, E>(effect: Effect.Effect<A, E, ActiveCampaignClient>): Effect.Effect<A, E | AccountUnavailable, RB> =>
    accounts(account, budget).pipe(
      Layer.mapError((error) => new AccountUnavailable({ account, detail: messageOf(error) })),
      (client) => Effect.provide(effect, client)
    )
