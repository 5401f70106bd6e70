import { attentionWords } from "../../ledger/reports/Attention.js"
import { evidences, Outcome } from "../../ledger/schema/words.js"
import type * as Reports from "../../ledger/reports/Reports.js"
import { columns, printable } from "./text.js"
import { span, thousands } from "../../text/numbers.js"

/** ": 4 imported, 2 rejected", or nothing if nothing was sent. */
export const countsOf = (batch: Reports.BatchRow): string => {
  const parts = Outcome.literals.filter((word) => batch[word] > 0).map((word) => `${batch[word]} ${word}`)
  return parts.length === 0 ? "" : `: ${parts.join(", ")}`
}

interface TableOptions {
  /** The number of further rows. */
  readonly more: number
  /** All rows are of one batch, which is already named. */
  readonly oneBatch?: boolean
}

export const attentionTable = (
  rows: ReadonlyArray<Reports.OutcomeRow>,
  { more, oneBatch = false }: TableOptions
): string =>
  rows.length === 0
    ? ""
    : [
        "Contacts that need attention",
        columns(
          rows.map((row) => [
            row.outcome,
            row.email,
            oneBatch ? evidences[row.evidence].short : `batch ${row.batch_id}`
          ])
        ),
        ...(more > 0 ? [`  … and ${thousands(more)} more`] : [])
      ].join("\n")

/** The outcomes that changed since the run began; empty if none did. */
export const changesLine = ({ changed, found, lost, unchanged }: Reports.Changes): string => {
  const parts = [
    ...(found > 0 ? [`${found} found`] : []),
    ...(lost > 0 ? [`${lost} lost`] : []),
    ...(changed > 0 ? [`${changed} otherwise changed`] : [])
  ]
  return parts.length === 0
    ? ""
    : `Verdicts that changed since this run began: ${parts.join(", ")}; ${thousands(unchanged)} unchanged.`
}

/** Two lines per finding, because its sentence does not fit on the rest of a line. */
export const findingsTable = (
  rows: ReadonlyArray<Reports.FindingRow>,
  { more, oneBatch = false }: TableOptions
): string => {
  if (rows.length === 0) return ""
  const heads = columns(
    rows.map((row) =>
      oneBatch ? [row.finding, row.subject] : [row.finding, row.subject, `batch ${row.batch_id}`]
    ),
    Number.POSITIVE_INFINITY
  ).split("\n")
  return [
    "Findings",
    ...rows.flatMap((row, index) => [heads[index] ?? "", `    ${printable(row.detail)}`]),
    ...(more > 0 ? [`  … and ${thousands(more)} more`] : [])
  ].join("\n")
}

export const attentionIn = (batch: Reports.BatchRow): number =>
  attentionWords.reduce((total, word) => total + batch[word], 0)

export const findingsCount = (summary: Reports.Summary): number =>
  summary.findings.reduce((total, { count }) => total + count, 0)

/** `active for 1d 2h; 9 of 10 batches left it within 4m`. */
export const stalledText = ({ seconds, status, usual_seconds }: Reports.Stalled) =>
  `${printable(status)} for ${span(seconds * 1000)}${
    usual_seconds === null ? "" : `; 9 of 10 batches left it within ${span(usual_seconds * 1000)}`
  }`
