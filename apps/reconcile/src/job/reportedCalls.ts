/** The parts of a client whose attempts are reported to the caller, and to the meter of a run. */
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
import { Attempts, Line } from "./Attempts.js"
import { CallMeter } from "./CallMeter.js"

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
