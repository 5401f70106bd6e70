/**
 * What somebody should look at after a run, by kind: how many there are of each, why, and a few of them by name. What a
 * kind holds is never listed here as a whole; a saved question or an export does that.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Ledger, rowOf } from "../Ledger.js"
import { hasNoAddress } from "../schema/recordViews.js"
import { Finding, isWorthAnIndex } from "../schema/words.js"
import * as Reports from "./Reports.js"
import { droppedOf, type MemberTotal, sentValues } from "./SentValues.js"

/** Outcomes that call for attention, the most urgent first. */
export const attentionWords = ["rejected", "contradictory", "missing", "unaccounted"] as const

export type AttentionWord = (typeof attentionWords)[number]

export interface OutcomeKind {
  readonly outcome: AttentionWord
  readonly contacts: number
  /** Likely reasons, or the evidence, the most frequent first. They add up to `contacts`. */
  readonly reasons: ReadonlyArray<{ readonly reason: string; readonly contacts: number }>
  /** A few addresses, as they were sent. */
  readonly examples: ReadonlyArray<string>
}

export interface FindingKind {
  readonly finding: Finding
  readonly count: number
  /** One of them, in words. */
  readonly example: { readonly batch_id: string; readonly subject: string; readonly detail: string }
}

export interface Attention {
  readonly outcomes: ReadonlyArray<OutcomeKind>
  /** Changes of consent first. */
  readonly findings: ReadonlyArray<FindingKind>
  /** What contacts were sent with and the account has otherwise, or not at all: the fields and tags with most of it. */
  readonly dropped: ReadonlyArray<MemberTotal>
  /** Batches that have been in one status for far longer than usual, the longest first. */
  readonly stalled: ReadonlyArray<Reports.Stalled>
  /**
   * Unaccounted contacts that successful IDs without a known address may belong to: in each batch no more than it has
   * such IDs. They are not known to be lost; resolving decides.
   */
  readonly toBeResolved: number
  /** Batches by the status of their last answer; null before the first one. */
  readonly statuses: ReadonlyArray<typeof StatusTotal.Type>
}

/** How many contacts may have been made active against their will. */
export const consentOf = ({ findings }: Pick<Attention, "findings">): number =>
  findings.find(({ finding }) => finding === "consent-change")?.count ?? 0

/** How many contacts need attention: those with one of these outcomes, in every place that counts them. */
export const countOf = ({ outcomes }: Pick<Attention, "outcomes">): number =>
  outcomes.reduce((sum, { contacts }) => sum + contacts, 0)

const examplesShown = 3
const membersShown = 10

const StatusTotal = rowOf("batch_overview", { status: Schema.NullOr(Schema.String), batches: Schema.Int })

const ReasonTotal = rowOf("rejected_contacts", {
  reason: Schema.NullOr(Schema.String),
  contacts: Schema.Int
})

const Example = rowOf("outcomes", { email: Schema.String })

const FindingTotal = rowOf("findings", {
  finding: Finding,
  count: Schema.Int,
  batch_id: Schema.String,
  subject: Schema.String,
  detail: Schema.String
})

const reasonsOf = (outcome: AttentionWord) =>
  Ledger.query(ReasonTotal, (sql) =>
    outcome === "rejected"
      ? sql`
        SELECT likely_reason AS reason, count(*) AS contacts FROM rejected_contacts WHERE outcome = 'rejected'
        GROUP BY likely_reason ORDER BY contacts DESC, reason`
      : sql`
        SELECT evidence AS reason, count(*) AS contacts FROM verdicts WHERE outcome = ${outcome}
        AND ${sql.literal(isWorthAnIndex("outcome"))} GROUP BY evidence ORDER BY contacts DESC, reason`
  )

const kindOf = (outcome: AttentionWord) =>
  Effect.gen(function* () {
    const reasons = yield* reasonsOf(outcome)
    const examples = yield* Ledger.query(
      Example,
      (sql) => sql`
        SELECT coalesce(s.email, a.email_key) AS email
        FROM verdicts o
        JOIN sent_contacts s ON s.batch = o.batch AND s.address_id = o.address_id AND s.occurrence = o.occurrence
        JOIN addresses a ON a.address_id = o.address_id
        WHERE o.outcome = ${outcome} AND ${sql.literal(isWorthAnIndex("o.outcome"))}
        ORDER BY o.batch, o.address_id, o.occurrence LIMIT ${examplesShown}`
    )
    const kind: OutcomeKind = {
      outcome,
      contacts: reasons.reduce((sum, { contacts }) => sum + contacts, 0),
      reasons: reasons.map(({ contacts, reason }) => ({ reason: reason ?? "", contacts })),
      examples: examples.map(({ email }) => email)
    }
    return kind
  })

const findingKinds = Effect.map(
  Ledger.query(
    FindingTotal,
    (sql) => sql`
      SELECT f.finding, f.count, b.batch_id, f.subject, f.detail
      FROM (SELECT finding, count(*) AS count, min(batch) AS batch, subject, detail FROM batch_findings GROUP BY finding) f
      JOIN numbered_batches b ON b.batch = f.batch
      ORDER BY f.finding = 'consent-change' DESC, f.count DESC, f.finding`
  ),
  (rows) =>
    rows.map(
      ({ batch_id, count, detail, finding, subject }): FindingKind => ({
        finding,
        count,
        example: { batch_id, subject, detail }
      })
    )
)

/** In SQL: successful IDs with no known address, by batch, beside the contacts of it that are unaccounted. */
export const toBeResolvedSql = `SELECT coalesce(sum(min(open.contacts, known.ids)), 0) AS number
FROM (SELECT batch, count(*) AS contacts FROM verdicts
  WHERE outcome = 'unaccounted' AND ${isWorthAnIndex("outcome")} GROUP BY batch) open
JOIN (SELECT x.batch, count(*) AS ids FROM unmatched_ids x
  WHERE ${hasNoAddress("x.contact_id")}
    AND NOT EXISTS (SELECT 1 FROM gone_contacts g WHERE g.contact_id = x.contact_id)
  GROUP BY x.batch) known ON known.batch = open.batch`

const toBeResolved = Ledger.number("unmatched_successes", (sql) => sql.unsafe(toBeResolvedSql))

export const attention = Effect.gen(function* () {
  const kinds = yield* Effect.forEach(attentionWords, kindOf)
  const result: Attention = {
    outcomes: kinds.filter(({ contacts }) => contacts > 0),
    findings: yield* findingKinds,
    dropped: ((yield* sentValues)?.members ?? [])
      .filter((member) => droppedOf(member) > 0)
      .slice(0, membersShown),
    stalled: yield* Reports.stalled,
    toBeResolved: yield* toBeResolved,
    statuses: yield* Ledger.query(
      StatusTotal,
      (sql) => sql`SELECT status, count(*) AS batches FROM batch_overview GROUP BY status ORDER BY status`
    )
  }
  return result
})
