import { columns } from "../output/text.js"
import type { Bundle, ErrorKind, OfFile } from "./Bundle.js"

type Cell = string | number | boolean | null

const cell = (value: Cell) => (value === null ? "-" : String(value))

const table = (rows: ReadonlyArray<ReadonlyArray<Cell>>) =>
  rows.length === 0 ? "none" : columns(rows.map((row) => row.map(cell)))

const section = (title: string, body: string) => `## ${title}\n\n${body}`

const block = (body: string) => `\`\`\`text\n${body}\n\`\`\``

const fields = (all: Readonly<Record<string, Cell>>) => block(table(Object.entries(all)))

const listed = (title: string, head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<Cell>>) =>
  section(title, block(rows.length === 0 ? "none" : table([head, ...rows])))

const describeError = (one: ErrorKind): ReadonlyArray<Cell> => [
  one.about,
  one.error,
  one.call,
  one.status,
  one.code,
  one.problems,
  one.calls,
  one.lasting,
  one.last_at,
  one.request_ids.join(" ")
]

const ofFile = (file: OfFile): ReadonlyArray<string> => {
  const { changed_objects, errors, findings, outcomes, purges, runs, statuses, tables, ...rest } = file
  return [
    section("File", fields({ ...rest, changed_objects: changed_objects.join(" ") || "none" })),
    listed(
      "Rows",
      ["table", "rows"],
      tables.map(({ name, rows }) => [name, rows])
    ),
    listed(
      "Batches by status",
      ["status", "batches"],
      statuses.map(({ batches, status }) => [status, batches])
    ),
    listed(
      "Contacts by outcome",
      ["outcome", "evidence", "contacts"],
      outcomes.map((one) => [one.outcome, one.evidence, one.contacts])
    ),
    listed(
      "Findings",
      ["finding", "count"],
      findings.map(({ count, finding }) => [finding, count])
    ),
    listed(
      "Last runs",
      [
        "started",
        "seconds",
        "open",
        "answers",
        "settled",
        "errors",
        "resolved",
        "looked up",
        "exit code",
        "reason"
      ],
      runs.map((one) => [
        one.started_at,
        one.seconds,
        one.open_batches,
        one.answers,
        one.settled,
        one.errors,
        one.resolved,
        one.looked_up,
        one.exit_code,
        one.reason
      ])
    ),
    listed(
      "Purges",
      ["at", "batches", "contacts"],
      purges.map((one) => [one.purged_at, one.batches, one.sent_contacts])
    ),
    listed(
      "Errors",
      ["about", "error", "call", "status", "code", "problems", "calls", "lasting", "last", "request IDs"],
      errors.map(describeError)
    )
  ]
}

/** The bundle as a page for an issue. */
export const asMarkdown = (bundle: Bundle): string =>
  [
    "# ac-reconcile support bundle",
    "Counts, versions and times. It has no address, name, ID, path, host, message or key.",
    section("Versions", fields({ made_at: bundle.made_at, ...bundle.versions })),
    section("Checks of doctor", block(table(bundle.checks.map(({ check, state }) => [state, check])))),
    section(
      "Settings",
      block(
        table([
          ...bundle.settings.map(({ setting, source, value }) => [setting, value, source]),
          ["account host", bundle.account_host, null],
          ["proxy", bundle.proxy, null]
        ])
      )
    ),
    ...(bundle.file === null
      ? [section("File", "There is no ledger, or it cannot be read.")]
      : ofFile(bundle.file))
  ].join("\n\n")
