import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import * as TestContext from "effect/TestContext"
import { ActiveCampaignClient, BulkImport } from "effect-activecampaign"
import { InProcess, type Scenario } from "effect-activecampaign-simulator"

/** The library on a simulator in process, as a program of one's own would have it on the account. */
export const accountOf = (scenario: Scenario.Scenario) =>
  BulkImport.layer.pipe(
    Layer.provideMerge(
      ActiveCampaignClient.layer({ url: InProcess.url, apiToken: Redacted.make(scenario.apiToken) })
    ),
    Layer.provideMerge(InProcess.layer(scenario))
  )

/** Runs an effect to its end on a clock that moves by itself, so that an hour costs no time. */
export const onTestClock = <A, E>(effect: Effect.Effect<A, E>): Promise<A> =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(effect)
    while (Option.isNone(yield* fiber.poll)) yield* TestClock.adjust("1 second")
    return yield* Fiber.join(fiber)
  }).pipe(Effect.provide(TestContext.TestContext), Effect.runPromise)

/** The most requests that came in any rolling second. */
export const mostInASecond = (times: ReadonlyArray<number>): number =>
  Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + 1000).length))
