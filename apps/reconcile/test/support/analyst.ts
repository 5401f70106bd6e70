import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type Sqlite from "better-sqlite3"

export const analystDocument = fileURLToPath(new URL("../../../../docs/analyst.md", import.meta.url))

const example = /```sql\n([\s\S]*?)```\n\n```text\n[\s\S]*?```/g

const document = () => readFileSync(analystDocument, "utf8")

export const analystQueries = (): ReadonlyArray<string> =>
  Array.from(document().matchAll(example), ([, sql]) => sql?.trim() ?? "")

/** As `sqlite3 -header -column` prints it, less the spaces at the ends of lines. */
const printed = (database: Sqlite.Database, sql: string) => {
  const statement = database.prepare<[], ReadonlyArray<unknown>>(sql).raw()
  const header = statement.columns().map(({ name }) => name)
  const rows = statement.all().map((row) => row.map((value) => String(value ?? "")))
  const widths = header.map((name, at) =>
    Math.max(...[name, ...rows.map((row) => row[at] ?? "")].map((cell) => cell.length))
  )
  const rule = widths.map((width) => "-".repeat(width))
  return [header, rule, ...rows]
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join("  ")
        .trimEnd()
    )
    .join("\n")
}

/** Asked of a file that knows what its contacts were sent with, which the sample does not. */
export const isOfSentValues = (sql: string): boolean => sql.includes("fields_at_a_glance")

/** The document with the results that the sample gives, and the file with sent values. */
export const answered = (sample: Sqlite.Database, withValues: Sqlite.Database): string =>
  document().replace(
    example,
    (_, sql: string) =>
      `\`\`\`sql\n${sql}\`\`\`\n\n\`\`\`text\n${printed(isOfSentValues(sql) ? withValues : sample, sql)}\n\`\`\``
  )
