/**
 * The simulated account: an implementation of the library's contract, with the scenario's faults in front of it.
 *
 * @since 0.1.0
 */
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpServer from "@effect/platform/HttpServer"
import * as HttpServerError from "@effect/platform/HttpServerError"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { makeCallCounter } from "./internal/callCounter.js"
import { applyFault, faultOf, tooManyRequests } from "./internal/faults.js"
import { apiLayer } from "./internal/handlers.js"
import { makeRateWindow, rateHeaders } from "./internal/rateWindow.js"
import { makeRequestLog, type ReceivedRequest } from "./internal/requestLog.js"
import { notFound } from "./internal/wire.js"
import { Reply } from "./Reply.js"
import type { Scenario } from "./Scenario.js"

export type {
  /**
   * @since 0.1.0
   * @category models
   */
  ReceivedRequest
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** Answers the request in the context. All ways of serving share it. */
  readonly respond: Effect.Effect<Reply, never, HttpServerRequest.HttpServerRequest>
  /** The last 10,000 requests received, in order of arrival. */
  readonly requests: Effect.Effect<ReadonlyArray<ReceivedRequest>>
}

/**
 * @since 0.1.0
 * @category tags
 */
export class Simulator extends Context.Tag("effect-activecampaign-simulator/Simulator")<
  Simulator,
  Service
>() {}

/** Everything is served below this path, as ActiveCampaign does. */
const prefix = "/api/3"

/**
 * A simulator whose batches start to age now, by the current Clock.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (scenario: Scenario): Effect.Effect<Service, never, Scope.Scope> =>
  Effect.gen(function* () {
    const startedAt = yield* Clock.currentTimeMillis
    const services = yield* Layer.build(Layer.merge(apiLayer(scenario, startedAt), HttpServer.layerContext))
    const app = yield* Effect.provide(HttpApiBuilder.httpApp, services)
    const withinBudget = makeRateWindow(scenario.rateLimit)
    const countCall = makeCallCounter()
    const log = makeRequestLog(10_000)

    const handle = Effect.scoped(app).pipe(
      Effect.catchAllCause((cause) =>
        Effect.map(HttpServerError.causeResponse(cause), ([response]) => response)
      ),
      Effect.provide(services)
    )

    const answer = (request: HttpServerRequest.HttpServerRequest, now: number) => {
      if (!request.url.startsWith(`${prefix}/`)) return Effect.succeed(Reply.Whole({ response: notFound }))
      const below = request.url.slice(prefix.length)
      const inApi = Effect.provideService(
        handle,
        HttpServerRequest.HttpServerRequest,
        request.modify({ url: below })
      )
      const call = countCall(request.method, below)
      const fault = call === undefined ? undefined : faultOf(scenario, call)
      const budget = withinBudget(now)
      if (fault !== undefined) return applyFault(fault, scenario, now, inApi)
      if (budget === undefined) return Effect.map(inApi, (response) => Reply.Whole({ response }))
      const headers = rateHeaders(budget)
      if (!budget.allowed) {
        const response = tooManyRequests({ ...headers, "Retry-After": String(scenario.retryAfterSeconds) })
        return Effect.succeed(Reply.Whole({ response }))
      }
      return Effect.map(inApi, (response) =>
        Reply.Whole({
          response:
            scenario.sendRateLimitHeaders && response.status < 300
              ? HttpServerResponse.setHeaders(response, headers)
              : response
        })
      )
    }

    const respond = Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const now = yield* Clock.currentTimeMillis
      const answered = log.received({ at: now - startedAt, method: request.method, url: request.url })
      return yield* Effect.tap(answer(request, now), (reply) => Effect.sync(() => answered(reply)))
    })

    return { respond, requests: Effect.sync(log.entries) }
  })

/**
 * @since 0.1.0
 * @category layers
 */
export const layer = (scenario: Scenario): Layer.Layer<Simulator> => Layer.scoped(Simulator, make(scenario))

/**
 * The requests that the simulator in the context has received.
 *
 * @since 0.1.0
 * @category getters
 */
export const requests: Effect.Effect<ReadonlyArray<ReceivedRequest>, never, Simulator> = Effect.flatMap(
  Simulator,
  (simulator) => simulator.requests
)
