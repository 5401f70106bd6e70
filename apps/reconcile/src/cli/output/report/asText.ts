import { roughly } from "../../../report/numbers.js"
import type { Concern, ReportData } from "../../../report/ReportData.js"
import { memberCells, memberHead, memberNote, notDeclared } from "../../../report/sentValues.js"
import { share, thousands } from "../../../text/numbers.js"
import { batchesOf, blocks, columns, numberTable, plural, printable } from "../text.js"

const concernLines = ({ command, count, examples, name, reasons, says }: Concern) => [
  `  ${name}  ${thousands(count)}: ${says}`,
  ...reasons.map(({ count, reason }) => `    ${thousands(count)} ${printable(reason)}`),
  ...examples.map((example) => `    ${printable(example)}`),
  `    ${printable(command)}`
]

const titled = (title: string, rows: ReadonlyArray<ReadonlyArray<string>>) =>
  rows.length === 0 ? "" : [title, columns(rows)].join("\n")

const totals = ({ outcomes, statuses, totals }: ReportData) => {
  const rows = [
    [
      "Batches",
      thousands(totals.batches),
      "",
      statuses.map(({ batches, status }) => `${status ?? "not answered"} ${thousands(batches)}`).join(", ")
    ],
    ["Contacts", thousands(totals.sent), "", ""],
    ...outcomes
      .filter(({ contacts }) => contacts > 0)
      .map(({ contacts, evidence, outcome }) => [
        `  ${outcome}`,
        thousands(contacts),
        share(contacts, totals.sent),
        evidence
          .map((part) => `${evidence.length > 1 ? `${thousands(part.contacts)} ` : ""}${part.says}`)
          .join(", ")
      ])
  ]
  const widest = (at: number) => Math.max(...rows.map((row) => (row[at] ?? "").length))
  const [counts, shares] = [widest(1), widest(2)]
  return columns(
    rows.map(([name = "", count = "", part = "", why = ""]) => [
      name,
      count.padStart(counts),
      part.padStart(shares),
      why
    ])
  )
}

/** A change of consent is what needs attention most. */
const isOtherFinding = ({ about, name }: Concern) => about === "findings" && name !== "consent-change"

const concerns = (title: string, some: ReadonlyArray<Concern>) =>
  some.length === 0 ? "" : [title, ...some.flatMap(concernLines)].join("\n")

/** How long batches took, in one sentence; empty if it is not known of any. */
export const settlingLine = ({
  known,
  longest_seconds,
  median_seconds,
  p90_seconds,
  unknown
}: ReportData["settling"]) => {
  if (median_seconds === null || p90_seconds === null || longest_seconds === null) return ""
  const others = unknown === 0 ? "" : `; of ${thousands(unknown)} it is not known`
  return known === 1
    ? `1 batch settled within ${roughly(longest_seconds)}${others}.`
    : `Half of ${batchesOf(known)} settled within ${roughly(median_seconds)}, nine of ten within ${roughly(p90_seconds)}, the slowest in ${roughly(longest_seconds)}${others}.`
}

const domainRows = ({ others, rows }: ReportData["rejected_domains"]) => [
  ...rows.map(({ contacts, domain }) => [domain, thousands(contacts)]),
  ...(others.domains === 0 ? [] : [[plural(others.domains, "other domain"), thousands(others.contacts)]])
]

const membersShown = 20

/** One line where nothing was declared. */
const sentValues = ({ sent_values }: ReportData) => {
  if (sent_values === null) return notDeclared
  const members = sent_values.members.slice(0, membersShown)
  const more = sent_values.members.length - membersShown
  return [
    members.length === 0
      ? ""
      : `What contacts were sent with\n${numberTable([memberHead, ...members.map(memberCells)])}`,
    ...(more > 0 ? [`  … and ${thousands(more)} more; 'ac-reconcile query fields' has them all`] : []),
    memberNote(sent_values)
  ]
    .filter((line) => line !== "")
    .join("\n")
}

const contacts = ({ contacts: { commands, left_out, rows } }: ReportData) =>
  rows.length === 0
    ? ""
    : [
        titled(
          "Contacts that need attention",
          rows.map(({ batch_id, email, outcome, why }) => [
            outcome,
            email,
            `${why.replace(/\.$/, "")} (batch ${batch_id})`
          ])
        ),
        ...(left_out === 0
          ? []
          : [
              `  … and ${thousands(left_out)} more; all of them:`,
              ...commands.map((command) => `    ${printable(command)}`)
            ])
      ].join("\n")

/** The report for a terminal. */
export const asText = (report: ReportData): string =>
  blocks(
    report.verdict,
    totals(report),
    concerns(
      "Needs attention",
      report.concerns.filter((concern) => !isOtherFinding(concern))
    ),
    concerns("Findings", report.concerns.filter(isOtherFinding)),
    report.totals.sent === 0 ? "" : sentValues(report),
    titled("Rejected by domain", domainRows(report.rejected_domains)),
    settlingLine(report.settling),
    contacts(report)
  )
