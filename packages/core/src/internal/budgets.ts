import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { globalValue } from "effect/GlobalValue"
import * as Option from "effect/Option"
import * as RateBudget from "../RateBudget.js"

/** One for each host and clock, for any number of clients: they share the account's rate. */
const budgets = globalValue(
  "effect-activecampaign/budgets",
  () => new WeakMap<Clock.Clock, Map<string, RateBudget.Service>>()
)

/** The budget in the context, or else the one that this process keeps for the account's host. */
export const budgetOf = (host: string): Effect.Effect<RateBudget.Service> =>
  Effect.gen(function* () {
    const provided = yield* Effect.serviceOption(RateBudget.RateBudget)
    if (Option.isSome(provided)) return provided.value
    // A test's clock has a budget of its own.
    const clock = yield* Clock.clockWith(Effect.succeed)
    const ofClock = budgets.get(clock) ?? new Map<string, RateBudget.Service>()
    budgets.set(clock, ofClock)
    // The defaults are valid.
    const made = yield* Effect.orDie(RateBudget.make())
    const budget = ofClock.get(host) ?? made
    ofClock.set(host, budget)
    return budget
  })
