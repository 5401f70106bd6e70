import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

/** Where spans and metrics go: the variables that every program with OpenTelemetry reads. */
export interface Collector {
  readonly traces: string | undefined
  readonly metrics: string | undefined
}

const variable = (name: string) =>
  Effect.map(Effect.option(Config.nonEmptyString(name)), Option.getOrUndefined)

const isOff = (name: string) => Effect.map(variable(name), (value) => value?.trim().toLowerCase() === "none")

const endpoint = (signal: "traces" | "metrics") =>
  Effect.gen(function* () {
    const name = signal.toUpperCase()
    if (yield* isOff(`OTEL_${name}_EXPORTER`)) return undefined
    const base = yield* variable("OTEL_EXPORTER_OTLP_ENDPOINT")
    return (
      (yield* variable(`OTEL_EXPORTER_OTLP_${name}_ENDPOINT`)) ??
      (base === undefined ? undefined : `${base.replace(/\/+$/, "")}/v1/${signal}`)
    )
  })

/** The collector that the environment names. Without one, nothing of this is loaded and nothing is sent. */
export const collector: Effect.Effect<Option.Option<Collector>> = Effect.gen(function* () {
  if ((yield* variable("OTEL_SDK_DISABLED"))?.toLowerCase() === "true") return Option.none()
  const named: Collector = { traces: yield* endpoint("traces"), metrics: yield* endpoint("metrics") }
  return named.traces === undefined && named.metrics === undefined ? Option.none() : Option.some(named)
})
