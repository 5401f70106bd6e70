/**
 * The simulator behind a real socket, on Node.
 *
 * @since 0.1.0
 */
import { createServer, type Server } from "node:http"
import type * as HttpServerError from "@effect/platform/HttpServerError"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { Reply } from "./Reply.js"
import type { Scenario } from "./Scenario.js"
import * as Simulator from "./Simulator.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** The account URL to give to a client, `http://127.0.0.1:PORT`. */
  readonly url: string
}

/**
 * @since 0.1.0
 * @category tags
 */
export class NodeServer extends Context.Tag("effect-activecampaign-simulator/NodeServer")<
  NodeServer,
  Service
>() {}

/**
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** Default 0: any free port. */
  readonly port?: number | undefined
}

const host = "127.0.0.1"

/** Otherwise closing would wait until clients close their connections. */
const closeConnections = (server: Server) =>
  Effect.async<void>((resume) => {
    server.close(() => resume(Effect.void))
    server.closeAllConnections()
  })

/** Marks the response as ended, so that nothing is written to the dead socket afterwards. */
const lost = (
  request: HttpServerRequest.HttpServerRequest,
  part: Extract<Reply, { _tag: "Cut" }> | undefined
) =>
  Effect.async<HttpServerResponse.HttpServerResponse>((resume) => {
    const response = NodeHttpServerRequest.toServerResponse(request)
    const hangUp = () => {
      if (part === undefined) response.socket?.resetAndDestroy()
      else response.socket?.destroy()
      response.end()
      resume(Effect.succeed(HttpServerResponse.empty()))
    }
    if (part === undefined) return hangUp()
    response.writeHead(part.status, { "content-type": part.contentType, "content-length": part.length })
    response.write(part.part, hangUp)
  })

const toNode = (request: HttpServerRequest.HttpServerRequest, reply: Reply) => {
  switch (reply._tag) {
    case "Whole":
      return Effect.succeed(reply.response)
    case "Cut":
      return lost(request, reply)
    case "Reset":
      return lost(request, undefined)
  }
}

/**
 * Serves a simulator on 127.0.0.1 until the scope closes, which ends open connections.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  simulator: Simulator.Service,
  options: Options = {}
): Effect.Effect<Service, HttpServerError.ServeError, Scope.Scope> =>
  Effect.gen(function* () {
    const node = createServer()
    const server = yield* NodeHttpServer.make(() => node, { host, port: options.port ?? 0 })
    yield* Effect.addFinalizer(() => closeConnections(node))
    yield* server.serve(
      Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) =>
        Effect.flatMap(simulator.respond, (reply) => toNode(request, reply))
      )
    )
    const port = server.address._tag === "TcpAddress" ? server.address.port : 0
    return { url: `http://${host}:${port}` }
  })

/**
 * @since 0.1.0
 * @category layers
 */
export const layer = (
  scenario: Scenario,
  options?: Options
): Layer.Layer<NodeServer | Simulator.Simulator, HttpServerError.ServeError> =>
  Layer.scoped(
    NodeServer,
    Effect.flatMap(Simulator.Simulator, (simulator) => make(simulator, options))
  ).pipe(Layer.provideMerge(Simulator.layer(scenario)))
