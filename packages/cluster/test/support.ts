import * as ClusterWorkflowEngine from "@effect/cluster/ClusterWorkflowEngine"
import * as TestRunner from "@effect/cluster/TestRunner"
import type * as HttpClient from "@effect/platform/HttpClient"
import type { DurationInput } from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { ActiveCampaignClient, type PollPolicy, type RateBudget } from "effect-activecampaign"
import { InProcess, Scenario, Simulator } from "effect-activecampaign-simulator"
import {
  type Accounts,
  ClusterRateBudget,
  FollowImport,
  ImportJob,
  Intents,
  SubmitImport
} from "../src/index.js"

export const token = "simulator-token"

/** Every account is the one that the simulator plays. */
export const accounts = () =>
  ActiveCampaignClient.layer({ url: InProcess.url, apiToken: Redacted.make(token) })

const engine = ClusterWorkflowEngine.layer.pipe(Layer.provideMerge(TestRunner.layer))

/** The engine and an empty account, without workflows. */
export const bare = Layer.merge(engine, InProcess.layer(Scenario.make({})))

interface Options {
  readonly accounts?: Accounts.Accounts<HttpClient.HttpClient>
  readonly budget?: RateBudget.Options
  readonly policy?: PollPolicy.Input
}

const workflows = ({ budget, policy, accounts: made = accounts }: Options) =>
  Layer.mergeAll(
    FollowImport.layer({ accounts: made, policy }),
    Layer.provideMerge(SubmitImport.layer({ accounts: made }), Intents.layerMemory),
    ImportJob.layer(),
    ClusterRateBudget.entity(budget)
  )

/** A cluster of one runner in memory, with the workflows and the simulator, all in virtual time. */
export const cluster = (scenario: Scenario.ScenarioInput, options: Options = {}) =>
  workflows(options).pipe(
    Layer.provideMerge(engine),
    Layer.provideMerge(InProcess.layer(Scenario.make(scenario)))
  )

/** Lets virtual time pass until an effect is done. */
export const inTime = <A, E, R>(effect: Effect.Effect<A, E, R>, step: DurationInput = "100 millis") =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(effect)
    for (let steps = 0; steps < 10_000 && fiber.unsafePoll() === null; steps++) {
      yield* TestClock.adjust(step)
    }
    return yield* Fiber.join(fiber)
  })

const received = (method: string, path: string) =>
  Effect.map(Simulator.requests, (all) =>
    all.filter((request) => request.method === method && request.url.includes(path))
  )

export const posts = received("POST", "/import/bulk_import")

export const polls = received("GET", "/import/info")

/** The most requests in any second that begins with one. */
export const busiestSecond = (times: ReadonlyArray<number>) =>
  Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + 1000).length))
