import * as Arr from "effect/Array"
import type { Attention, AttentionWord } from "../ledger/reports/Attention.js"
import { droppedOf } from "../ledger/reports/SentValues.js"
import type { Finding } from "../ledger/schema/words.js"
import { batchesOf, plural, thousands } from "../text/numbers.js"
import { shellCall } from "../text/shellCall.js"
import type { Concern, ReportData } from "./ReportData.js"
import { droppedText } from "./sentValues.js"

const outcomeSays = {
  rejected: "ActiveCampaign refused them: their address is in the failure list.",
  contradictory: "Their address failed and their contact ID succeeded: look at them one by one.",
  missing: "They are in neither list and not in the account. They may be sent again.",
  unaccounted: "They are in neither list, and were not looked up yet."
} as const

/** What a finding of each kind means, without any of its data. */
export const findingSays: Readonly<Record<Finding, string>> = {
  "consent-change":
    "A contact was unsubscribed or bounced before an import that did not subscribe it, and is active now.",
  "unmatched-success": "A successful contact ID belongs to an address that was not sent in the batch.",
  "unmatched-failure": "An address was reported as failed that was not sent in the batch.",
  "duplicate-sent": "An address was sent more than once in one batch.",
  "duplicate-local": "A source has an address more than once, in rows that name no batch.",
  "id-conflict": "A contact ID belongs to several addresses, or an address has several contact IDs.",
  "impossible-transition": "A settled batch later got another status, or a list that lost items.",
  "count-refuted": "The numbers of a batch match, but they cannot be of the same contacts.",
  "unreadable-item": "A list has an item that cannot be read, or is not a list."
}

/** The export that has the contacts of an outcome. */
const exportOf: Readonly<Record<AttentionWord, string>> = {
  rejected: "rejected",
  contradictory: "rejected",
  missing: "missing",
  unaccounted: "unaccounted"
}

const contacts = (attention: Attention, db: string): ReadonlyArray<Concern> =>
  attention.outcomes.map(({ contacts, examples, outcome, reasons }) => {
    const { toBeResolved } = attention
    const command =
      outcome !== "unaccounted"
        ? shellCall(`export ${exportOf[outcome]}`, db)
        : toBeResolved > 0
          ? shellCall("resolve", db)
          : shellCall("lookup --dry-run", db)
    return {
      about: "contacts",
      name: outcome,
      count: contacts,
      says:
        outcome === "unaccounted" && toBeResolved > 0
          ? `${outcomeSays.unaccounted} ${plural(toBeResolved, "contact ID")} without a known address may be theirs.`
          : outcomeSays[outcome],
      reasons:
        outcome === "rejected"
          ? reasons.map(({ contacts, reason }) => ({ reason: reason || "no likely reason", count: contacts }))
          : [],
      examples,
      command
    }
  })

const membersNamed = 5

/** Values that did not arrive, by field. A field that never arrived for anybody is one line. */
const dropped = (attention: Attention, totals: ReportData["totals"], db: string): ReadonlyArray<Concern> =>
  totals.dropped === 0
    ? []
    : [
        {
          about: "values",
          name: "dropped",
          count: totals.dropped,
          says: `Out of ${plural(totals.sent_values, "sent value")}, ${totals.dropped === 1 ? "this is not in the account as it was sent" : "these are not in the account as they were sent"}.`,
          reasons: attention.dropped
            .slice(0, membersNamed)
            .map((member) => ({ reason: droppedText(member), count: droppedOf(member) })),
          examples: [],
          command: shellCall("export dropped", db)
        }
      ]

const findings = (attention: Attention, db: string): ReadonlyArray<Concern> =>
  attention.findings.map(({ count, example, finding }) => ({
    about: "findings",
    name: finding,
    count,
    says: findingSays[finding],
    reasons: [],
    examples: [`${example.subject}: ${example.detail}`],
    command: shellCall("batches show", db, example.batch_id)
  }))

/** A few batches of each kind, by ID. */
export interface Batches {
  readonly withoutAnswer: ReadonlyArray<string>
  readonly endedBadly: ReadonlyArray<string>
  readonly open: ReadonlyArray<string>
}

const shown = 3

