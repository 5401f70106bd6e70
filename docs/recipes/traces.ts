import * as Otlp from "@effect/opentelemetry/Otlp"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Layer from "effect/Layer"

/** Sends spans, metrics and logs to a collector, such as http://localhost:4318. */
export const telemetry = (collector: string) =>
  Otlp.layerJson({ baseUrl: collector, resource: { serviceName: "importer" } }).pipe(
    Layer.provide(FetchHttpClient.layer)
  )
