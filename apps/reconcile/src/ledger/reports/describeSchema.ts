import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Ledger, rowOf } from "../Ledger.js"
import type { Layer } from "../schema/notes/Note.js"
import { layerOf } from "../schema/notes.js"

export interface Column {
  readonly name: string
  /** Empty if a view computes it. */
  readonly type: string
  readonly nullable: boolean
  /** Its place in the primary key, from 1; 0 if it has none. */
  readonly key: number
  /** The table it refers to, if any. */
  readonly refersTo: string | null
  readonly note: string
}

/** A table or view as the file has it, with the notes in the file. */
export interface Described {
  readonly name: string
  readonly kind: "table" | "view"
  readonly layer: Layer
  readonly note: string
  readonly columns: ReadonlyArray<Column>
}

const Row = rowOf("schema_notes", {
  object: Schema.String,
  kind: Schema.Literal("table", "view"),
  object_note: Schema.String,
  name: Schema.String,
  type: Schema.String,
  required: Schema.Int,
  key: Schema.Int,
  refers_to: Schema.NullOr(Schema.String),
  note: Schema.NullOr(Schema.String)
})

// Only objects with a note: the user may have tables of their own in the file.
const everyColumn = `
  SELECT o.name AS object, o.type AS kind, about.note AS object_note,
    c.name, c.type, c."notnull" AS required, c.pk AS key,
    (SELECT k."table" FROM pragma_foreign_key_list(o.name) k WHERE k."from" = c.name LIMIT 1) AS refers_to,
    n.note
  FROM sqlite_schema o
  JOIN schema_notes about ON about.object = o.name AND about."column" = ''
  JOIN pragma_table_xinfo(o.name) c
  LEFT JOIN schema_notes n ON n.object = o.name AND n."column" = c.name
  ORDER BY o.rowid, c.cid`

/** Every table and view of the schema, in the order in which they were created. */
export const describeSchema = Effect.map(
  Ledger.query(Row, (sql) => sql.unsafe(everyColumn)),
  (rows) => {
    const described = new Map<string, Described & { readonly columns: Array<Column> }>()
    for (const row of rows) {
      const { key, kind, name, note, object, object_note, refers_to, required, type } = row
      const of = described.get(object) ?? {
        name: object,
        kind,
        layer: layerOf(object) ?? (kind === "view" ? "view" : "file"),
        note: object_note,
        columns: []
      }
      of.columns.push({
        name,
        type,
        nullable: kind === "view" ? /\bNULL\b/.test(note ?? "") : required === 0 && key === 0,
        key,
        refersTo: refers_to,
        note: note ?? ""
      })
      described.set(object, of)
    }
    const all: ReadonlyArray<Described> = [...described.values()]
    return all
  }
)
