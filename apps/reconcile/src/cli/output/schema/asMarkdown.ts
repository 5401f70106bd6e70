import type { Column, Described } from "../../../ledger/reports/describeSchema.js"
import { guide } from "../../../ledger/schema/notes/guide.js"
import { bySection } from "./layers.js"

/** What a page can show of a real file besides the notes. */
export interface Sample {
  readonly about: string
  readonly columns: (object: string) => ReadonlyMap<string, SampleColumn>
  /** What `ac-reconcile query` prints. */
  readonly answer: (sql: string) => string
}

export interface SampleColumn {
  /** SQLite's name of the type of its values; empty if it has none. */
  readonly type: string
  /** A value as text; empty if it has none. */
  readonly value: string
}

const cell = (text: string) => text.replaceAll("|", "\\|")

const table = (header: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>) =>
  [header, header.map(() => "---"), ...rows].map((row) => `| ${row.map(cell).join(" | ")} |`).join("\n")

const code = (text: string) => (text === "" ? "" : `\`${text}\``)

/** `ActiveCampaign's "<b>"` must not become a tag, nor `a_b` emphasis. */
const prose = (text: string) =>
  text.replace(/\b[a-z]+_[a-z_]+\b(?:\([^)]*\))?/g, (name) => `\`${name}\``).replaceAll("<", "&lt;")

const longestValue = 40

const shortened = (value: string) =>
  value.length > longestValue ? `${value.slice(0, longestValue - 1)}…` : value

const linked = (column: Column) =>
  column.refersTo === null
    ? prose(column.note)
    : `${prose(column.note)} In [${column.refersTo}](#${column.refersTo}).`

const columnTable = ({ columns, name }: Described, sample: Sample | undefined) => {
  const shown = sample?.columns(name)
  return table(
    ["column", "type", "NULL", ...(shown === undefined ? [] : ["example"]), "meaning"],
    columns.map((column) => [
      code(column.name),
      column.type === "" ? (shown?.get(column.name)?.type ?? "") : column.type,
      column.nullable ? "yes" : "no",
      ...(shown === undefined ? [] : [code(shortened(shown.get(column.name)?.value ?? ""))]),
      linked(column)
    ])
  )
}

const fenced = (language: string, text: string) => `\`\`\`${language}\n${text}\n\`\`\``

const describePublic = (described: Described, sample: Sample | undefined) => {
  const about = guide[described.name]
  return [
    `### ${described.name}`,
    prose(described.note),
    ...(about?.row === undefined ? [] : [`One row for each ${about.row}.`]),
    columnTable(described, sample),
    ...(about === undefined
      ? []
      : [
          `**Example.** ${about.asks}`,
          fenced("sql", about.sql),
          ...(sample === undefined ? [] : [fenced("text", sample.answer(about.sql))])
        ])
  ]
}

const describeInternal = (tables: ReadonlyArray<Described>) => [
  table(
    ["table", "what it holds", "columns"],
    tables.map(({ columns, name, note }) => [
      code(name),
      prose(note),
      columns.map((column) => code(column.name)).join(", ")
    ])
  )
]

/** The schema as a page. With a sample, every column has a value and every example its answer. */
export const asMarkdown = (schema: ReadonlyArray<Described>, version: number, sample?: Sample): string =>
  [
    "# Schema of the SQLite file",
    `Schema ${version}; a file says which it has in \`PRAGMA user_version\`. [database.md](database.md) is the introduction, [outcomes.md](outcomes.md) explains the outcomes. Times are text in ISO 8601, in UTC. NULL means not known, never empty.`,
    ...(sample === undefined ? [] : [sample.about]),
    ...bySection(schema).flatMap(({ about, layer, objects, title }) => [
      `## ${title}`,
      about,
      ...(layer === "internal"
        ? describeInternal(objects)
        : objects.flatMap((described) => describePublic(described, sample)))
    ])
  ].join("\n\n")
