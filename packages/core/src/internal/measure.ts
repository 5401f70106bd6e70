import * as Metric from "effect/Metric"
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

/** The metrics of one operation. Tagging a metric costs more than counting, hence once for each set of tags. */
export const measureOf = memoize((operation: string) => {
  const calls = Metric.tagged(Metrics.calls, "operation", operation)
  const retries = Metric.tagged(Metrics.retries, "operation", operation)
  const throttles = Metric.tagged(Metrics.throttles, "operation", operation)
  return {
    call: memoize((outcome) => Metric.increment(Metric.tagged(calls, "outcome", outcome))),
    retry: memoize((error) => Metric.increment(Metric.tagged(retries, "error", error))),
    throttle: memoize((status) => Metric.increment(Metric.tagged(throttles, "status", status))),
    waits: Metric.tagged(Metrics.waits, "operation", operation)
  }
})
