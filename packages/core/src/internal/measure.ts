import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import type * as Metric from "effect/Metric"
import * as MetricLabel from "effect/MetricLabel"
import * as Metrics from "../Metrics.js"

const memoize = <A>(make: (tag: string) => A): ((tag: string) => A) => {
  const made = new Map<string, A>()
  return (tag) => {
    const known = made.get(tag)
    if (known !== undefined) return known
    const metric = make(tag)
    made.set(tag, metric)
    return metric
  }
}

/**
 * `Metric.update` of the metric with these labels as tags. `Metric.tagged` makes new labels for each update and looks the
 * metric up again; labels that are the same objects are found faster.
 */
const labelled = <Type, In, Out>(
  metric: Metric.Metric<Type, In, Out>,
  labels: ReadonlyArray<MetricLabel.MetricLabel>
) => {
  return (input: In): Effect.Effect<void> =>
    Effect.map(FiberRef.get(FiberRef.currentMetricLabels), (ambient) =>
      metric.unsafeUpdate(input, ambient.length === 0 ? labels : Arr.union(labels, ambient))
    )
}

/** The metrics of one operation. */
export const measureOf = memoize((operation: string) => {
  const label = MetricLabel.make("operation", operation)
  const counter = (metric: Metric.Metric.Counter<number>, key: string) =>
    memoize((value) => labelled(metric, [label, MetricLabel.make(key, value)])(1))
  return {
    call: counter(Metrics.calls, "outcome"),
    retry: counter(Metrics.retries, "error"),
    throttle: counter(Metrics.throttles, "status"),
    wait: labelled(Metrics.waits, [label])
  }
})
