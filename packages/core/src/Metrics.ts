/**
 * The library's metrics, as `effect/Metric`s. Export them with any metrics exporter for Effect. Times are in seconds.
 *
 * @since 0.1.0
 */
import * as Metric from "effect/Metric"
import * as MetricBoundaries from "effect/MetricBoundaries"

/**
 * Requests made, retries included. Tags: `operation` (`importInfo`, …) and `outcome` (`ok`, or the error's tag).
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Metric from "effect/Metric"
 * import { Metrics } from "effect-activecampaign"
 *
 * const callsThatWorked = Metric.value(
 *   Metrics.calls.pipe(Metric.tagged("operation", "importInfo"), Metric.tagged("outcome", "ok"))
 * ).pipe(Effect.map(({ count }) => count))
 * ```
 *
 * @since 0.1.0
 * @category metrics
 */
export const calls = Metric.counter("activecampaign_calls", {
  description: "Requests made to ActiveCampaign, retries included",
  incremental: true
})

/**
 * Requests made again after an error. Tags: `operation` and `error` (the tag of the error retried).
 *
 * @since 0.1.0
 * @category metrics
 */
export const retries = Metric.counter("activecampaign_retries", {
  description: "Requests to ActiveCampaign made again after an error",
  incremental: true
})

/**
 * Answers that reported a rate limit. Tags: `operation` and `status` (`429`, `503` or `400`).
 *
 * @since 0.1.0
 * @category metrics
 */
export const throttles = Metric.counter("activecampaign_throttles", {
  description: "Answers of ActiveCampaign that reported a rate limit",
  incremental: true
})

/**
 * Seconds a request waited for its turn in the rate budget. Tag: `operation`.
 *
 * @since 0.1.0
 * @category metrics
 */
export const waits = Metric.histogram(
  "activecampaign_wait_seconds",
  MetricBoundaries.fromIterable([0, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]),
  "Seconds a request to ActiveCampaign waited for its turn"
)

/**
 * Seconds from the start of a wait for a batch to its settled answer. Tag: `status`.
 *
 * @since 0.1.0
 * @category metrics
 */
export const settleTimes = Metric.histogram(
  "activecampaign_settle_seconds",
  MetricBoundaries.fromIterable([1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 86_400]),
  "Seconds from the start of a wait for a bulk import to its settled answer"
)
