import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Ledger, boundAccount, rowOf } from "../ledger/Ledger.js"
import { attention as attentionKinds, consentOf, countOf } from "../ledger/reports/Attention.js"
import { atOneMoment } from "../ledger/reports/ExportRows.js"
import * as Reports from "../ledger/reports/Reports.js"
import { droppedOf, sentValues } from "../ledger/reports/SentValues.js"
import { contactsByOutcome, endedBadly, evidences, Outcome } from "../ledger/schema/words.js"
import { shellCall } from "../text/shellCall.js"
import { version } from "../version.js"
import { type Batches, concernsOf, exportCommands, verdictOf } from "./concerns.js"
import { contactsWithin } from "./contacts.js"
import { masked, pseudonymKey } from "./masked.js"
import { contactUrl, mostFrequent, spread } from "./numbers.js"
import * as queries from "./queries.js"
import { standing } from "../ledger/asSent/Standing.js"
import { gapLines } from "./standing.js"
import type { ReportData } from "./ReportData.js"

/** How many rows of each table a report has at most. Whatever is left out is counted. */
export interface Limits {
  readonly contacts: number
  readonly batches: number
  readonly findings: number
}

export interface Options {
  readonly limits: Limits
  /** Whether personal data is replaced by pseudonyms. */
  readonly mask?: boolean
}

const domainsShown = 12

const Day = rowOf("daily_totals", {
  day: Schema.String,
  batches: Schema.Int,
  sent: Schema.Int,
  ...contactsByOutcome
})

const Took = rowOf("batch_answers", { batch_id: Schema.String, seconds: Schema.NullOr(Schema.Number) })

const Domain = rowOf("rejected_contacts", { domain: Schema.String, contacts: Schema.Int })

const BatchTotals = rowOf("batch_overview", {
  batches: Schema.Int,
  settled: Schema.Int,
  ended_badly: Schema.Int
})

const BatchId = rowOf("batch_overview", { batch_id: Schema.String })

const few = 3

/** A few batches with this in `batch_overview`. */
const someBatches = (which: string) =>
  Effect.map(
    Ledger.query(BatchId, (sql) =>
      sql.unsafe(
        `SELECT batch_id FROM batch_overview WHERE ${which} ORDER BY coalesce(submitted_at, ''), batch_id LIMIT ${few}`
      )
    ),
    (rows) => rows.map(({ batch_id }) => batch_id)
  )

const query = <A, I>(row: Schema.Schema<A, I>, text: string) => Ledger.query(row, (sql) => sql.unsafe(text))

const outcomesOf = ({ outcomes, sent }: Reports.Summary): ReportData["outcomes"] =>
  Outcome.literals.map((outcome) => {
    const parts = outcomes.filter((part) => part.outcome === outcome)
    const contacts = parts.reduce((sum, part) => sum + part.contacts, 0)
    return {
      outcome,
      contacts,
      share: sent === 0 ? 0 : contacts / sent,
      evidence: parts.map(({ contacts, evidence }) => ({
        evidence,
        contacts,
        says: evidences[evidence].short
      }))
    }
  })

/** Reads everything that a report says, all of it at one moment. */
export const readReport = (db: string, { limits, mask = false }: Options) =>
  Effect.gen(function* () {
    const made_at = DateTime.formatIso(yield* DateTime.now)
    const summary = yield* Reports.summary
    const attention = yield* attentionKinds
    const [states = { batches: 0, settled: 0, ended_badly: 0 }] = yield* query(
      BatchTotals,
      queries.batchTotals
    )
    const troubled = yield* Reports.troubled
    const outcomes = outcomesOf(summary)
    const totals: ReportData["totals"] = {
      batches: states.batches,
      settled: states.settled,
      open: states.batches - states.settled,
      without_answer: troubled.length,
      ended_badly: states.ended_badly,
      sent: summary.sent,
      attention: countOf(attention),
      to_be_resolved: attention.toBeResolved,
      findings: summary.findings.reduce((sum, { count }) => sum + count, 0),
      consent_changes: consentOf(attention),
      sent_values: summary.sentValues?.sent ?? 0,
      dropped: summary.sentValues === null ? 0 : droppedOf(summary.sentValues)
    }
    const values = yield* sentValues
    const known: Batches = {
      withoutAnswer: troubled.slice(0, few),
      endedBadly: yield* someBatches(endedBadly("status")),
      open: yield* someBatches("settled_at IS NULL")
    }
    const account = yield* boundAccount
    const url = account === undefined || mask ? null : contactUrl(account)
    const isTroubled = new Set(troubled)
    const batches = yield* Reports.batchesWithin(limits.batches)
    const findings = yield* Reports.findings({ limit: limits.findings })
    const contacts = yield* contactsWithin(limits.contacts)
    const rejected = attention.outcomes.find(({ outcome }) => outcome === "rejected")
    // A name of a file may be somebody's name.
    const named = mask ? "FILE" : db
    const report: ReportData = {
      db: named,
      made_at,
      version,
      masked: false,
      account: account === undefined ? null : { url: account, contact_url: url },
      verdict: verdictOf(totals),
      totals,
      outcomes,
      concerns: concernsOf(attention, totals, known, named),
      sent_values:
        values === undefined ? null : { members: values.members, notes: gapLines(yield* standing) },
      statuses: attention.statuses,
      days: yield* query(Day, queries.days),
      settling: spread((yield* query(Took, queries.settlingTimes)).map(({ seconds }) => seconds)),
      rejected_domains: mostFrequent(yield* query(Domain, queries.rejectedDomains), domainsShown),
      rejected_reasons: rejected?.reasons ?? [],
      findings: {
        rows: findings.map(({ batch_id, detail, finding, subject }) => ({
          finding,
          subject,
          detail,
          batch_id
        })),
        left_out: totals.findings - findings.length,
        commands: [shellCall("export findings", named)]
      },
      batches: {
        rows: batches.map(
          ({ failures: _1, gone_successes: _2, successes: _3, unlinked_successes: _4, ...row }) => ({
            ...row,
            answered: !isTroubled.has(row.batch_id)
          })
        ),
        left_out: totals.batches - batches.length,
        commands: [shellCall("batches list", named)]
      },
      contacts: {
        rows: contacts,
        left_out: totals.attention - contacts.length,
        commands: exportCommands(attention, named)
      },
      obtained: queries.obtained,
      uncertain: [...queries.uncertain, ...(url === null ? [] : [queries.linkAssumption])]
    }
    return mask ? masked(report, yield* pseudonymKey) : report
  }).pipe(atOneMoment)
