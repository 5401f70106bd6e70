/**
 * What a run says at its end: whether it went well, what became of the contacts, what needs attention by kind, why the
 * exit code is what it is, and how to go on.
 */
import * as Arr from "effect/Array"
import type { RunReport } from "../../../job/RunReport.js"
import {
  type Attention,
  type AttentionWord,
  consentOf,
  countOf,
  type FindingKind,
  type OutcomeKind
} from "../../../ledger/reports/Attention.js"
import type * as Reports from "../../../ledger/reports/Reports.js"
import { evidences, Outcome, Settled } from "../../../ledger/schema/words.js"
import { droppedOf } from "../../../ledger/reports/SentValues.js"
import { toLookAt } from "../../../report/concerns.js"
import { droppedText } from "../../../report/sentValues.js"
import { share, thousands } from "../../../text/numbers.js"
import { shellCall } from "../../../text/shellCall.js"
import { shortened, widthOf } from "../../../text/width.js"
import { findingsCount, stalledText } from "../summary.js"
import { batchesOf, blocks, columns, hanging, plural, printable } from "../text.js"
import type { Ending } from "./ending.js"

export interface Ended {
  readonly report: RunReport
  readonly summary: Reports.Summary
  readonly attention: Attention
  readonly ending: Ending
  readonly file: string
  /** The terminal's width; nothing is cut or wrapped where the output is kept. */
  readonly width: number
}

/** The first line: whether it went well. */
export const verdict = (ended: Ended): string => hanging("", verdictText(ended), ended.width)

const verdictText = ({ attention, report, summary }: Ended): string => {
  const silent = report.problems.filter((problem) => "batchId" in problem).length
  const open = summary.batches - summary.settled
  const inNeed = toLookAt({
    attention: countOf(attention),
    sent: summary.sent,
    to_be_resolved: attention.toBeResolved,
    findings: findingsCount(summary),
    consent_changes: consentOf(attention),
    sent_values: summary.sentValues?.sent ?? 0,
    dropped: summary.sentValues === null ? 0 : droppedOf(summary.sentValues)
  })
  if (silent > 0) return `Not finished: ${batchesOf(silent)} gave no answer.`
  if (open > 0)
    return `Not finished: ${batchesOf(open)} of ${thousands(summary.batches)} ${open === 1 ? "has" : "have"} not settled yet.`
  const settled =
    summary.batches === 1 ? "The batch has settled" : `All ${batchesOf(summary.batches)} have settled`
  if (inNeed !== "") return `${settled}. ${inNeed}.`
  return summary.sent === 0 ? `${settled}.` : `${settled}, and no contact needs attention.`
}

/** Settled statuses first, in the order of how well they are. */
const statusOrder: ReadonlyArray<string> = [...Settled.literals, "active", "claimed", "waiting", "unset"]

const statusText = ({ statuses }: Attention) =>
  statuses
    .toSorted((a, b) => rank(a.status) - rank(b.status))
    .map(({ batches, status }) => `${printable(status ?? "not asked about yet")} ${thousands(batches)}`)
    .join(", ")

const rank = (status: string | null) => {
  const at = statusOrder.indexOf(status ?? "")
  return at < 0 ? statusOrder.length : at
}

const evidenceOf = (parts: ReadonlyArray<Reports.OutcomeTotal>) =>
  parts
    .map(
      ({ contacts, evidence }) =>
        `${parts.length > 1 ? `${thousands(contacts)} ` : ""}${evidences[evidence].short}`
    )
    .join(", ")

/** Unaccounted contacts whose IDs are only not resolved yet are named apart. */
const unaccountedText = (contacts: number, toBeResolved: number) =>
  [
    ...(toBeResolved > 0 ? [`${thousands(toBeResolved)} to be resolved`] : []),
    ...(contacts > toBeResolved ? [`${thousands(contacts - toBeResolved)} in neither list`] : [])
  ].join(", ")

