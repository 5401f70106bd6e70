import type { SqlClient } from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import { layerOf } from "../schema/notes.js"
import { ownTables } from "../schema/ownTables.js"
import { columnKnownAs, tableOf } from "../schema/recordViews.js"
import { mayHold, type Names, type Person, withoutPerson } from "./person.js"

/** Tables behind the views of sent values. They hold what was written, too. */
const ofSentValues = [
  "former_cells",
  "sent_members",
  "found_values",
  "account_fields",
  "account_tags",
  "account_lists"
]

interface TextColumn {
  readonly table: string
  readonly column: string
  /** The columns of the table's primary key. */
  readonly key: ReadonlyArray<string>
}

/**
 * Columns that may contain a person among other words: every text in the facts and the user's own contacts. A batch ID
 * stays, because the account knows the batch by it. Keys of addresses are changed with all that refers to them.
 */
const textColumns = (sql: SqlClient) => {
  // Only these tables are asked for their columns: a table of the user may need a missing extension.
  const known = [...ownTables].filter((name) => ["facts", "yours"].includes(layerOf(name) ?? ""))
  const tables = [...new Set(["row_shapes", ...ofSentValues, ...known.map(tableOf)])]
  return Effect.map(
    sql<{ readonly table: string; readonly column: string; readonly pk: number; readonly type: string }>`
      SELECT j.value AS "table", c.name AS "column", c.pk, c.type
      FROM json_each(${JSON.stringify(tables)}) j CROSS JOIN pragma_table_xinfo(j.value) c
      WHERE c.hidden = 0 ORDER BY j.value, c.pk`,
    (columns): ReadonlyArray<TextColumn> =>
      columns
        .filter((one) => one.type === "TEXT" && !["batch_id", "email_key"].includes(one.column))
        .map(({ column: name, table }) => ({
          table,
          column: name,
          key: columns.filter((one) => one.table === table && one.pk > 0).map((one) => one.column)
        }))
  )
}

const textsAtOnce = 500

type Row = Readonly<Record<string, string | number>>

const rewriteColumn = (
  sql: SqlClient,
  { column: name, key, table }: TextColumn,
  person: Person,
  names: Names
) =>
  Effect.gen(function* () {
    const mayHoldId = names.ids.size > 0 && (name === "raw_body" || name === "message")
    const known = mayHoldId ? names : { ...names, ids: new Map<string, string>() }
    let rewritten = 0
    let after: ReadonlyArray<string | number> = []
    for (;;) {
      const rows = yield* sql.unsafe<Row>(
        `SELECT ${key.map((one, at) => `${one} AS k${at}`).join(", ")}, ${name} AS text FROM ${table}
         WHERE ${mayHoldId ? `${name} IS NOT NULL AND ? IS NOT NULL` : mayHold(name)}
           ${after.length === 0 ? "" : `AND (${key.join(", ")}) > (${key.map(() => "?").join(", ")})`}
         ORDER BY ${key.join(", ")} LIMIT ${textsAtOnce}`,
        [person.anchor, ...after]
      )
      for (const row of rows) {
        const without = withoutPerson(String(row.text), person, known)
        if (without === row.text) continue
        rewritten += 1
        // Two texts that must differ may become equal. Then one stays, and the search names it.
        yield* sql.unsafe(
          `UPDATE OR IGNORE ${table} SET ${name} = ? WHERE ${key.map((one) => `${one} = ?`).join(" AND ")}`,
          [without, ...key.map((_, at) => row[`k${at}`] ?? "")]
        )
      }
      const last = rows.at(-1)
      if (last === undefined) return { table: columnKnownAs(table, name), rows: rewritten }
      after = key.map((_, at) => last[`k${at}`] ?? "")
    }
  })

/** Removes the person from every text that may contain them among other words. Returns the rows changed, by column. */
export const rewriteTexts = (sql: SqlClient, person: Person, names: Names) =>
  Effect.gen(function* () {
    const columns = yield* textColumns(sql)
    const rewritten = yield* Effect.forEach(columns, (one) => rewriteColumn(sql, one, person, names))
    return rewritten.sort((a, b) => (a.table < b.table ? -1 : 1))
  })
