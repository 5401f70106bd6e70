import type { ReportData } from "../../../report/ReportData.js"
import { memberCells, memberHead, memberNote, notDeclared } from "../../../report/sentValues.js"
import { share, thousands } from "../../../text/numbers.js"
import { blocks, plural, printable } from "../text.js"
import { settlingLine } from "./asText.js"

/** Text of others within Markdown: neither a mark, nor a link, nor HTML, nor a mention of somebody. */
const plain = (text: string) =>
  printable(text)
    .replace(/[\\`*_{}[\]()#+!|~]/g, "\\$&")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("@", "&#64;")
    .replace(/:\/\/|www\./gi, (start) => start.replace(/[:.]/, (sign) => `&#${sign.charCodeAt(0)};`))

/** A command or name, as code. A backtick in it would end it. */
const code = (text: string) => {
  const safe = printable(text)
  const fence = "`".repeat(Math.max(0, ...(safe.match(/`+/g) ?? []).map((run) => run.length)) + 1)
  return fence.length === 1 ? `${fence}${safe}${fence}` : `${fence} ${safe} ${fence}`
}

const inTable = (text: string) => text.replaceAll("|", "\\|")

const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>) =>
  rows.length === 0
    ? ""
    : [head, head.map((title) => (title.startsWith(" ") ? "---:" : "---")), ...rows]
        .map((cells) => `| ${cells.map((cell) => cell.trim()).join(" | ")} |`)
        .join("\n")

const outcomes = ({ outcomes, totals }: ReportData) =>
  table(
    ["outcome", " contacts", " share", "how it is known"],
    outcomes
      .filter(({ contacts }) => contacts > 0)
      .map(({ contacts, evidence, outcome }) => [
        `**${outcome}**`,
        thousands(contacts),
        share(contacts, totals.sent).replace("<", "&lt;").replace(">", "&gt;"),
        evidence.map(({ says }) => says).join(", ")
      ])
  )

const sentValues = ({ sent_values }: ReportData) =>
  sent_values === null
    ? notDeclared
    : blocks(
        "### What contacts were sent with",
        table(
          memberHead.map((name, at) => (at === 0 ? name : ` ${name}`)),
          sent_values.members.map((member) => {
            const [name = "", ...counts] = memberCells(member)
            return [plain(name), ...counts]
          })
        ),
        memberNote(sent_values)
      )

const concerns = ({ concerns }: ReportData) =>
  concerns.map(({ command, count, name, reasons, says }) =>
    [
      `- **${name}** ${thousands(count)}: ${says}`,
      ...reasons.map(({ count, reason }) => `  - ${thousands(count)} ${plain(reason)}`),
      `  - ${code(command)}`
    ].join("\n")
  )

/** The report for the summary of a CI job or a pull request. */
export const asMarkdown = (report: ReportData): string =>
  blocks(
    "## Bulk imports",
    report.verdict,
    outcomes(report),
    report.concerns.length === 0 ? "" : blocks("### Needs attention", concerns(report).join("\n")),
    report.totals.sent === 0 ? "" : sentValues(report),
    settlingLine(report.settling),
    report.contacts.rows.length === 0
      ? ""
      : blocks(
          `<details><summary>${plural(report.totals.attention, "contact")} that ${report.totals.attention === 1 ? "needs" : "need"} attention</summary>`,
          table(
            ["outcome", "address", "why", "batch"],
            report.contacts.rows.map(({ batch_id, email, outcome, why }) => [
              outcome,
              inTable(code(email)),
              plain(why),
              inTable(code(batch_id))
            ])
          ),
          report.contacts.left_out === 0
            ? ""
            : `… and ${thousands(report.contacts.left_out)} more; all of them: ${report.contacts.commands.map(code).join(", ")}`,
          "</details>"
        )
  )