/** Values that contacts were sent with, by what the account has in their place. */
const valueRows = ({ sentValues }: Reports.Summary): ReadonlyArray<ReadonlyArray<string>> => {
  if (sentValues === null || sentValues.sent === 0) return []
  const { absent, cannot_tell, different, not_checked, same, sent } = sentValues
  return [
    ["Sent values", thousands(sent), "", ""],
    ...[
      { word: "same", values: same, why: "the account has them as they were sent" },
      { word: "different", values: different, why: "the account has something else" },
      { word: "absent", values: absent, why: "the account has nothing" },
      { word: "cannot tell", values: cannot_tell, why: "edited since, or sent again" },
      { word: "not checked", values: not_checked, why: "not looked at, or a doubt is left" }
    ].flatMap(({ values, why, word }) =>
      values === 0 ? [] : [[`  ${word}`, thousands(values), share(values, sent), why]]
    )
  ]
}

/** Batches by status, contacts by outcome, sent values by comparison. Each adds up. */
export const totals = ({
  attention,
  summary,
  width
}: Pick<Ended, "attention" | "summary" | "width">): string => {
  const rows = Outcome.literals.flatMap((word) => {
    const parts = summary.outcomes.filter(({ outcome }) => outcome === word)
    if (parts.length === 0) return []
    const contacts = parts.reduce((sum, part) => sum + part.contacts, 0)
    const why = word === "unaccounted" ? unaccountedText(contacts, attention.toBeResolved) : evidenceOf(parts)
    return [[`  ${word}`, thousands(contacts), share(contacts, summary.sent), why]]
  })
  const table = [
    ["Batches", thousands(summary.batches), "", statusText(attention)],
    ...(summary.purged > 0
      ? [["Purged", thousands(summary.purged), "", "batches removed since, and not counted here"]]
      : []),
    ["Contacts", thousands(summary.sent), "", ""],
    ...rows,
    ...valueRows(summary)
  ]
  const widest = (at: number) => Math.max(...table.map((row) => widthOf(row[at] ?? "")))
  const [first, second, third] = [widest(0), widest(1), widest(2)]
  return table
    .map(([name = "", count = "", part = "", why = ""]) => {
      const head = `${name.padEnd(first)}  ${count.padStart(second)}  ${part.padStart(third)}`
      return hanging(`${head}  `, why, width).trimEnd()
    })
    .join("\n")
}

const actionOn: Readonly<Record<AttentionWord, string>> = {
  rejected: "ActiveCampaign refused them",
  contradictory: "they stand in both lists",
  missing: "they are not in the account, and may be sent again",
  unaccounted: "they are in neither list, and were not looked up yet"
}

const reasonsOf = ({ outcome, reasons }: OutcomeKind) =>
  outcome !== "rejected" || reasons.every(({ reason }) => reason === "")
    ? []
    : reasons.map(
        ({ contacts, reason }) =>
          `${thousands(contacts)} ${reason === "" ? "without a likely reason" : reason}`
      )

const examplesOf = ({ contacts, examples }: OutcomeKind, width: number) => {
  const shown = examples.map((email) => shortened(printable(email), Math.max(20, Math.min(width - 6, 320))))
  const more = contacts - examples.length
  return more > 0 ? [...shown, `… and ${thousands(more)} more`] : shown
}

const waitingText = ({ outcome }: OutcomeKind, toBeResolved: number) =>
  outcome === "unaccounted" && toBeResolved > 0 ? `; ${thousands(toBeResolved)} only to be resolved` : ""

const outcomeBlock = (kind: OutcomeKind, toBeResolved: number, width: number) => [
  hanging(
    `  ${kind.outcome}  `,
    `${plural(kind.contacts, "contact")}: ${actionOn[kind.outcome]}${waitingText(kind, toBeResolved)}`,
    width
  ),
  ...reasonsOf(kind).map((line) => hanging("    ", line, width)),
  ...examplesOf(kind, width).map((line) => `    ${line}`)
]

const findingBlock = ({ count, example, finding }: FindingKind, width: number) => [
  `  ${finding}  ${thousands(count)}`,
  hanging(
    "    ",
    `${count > 1 ? "for example " : ""}${printable(example.subject)}: ${printable(example.detail)}`,
    width
  ),
  `    batch ${shortened(printable(example.batch_id), Math.max(20, Math.min(width - 10, 320)))}`
]

const membersShown = 5