const batches = (
  { stalled }: Attention,
  totals: ReportData["totals"],
  known: Batches,
  db: string
): ReadonlyArray<Concern> => {
  const stalledIds = stalled.map(({ batch_id }) => batch_id)
  const concern = (name: string, count: number, says: string, ids: ReadonlyArray<string>, command: string) =>
    count === 0
      ? []
      : [
          {
            about: "batches" as const,
            name,
            count,
            says,
            reasons: [],
            examples: ids.slice(0, shown),
            command
          }
        ]
  const show = (ids: ReadonlyArray<string>) => shellCall("batches show", db, ids[0] ?? "")
  return [
    ...concern(
      "stalled",
      stalled.length,
      "They have been in one status for far longer than the batches before them.",
      stalledIds,
      show(stalledIds)
    ),
    ...concern(
      "without answer",
      totals.without_answer,
      "The last calls about them all failed.",
      known.withoutAnswer,
      show(known.withoutAnswer)
    ),
    ...concern(
      "ended badly",
      totals.ended_badly,
      "They failed or were interrupted, and ActiveCampaign will not try again.",
      known.endedBadly,
      show(known.endedBadly)
    ),
    ...concern(
      "not settled",
      totals.open,
      "ActiveCampaign has not finished them, or has not been asked yet. Their contacts are pending.",
      known.open,
      shellCall("run", db)
    )
  ]
}

/** What needs attention, the most urgent first. */
export const concernsOf = (
  attention: Attention,
  totals: ReportData["totals"],
  known: Batches,
  db: string
): ReadonlyArray<Concern> => {
  const [consent, others] = Arr.partition(findings(attention, db), ({ name }) => name !== "consent-change")
  return [
    ...consent,
    ...contacts(attention, db),
    ...dropped(attention, totals, db),
    ...batches(attention, totals, known, db),
    ...others
  ]
}

/** The commands that export all contacts that need attention. */
export const exportCommands = ({ outcomes }: Attention, db: string): ReadonlyArray<string> =>
  [...new Set(outcomes.map(({ outcome }) => exportOf[outcome]))].map((name) =>
    shellCall(`export ${name}`, db)
  )

/** How many contacts need attention: the same words in a report and at the end of a run. Empty if none does. */
const attentionText = ({
  attention,
  sent,
  to_be_resolved
}: Pick<ReportData["totals"], "attention" | "sent" | "to_be_resolved">): string => {
  if (attention === 0) return ""
  const waiting = to_be_resolved > 0 ? `, ${thousands(to_be_resolved)} of them only to be resolved` : ""
  return `${thousands(attention)} of ${plural(sent, "contact")} ${attention === 1 ? "needs" : "need"} attention${waiting}`
}

type InNeed = Pick<
  ReportData["totals"],
  "attention" | "consent_changes" | "dropped" | "findings" | "sent" | "sent_values" | "to_be_resolved"
>

/** Everything that needs attention, consent first: the same in a report and at the end of a run. Empty if nothing does. */
export const toLookAt = (totals: InNeed): string => {
  const { consent_changes, dropped, findings, sent_values } = totals
  const others = findings - consent_changes
  return [
    consent_changes > 0 ? plural(consent_changes, "change of consent", "changes of consent") : "",
    attentionText(totals),
    dropped > 0 ? `${thousands(dropped)} of ${plural(sent_values, "sent value")} dropped` : "",
    // Where a report counts findings, it counts those of consent, too.
    others > 0 ? plural(others, consent_changes > 0 ? "other finding" : "finding") : ""
  ]
    .filter((text) => text !== "")
    .join("; ")
}

/** The whole in one or two sentences. */
export const verdictOf = (totals: ReportData["totals"]) => {
  const { batches, open, sent } = totals
  if (batches === 0) return "This file has no batches yet."
  const inNeed = toLookAt(totals)
  const settled =
    open > 0
      ? `${thousands(open)} of ${batchesOf(batches)} ${open === 1 ? "has" : "have"} not settled yet.`
      : batches === 1
        ? "The batch has settled."
        : `All ${batchesOf(batches)} have settled.`
  if (inNeed !== "") return `${settled} ${inNeed}.`
  return sent > 0 && open === 0 ? `${settled} No contact needs attention.` : settled
}
