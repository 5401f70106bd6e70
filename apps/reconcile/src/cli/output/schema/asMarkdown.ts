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

const longestLine = 100

/** A paragraph or list item, broken between words. */
const paragraph = (text: string, indent = "") => {
  const lines: Array<string> = []
  let line = ""
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > longestLine) {
      lines.push(line)
      line = `${indent}${word}`
    } else line = line === "" ? word : `${line} ${word}`
  }
  return [...lines, line].join("\n")
}

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
    paragraph(prose(described.note)),
    ...(about?.row === undefined ? [] : [paragraph(`One row for each ${about.row}.`)]),
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

/** Links to the views by their questions. */
const contents = (views: ReadonlyArray<Described>) => [
  views.map(({ name, note }) => paragraph(`- [${name}](#${name}): ${prose(note)}`, "  ")).join("\n")
]

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
    paragraph(
      `Schema ${version}; a file has its version in \`PRAGMA user_version\`. [database.md](database.md) is the introduction, and [outcomes.md](outcomes.md) explains the outcomes. Times are text in ISO 8601, in UTC. NULL means not known, never empty.`
    ),
    ...(sample === undefined ? [] : [paragraph(sample.about)]),
    ...bySection(schema).flatMap(({ about, layer, objects, title }) => [
      `## ${title}`,
      paragraph(about),
      ...(layer === "view" ? contents(objects) : []),
      ...(layer === "internal"
        ? describeInternal(objects)
        : objects.flatMap((described) => describePublic(described, sample)))
    ])
  ].join("\n\n")
