/**
 * The simulator as an HttpClient, without a socket.
 *
 * Requests are answered in the calling fiber, with its Clock or TestClock and its interruption.
 *
 * @since 0.1.0
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Reply } from "./Reply.js"
import type { Scenario } from "./Scenario.js"
import * as Simulator from "./Simulator.js"

/**
 * An account URL for clients of the in-process simulator. The host is never resolved.
 *
 * @since 0.1.0
 * @category constants
 */
export const url = "http://simulator.localhost"

const cutOff = (part: Uint8Array) =>
  new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(part),
    pull: (controller) => controller.error(new TypeError("terminated: other side closed"))
  })

// Copied: a Request cannot take a view of shared memory.
const bodyOf = ({ body }: HttpClientRequest.HttpClientRequest) =>
  body._tag === "Uint8Array" ? { body: new Uint8Array(body.body) } : {}

const toClient = (
  request: HttpClientRequest.HttpClientRequest,
  reply: Reply
): Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.RequestError> => {
  switch (reply._tag) {
    case "Whole":
      return Effect.succeed(HttpClientResponse.fromWeb(request, HttpServerResponse.toWeb(reply.response)))
    case "Cut": {
      const headers = { "content-type": reply.contentType, "content-length": String(reply.length) }
      const response = new Response(cutOff(reply.part), { status: reply.status, headers })
      return Effect.succeed(HttpClientResponse.fromWeb(request, response))
    }
    case "Reset":
      return Effect.fail(
        new HttpClientError.RequestError({
          request,
          reason: "Transport",
          cause: new Error("read ECONNRESET")
        })
      )
  }
}

/**
 * An HttpClient whose only server is the simulator.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (simulator: Simulator.Service): HttpClient.HttpClient =>
  HttpClient.make((request, requestUrl, signal) => {
    const web = new Request(requestUrl, {
      method: request.method,
      headers: request.headers,
      signal,
      ...bodyOf(request)
    })
    return simulator.respond.pipe(
      Effect.provideService(HttpServerRequest.HttpServerRequest, HttpServerRequest.fromWeb(web)),
      Effect.flatMap((reply) => toClient(request, reply))
    )
  })

/**
 * The simulator and a client of it.
 *
 * @example
 * ```ts
 * import * as Layer from "effect/Layer"
 * import * as Redacted from "effect/Redacted"
 * import { ActiveCampaignClient, BulkImport } from "effect-activecampaign"
 * import { InProcess, Scenario } from "effect-activecampaign-simulator"
 *
 * const scenario = Scenario.make({ batches: [{ batchId: "b-1", contacts: [{ email: "ada@example.test" }] }] })
 * const TestLayer = BulkImport.layer.pipe(
 *   Layer.provide(
 *     ActiveCampaignClient.layer({ url: InProcess.url, apiToken: Redacted.make(scenario.apiToken) })
 *   ),
 *   Layer.provideMerge(InProcess.layer(scenario))
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (scenario: Scenario): Layer.Layer<HttpClient.HttpClient | Simulator.Simulator> =>
  Layer.effect(HttpClient.HttpClient, Effect.map(Simulator.Simulator, make)).pipe(
    Layer.provideMerge(Simulator.layer(scenario))
  )
