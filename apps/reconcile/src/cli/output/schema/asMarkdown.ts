import type { Column, Described } from "../../../ledger/reports/describeSchema.js"
import { bySection } from "./layers.js"

const cell = (text: string) => text.replaceAll("|", "\\|")

const table = (header: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>) =>
  [header, header.map(() => "---"), ...rows].map((row) => `| ${row.map(cell).join(" | ")} |`).join("\n")

const code = (text: string) => (text === "" ? "" : `\`${text}\``)

/** `ActiveCampaign's "<b>"` must not become a tag, nor `a_b` emphasis. */
const prose = (text: string) =>
  text.replace(/\b[a-z]+_[a-z_]+\b(?:\([^)]*\))?/g, (name) => `\`${name}\``).replaceAll("<", "&lt;")

const linked = (column: Column) =>
  column.refersTo === null
    ? prose(column.note)
    : `${prose(column.note)} In [${column.refersTo}](#${column.refersTo}).`

const keyOf = (columns: ReadonlyArray<Column>) => {
  const key = columns.filter(({ key }) => key > 0).sort((a, b) => a.key - b.key)
  return key.length === 0 ? [] : [`Primary key: ${key.map(({ name }) => code(name)).join(", ")}.`]
}

const describeTable = ({ columns, name, note }: Described) => [
  `### ${name}`,
  prose(note),
  ...keyOf(columns),
  table(
    ["column", "type", "NULL", "note"],
    columns.map((column) => [code(column.name), column.type, column.nullable ? "yes" : "no", linked(column)])
  )
]

/** The lines of a view as it was written, less what the program's own indentation puts before them. */
const dedented = (sql: string) => {
  const [first = "", ...lines] = sql.split("\n")
  const indent = Math.min(
    ...lines.filter((line) => line.trim() !== "").map((line) => line.length - line.trimStart().length)
  )
  return [first, ...lines.map((line) => `  ${line.slice(indent)}`)].join("\n")
}

const describeView = ({ columns, name, note, sql }: Described) => [
  `### ${name}`,
  note,
  table(
    ["column", "note"],
    columns.map((column) => [code(column.name), prose(column.note)])
  ),
  `<details><summary>Its SQL</summary>`,
  `\`\`\`sql\n${dedented(sql)}\n\`\`\``,
  "</details>"
]

/** For docs/schema.md. */
export const asMarkdown = (schema: ReadonlyArray<Described>, version: number): string =>
  [
    "# Schema of the SQLite file",
    `Schema ${version}, as \`PRAGMA user_version\` tells. Written by \`ac-reconcile schema --markdown\` from the notes that every file holds in \`schema_notes\`. [database.md](database.md) is the introduction.`,
    ...bySection(schema).flatMap(({ about, layer, objects, title }) => [
      `## ${title}`,
      about,
      ...objects.flatMap(layer === "view" ? describeView : describeTable)
    ])
  ].join("\n\n")