const droppedBlock = ({ dropped }: Attention, { sentValues }: Reports.Summary, width: number) =>
  sentValues === null || dropped.length === 0
    ? []
    : [
        hanging(
          "  dropped  ",
          `${thousands(droppedOf(sentValues))} of ${plural(sentValues.sent, "sent value")}: ${droppedOf(sentValues) === 1 ? "it is not in the account as it was sent" : "they are not in the account as they were sent"}`,
          width
        ),
        ...dropped
          .slice(0, membersShown)
          .map((member) =>
            hanging("    ", `${thousands(droppedOf(member))} ${printable(droppedText(member))}`, width)
          ),
        ...(dropped.length > membersShown ? [`    … and more`] : [])
      ]

const stalledShown = 5

const stalledBlock = ({ stalled }: Attention, width: number) => [
  `Stalled: ${batchesOf(stalled.length)}`,
  ...stalled
    .slice(0, stalledShown)
    .flatMap((one) => [
      `  ${shortened(printable(one.batch_id), Math.max(20, Math.min(width - 4, 320)))}`,
      hanging("    ", stalledText(one), width)
    ]),
  ...(stalled.length > stalledShown
    ? [`  … and ${thousands(stalled.length - stalledShown)} more; 'ac-reconcile batches list' marks them all`]
    : [])
]

/** What needs attention, by kind. */
export const attentionBlocks = ({ attention, summary, width }: Ended): string => {
  const [others, consent] = Arr.partition(attention.findings, ({ finding }) => finding === "consent-change")
  const inNeed = [
    ...consent.flatMap((kind) => findingBlock(kind, width)),
    ...attention.outcomes.flatMap((kind) => outcomeBlock(kind, attention.toBeResolved, width)),
    ...droppedBlock(attention, summary, width)
  ]
  return blocks(
    ...(inNeed.length === 0 ? [] : [["Needs attention", ...inNeed].join("\n")]),
    ...(attention.stalled.length === 0 ? [] : [stalledBlock(attention, width).join("\n")]),
    ...(others.length === 0
      ? []
      : [["Findings", ...others.flatMap((kind) => findingBlock(kind, width))].join("\n")])
  )
}

/** Commands for what can be done next, with the IDs and addresses of this file, and what each is for. */
export const nextCommands = ({
  attention,
  file,
  summary
}: Pick<Ended, "attention" | "file" | "summary">): ReadonlyArray<readonly [call: string, why: string]> => {
  const call = (command: string, ...subjects: ReadonlyArray<string>) => shellCall(command, file, ...subjects)
  const kind = (word: Outcome) => attention.outcomes.find(({ outcome }) => outcome === word)
  const has = (word: Outcome) => summary.outcomes.some(({ outcome }) => outcome === word)
  const unaccounted = kind("unaccounted")
  const subject = attention.outcomes[0]?.examples[0]
  const batch = attention.findings[0]?.example.batch_id
  const steps: ReadonlyArray<readonly [string, string] | undefined> = [
    summary.settled < summary.batches ? [call("run"), "go on following"] : undefined,
    attention.toBeResolved > 0 ? [call("resolve"), "ask whose the IDs are"] : undefined,
    unaccounted !== undefined && unaccounted.contacts > attention.toBeResolved
      ? [call("lookup --dry-run"), "what looking up the unaccounted costs"]
      : undefined,
    has("missing") || has("present") ? [call("export retry"), "contacts that may be sent again"] : undefined,
    attention.dropped.length > 0 ? [call("export dropped"), "values that did not arrive"] : undefined,
    subject === undefined ? undefined : [call("explain", subject), "why it has its outcome"],
    batch === undefined ? undefined : [call("batches show", batch), "the batch's story"]
  ]
  const useful = steps.flatMap((step) => (step === undefined ? [] : [step]))
  return useful.length === 0
    ? []
    : [...useful, [call("report --html report.html"), "all of it, to open in a browser"]]
}

/** The same for people; empty if there is nothing to do. */
export const nextSteps = (ended: Ended): string => {
  const commands = nextCommands(ended)
  return commands.length === 0 ? "" : ["Next", columns(commands)].join("\n")
}
