import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Outcome } from "../../ledger/schema/words.js"
import * as Reports from "../../ledger/reports/Reports.js"
import { droppedOf } from "../../ledger/reports/SentValues.js"
import { findingsCount } from "../output/summary.js"
import { type Applied, type Condition, type Counted, judge } from "./Condition.js"

const byOutcome = (rows: ReadonlyArray<{ readonly outcome: Outcome; readonly contacts: number }>) => {
  const counts: Partial<Record<Outcome, number>> = {}
  for (const { contacts, outcome } of rows) counts[outcome] = (counts[outcome] ?? 0) + contacts
  return counts
}

const nothing: Counted = { contacts: 0, outcomes: {}, findings: 0 }

const freshSince = (since: string | undefined) =>
  Effect.map(
    Reports.newSince(since),
    ({ findings, outcomes }): Counted => ({
      contacts: outcomes.reduce((sum, { contacts }) => sum + contacts, 0),
      outcomes: byOutcome(outcomes),
      findings
    })
  )

const openNow = Effect.gen(function* () {
  const now = yield* Clock.currentTimeMillis
  const rows = yield* Reports.openSince
  return rows.map(({ batch_id, since }) => ({ batchId: batch_id, millis: now - since.epochMillis }))
})

/**
 * The conditions that apply to the file as it is now. Nothing is counted that no condition asks for. What is new is new since
 * the given time, or since the last run began.
 */
export const appliedTo = (
  conditions: ReadonlyArray<Condition>,
  { since, summary }: { readonly summary: Reports.Summary; readonly since?: string | undefined }
) =>
  Effect.gen(function* () {
    const wants = (is: (condition: Condition) => boolean) => conditions.some(is)
    const applied: ReadonlyArray<Applied> = judge(conditions, {
      all: {
        contacts: summary.sent,
        outcomes: byOutcome(summary.outcomes),
        findings: findingsCount(summary)
      },
      values:
        summary.sentValues === null
          ? { sent: 0, dropped: 0 }
          : { sent: summary.sentValues.sent, dropped: droppedOf(summary.sentValues) },
      consent: summary.findings.find(({ finding }) => finding === "consent-change")?.count ?? 0,
      fresh: wants(({ isNew }) => isNew) ? yield* freshSince(since) : nothing,
      stalled: wants(({ subject }) => subject === "stalled")
        ? (yield* Reports.stalled).map(({ batch_id }) => batch_id)
        : [],
      open: wants(({ limit }) => limit._tag === "Time") ? yield* openNow : []
    })
    return applied
  })
