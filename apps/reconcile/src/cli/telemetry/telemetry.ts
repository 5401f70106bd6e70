import * as OtlpMetrics from "@effect/opentelemetry/OtlpMetrics"
import { OtlpSerialization } from "@effect/opentelemetry/OtlpSerialization"
import * as OtlpTracer from "@effect/opentelemetry/OtlpTracer"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as ExecutionStrategy from "effect/ExecutionStrategy"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import { maskedAddresses } from "../../text/maskedAddresses.js"
import { version } from "../../version.js"
import { printable } from "../output/text.js"
import type { Collector } from "./collector.js"

/** All that is still to be sent when a command ends has so long. */
const shutdown = Duration.seconds(3)

/** As long as OpenTelemetry waits by default. */
const answersWithin = "10 seconds"

/** Whatever a span or an error in it says, no address leaves the machine. */
const withoutAddresses = (data: unknown): HttpBody.HttpBody =>
  HttpBody.text(
    JSON.stringify(data, (_, value: unknown) => (typeof value === "string" ? maskedAddresses(value) : value)),
    "application/json"
  )

const serialization = OtlpSerialization.of({
  traces: withoutAddresses,
  metrics: withoutAddresses,
  logs: withoutAddresses
})

const variable = (name: string) =>
  Effect.map(Effect.option(Config.nonEmptyString(name)), Option.getOrUndefined)

const decoded = (text: string) =>
  Either.getOrElse(
    Either.try(() => decodeURIComponent(text)),
    () => text
  )

/** `api-key=abc,x-team=%C3%A4`. Only the collector gets them. */
const headersFrom = (text: string) =>
  Object.fromEntries(
    text.split(",").flatMap((pair) => {
      const at = pair.indexOf("=")
      return at < 1 ? [] : [[pair.slice(0, at).trim().toLowerCase(), decoded(pair.slice(at + 1).trim())]]
    })
  )

const headersOf = (signal: "TRACES" | "METRICS") =>
  Effect.gen(function* () {
    const all = yield* variable("OTEL_EXPORTER_OTLP_HEADERS")
    return headersFrom((yield* variable(`OTEL_EXPORTER_OTLP_${signal}_HEADERS`)) ?? all ?? "")
  })

/** Credentials in the URL go into a header, so that nothing that names the URL tells them. */
const credentialsOf = ({ password, username }: URL) =>
  username === "" && password === ""
    ? {}
    : {
        authorization: `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString("base64")}`
      }

/** Says once that a collector cannot be used. A command goes on without it. */
const warning = () => {
  let isSaid = false
  return (host: string, why: string) =>
    Effect.suspend(() => {
      if (isSaid) return Effect.void
      isSaid = true
      const sentence = `Traces and metrics do not reach ${host}: ${why}. The command goes on without them.`
      return Console.error(`ac-reconcile: ${printable(sentence)}`)
    })
}

type Warn = ReturnType<typeof warning>

const reasonOf = (error: unknown) => {
  if (!HttpClientError.isHttpClientError(error)) return "it gave no answer in time"
  const { cause } = error
  const code = typeof cause === "object" && cause !== null && "cause" in cause ? cause.cause : cause
  return code instanceof Error && code.message !== "" ? code.message : "no connection"
}

/** The same client, which says if the collector does not take what it is sent. */
const watched = (client: HttpClient.HttpClient, host: string, warn: Warn) =>
  HttpClient.transformResponse(client, (response) =>
    response.pipe(
      Effect.timeout(answersWithin),
      Effect.tapBoth({
        onSuccess: ({ status }) => (status < 300 ? Effect.void : warn(host, `it answered ${status}`)),
        onFailure: (error) => warn(host, reasonOf(error))
      }),
      Effect.catchTag("TimeoutException", () => Effect.die("the collector gave no answer in time")),
      Effect.onInterrupt(() => warn(host, "it gave no answer in time"))
    )
  )

