import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { settlesAfter } from "../BatchTimeline.js"
import type { Scenario } from "../Scenario.js"
import type { BatchPlan } from "./plan.js"

const day = 24 * 60 * 60 * 1000

const perDay = (
  plans: ReadonlyArray<BatchPlan>,
  startedAt: number,
  as: Scenario["submissions"]["countsAs"]
) => {
  const days = new Map<string, { batches: number; contacts: number }>()
  for (const { batch } of plans) {
    const forDate = new Date(startedAt + batch.submittedAt).toISOString().slice(0, 10)
    const { batches, contacts } = days.get(forDate) ?? { batches: 0, contacts: 0 }
    days.set(forDate, { batches: batches + 1, contacts: contacts + batch.contacts.length })
  }
  const count = (number: number) => (as === "string" ? String(number) : number)
  return [...days]
    .sort(([left], [right]) => (left < right ? 1 : -1))
    .map(([forDate, total]) => ({
      forDate,
      batches: count(total.batches),
      contacts: count(total.contacts)
    }))
}

/** `GET /import/bulk_import`: what is waiting, and what was completed in the last seven days. */
export const totalsReply = (
  plans: ReadonlyArray<BatchPlan>,
  now: number,
  { submissions }: Scenario,
  startedAt: number
) => {
  const known = plans.filter(({ batch }) => batch.submittedAt <= now)
  const settledAt = ({ batch }: BatchPlan) =>
    batch.ends === "never" ? Number.POSITIVE_INFINITY : batch.submittedAt + settlesAfter(batch.stages)
  return HttpServerResponse.unsafeJson({
    outstanding: perDay(
      known.filter((plan) => settledAt(plan) > now),
      startedAt,
      submissions.countsAs
    ),
    recentlyCompleted: perDay(
      known.filter(
        (plan) => plan.batch.ends === "completed" && settledAt(plan) <= now && settledAt(plan) > now - 7 * day
      ),
      startedAt,
      submissions.countsAs
    )
  })
}
