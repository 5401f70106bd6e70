import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as ActiveCampaignClient from "effect-activecampaign/ActiveCampaignClient"
import * as RateBudget from "effect-activecampaign/RateBudget"
import * as InProcess from "effect-activecampaign-simulator/InProcess"
import * as Scenario from "effect-activecampaign-simulator/Scenario"
import * as reportedCalls from "../../src/job/reportedCalls.js"
import * as Run from "../../src/job/Run.js"
import type { RunEvent } from "../../src/job/RunEvent.js"
import * as Ledger from "../../src/ledger/Ledger.js"
import * as virtualClock from "./virtualClock.js"

/** A simulated account in process and a new ledger in memory, on a clock that runs as fast as it can. */
export const withAccount =
  (
    input: Scenario.ScenarioInput,
    options: {
      readonly requestsPerSecond?: number
      readonly apiToken?: string
      /** The ledger's file; in memory without it. */
      readonly db?: string
      /** How far the wall clock has been set by then. */
      readonly clockSetBy?: (elapsed: number) => number
    } = {}
  ) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) => {
    const scenario = Scenario.make(input)
    const client = ActiveCampaignClient.layer({
      url: InProcess.url,
      apiToken: Redacted.make(options.apiToken ?? scenario.apiToken),
      retry: reportedCalls.retry
    }).pipe(Layer.provide(reportedCalls.budgetLayer.pipe(Layer.provide(RateBudget.layer(options)))))
    return effect.pipe(
      Effect.provide(client.pipe(Layer.provideMerge(InProcess.layer(scenario)))),
      Effect.provide(Ledger.layer(options.db ?? ":memory:")),
      Effect.withClock(virtualClock.make(undefined, options.clockSetBy))
    )
  }

/** A run and everything it told while it ran. */
export const run = (
  options: {
    readonly follow?: boolean
    readonly once?: boolean
    readonly watch?: Effect.Effect<void>
    readonly deadline?: Duration.DurationInput
    readonly account?: Partial<Run.AccountOptions>
  } = {}
) =>
  Effect.gen(function* () {
    const events: Array<RunEvent> = []
    const report = yield* Run.run({
      follow: options.follow ?? true,
      once: options.once ?? false,
      watch: options.watch,
      deadline: Duration.decode(options.deadline ?? "30 minutes"),
      account: { resolve: false, lookup: false, maxCalls: 1000, ...options.account },
      onEvent: (event) => Effect.sync(() => events.push(event))
    })
    return { ...report, events }
  })
