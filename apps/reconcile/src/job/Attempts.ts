import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as ScheduleDecision from "effect/ScheduleDecision"
import * as ScheduleIntervals from "effect/ScheduleIntervals"
import type { ActiveCampaignError } from "effect-activecampaign/ActiveCampaignError"
import * as RateBudget from "effect-activecampaign/RateBudget"
import * as RetryPolicy from "effect-activecampaign/RetryPolicy"
import { CallMeter } from "./CallMeter.js"

/** What is known of a call while the client still retries. */
export interface Service {
  /** An attempt gets its turn and is sent. */
  readonly sent: Effect.Effect<void>
  /** An attempt failed; the next one follows after this wait, or none does. */
  readonly failed: (error: ActiveCampaignError, next: Option.Option<Duration.Duration>) => Effect.Effect<void>
}

/** Receives the attempts of a call; by default nothing does. */
export class Attempts extends Context.Reference<Attempts>()("ac-reconcile/Attempts", {
  defaultValue: (): Service => ({ sent: Effect.void, failed: () => Effect.void })
}) {}

/** Where an attempt waits before it waits for the account's rate. The default is no wait. */
export class Line extends Context.Reference<Line>()("ac-reconcile/Line", {
  defaultValue: (): { readonly enter: (turn: Effect.Effect<void>) => Effect.Effect<void> } => ({
    enter: (turn) => turn
  })
}) {}

const told = (policy: RetryPolicy.RetryPolicy): RetryPolicy.RetryPolicy =>
  Schedule.makeWithState(policy.initial, (now, error: ActiveCampaignError, state) =>
    Effect.tap(policy.step(now, error, state), ([, , decision]) => {
      const next = ScheduleDecision.isDone(decision)
        ? Option.none()
        : Option.some(Duration.millis(Math.max(0, ScheduleIntervals.start(decision.intervals) - now)))
      return Effect.flatMap(Attempts, (attempts) => attempts.failed(error, next))
    })
  )

/** The client's usual retries, reported to the caller. */
export const retry: RetryPolicy.RetryPolicy = told(RetryPolicy.standard)

/** The budget in the context, with its turns reported to the caller and to the run's meter. */
export const budgetLayer: Layer.Layer<RateBudget.RateBudget, never, RateBudget.RateBudget> = Layer.effect(
  RateBudget.RateBudget,
  Effect.map(RateBudget.RateBudget, (budget) => ({
    ...budget,
    take: (kind) =>
      Effect.gen(function* () {
        yield* (yield* Line).enter(budget.take(kind))
        yield* (yield* CallMeter).taken
        yield* (yield* Attempts).sent
      }),
    hold: (duration, kind) =>
      Effect.zipRight(
        Effect.flatMap(CallMeter, ({ held }) => held(duration)),
        budget.hold(duration, kind)
      )
  }))
)