/** Its finalizers send what is left, all at once, and for no longer than a command may take to end. */
const bounded = Effect.acquireRelease(Scope.make(ExecutionStrategy.parallel), (scope, exit) =>
  Scope.close(scope, exit).pipe(Effect.disconnect, Effect.interruptible, Effect.timeoutOption(shutdown))
)

const protocols = ["http/json", "http/protobuf"]

/** The protocol that the environment asks for, if it is none that goes over HTTP. */
const otherProtocol = Effect.map(variable("OTEL_EXPORTER_OTLP_PROTOCOL"), (protocol) =>
  protocol === undefined || protocols.includes(protocol) ? undefined : protocol
)

/** Drops the spans of single statements: there are many, and they have the text of the statement. */
const withoutStatements = (tracer: Tracer.Tracer): Tracer.Tracer => {
  const idle = Context.get(DefaultServices.liveServices, Tracer.Tracer)
  return Tracer.make({
    context: tracer.context,
    span: (name, ...rest) => (name.startsWith("sql.") ? idle : tracer).span(name, ...rest)
  })
}

type WayTo = (url: string) => Effect.Effect<Layer.Layer<HttpClient.HttpClient>, { readonly message: string }>

/** What an exporter needs to send one kind of signal; none if it cannot. */
const exporting = (
  signal: "TRACES" | "METRICS",
  text: string | undefined,
  { warn, wayTo }: { readonly warn: Warn; readonly wayTo: WayTo }
) =>
  Effect.gen(function* () {
    if (text === undefined) return Option.none()
    const url = URL.canParse(text) ? new URL(text) : undefined
    if (url === undefined || !/^https?:$/.test(url.protocol)) {
      yield* warn("a collector", "its endpoint in the environment is not an HTTP URL")
      return Option.none()
    }
    const protocol = yield* otherProtocol
    if (protocol !== undefined) {
      yield* warn(url.host, `OTEL_EXPORTER_OTLP_PROTOCOL is not ${protocols.join(" or ")}`)
      return Option.none()
    }
    const way = yield* Effect.either(wayTo(url.href))
    if (Either.isLeft(way)) {
      yield* warn(url.host, way.left.message.replace(/\.$/, ""))
      return Option.none()
    }
    const client = Context.get(
      yield* Layer.buildWithScope(way.right, yield* Effect.scope),
      HttpClient.HttpClient
    )
    const name = yield* variable("OTEL_SERVICE_NAME")
    const headers = { ...credentialsOf(url), ...(yield* headersOf(signal)) }
    Object.assign(url, { username: "", password: "" })
    return Option.some({
      client: watched(client, url.host, warn),
      options: {
        url: url.href,
        headers,
        resource: { serviceName: name ?? "ac-reconcile", serviceVersion: version },
        shutdownTimeout: shutdown
      }
    })
  })

/**
 * Sends the spans and metrics of a command to the collector. `wayTo` is how its host is reached. It never fails: a
 * collector that cannot be used is named in one warning.
 */
export const layer = ({ metrics, traces }: Collector, wayTo: WayTo): Layer.Layer<never> =>
  Layer.unwrapScoped(
    Effect.gen(function* () {
      const means = { warn: warning(), wayTo }
      const ofTraces = yield* exporting("TRACES", traces, means)
      const ofMetrics = yield* exporting("METRICS", metrics, means)
      // After the clients, so that it closes before them.
      const scope = yield* bounded
      const made = <A, E>(
        client: HttpClient.HttpClient,
        exporter: Effect.Effect<A, E, HttpClient.HttpClient | OtlpSerialization | Scope.Scope>
      ) =>
        exporter.pipe(
          Effect.provideService(HttpClient.HttpClient, client),
          Effect.provideService(OtlpSerialization, serialization),
          Effect.provideService(Scope.Scope, scope)
        )
      if (Option.isSome(ofMetrics)) {
        yield* made(ofMetrics.value.client, OtlpMetrics.make(ofMetrics.value.options))
      }
      return Option.isSome(ofTraces)
        ? Layer.setTracer(
            withoutStatements(yield* made(ofTraces.value.client, OtlpTracer.make(ofTraces.value.options)))
          )
        : Layer.empty
    })
  )
