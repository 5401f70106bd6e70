import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import { asSentFacts, asSentInternal, ofAsSentViews } from "./notes/asSent.js"
import { conclusions } from "./notes/conclusions.js"
import { facts } from "./notes/facts.js"
import { history } from "./notes/history.js"
import { internal } from "./notes/internal.js"
import type { Layer, Note, ObjectNotes } from "./notes/Note.js"
import { ofViews } from "./notes/ofViews.js"
import { yours } from "./notes/yours.js"
import { views } from "./views.js"

const viewNotes: ReadonlyArray<ObjectNotes> = views.map(({ name, question }) => ({
  object: name,
  layer: "view",
  note: question,
  columns: ofViews[name] ?? ofAsSentViews[name] ?? {}
}))

const objects = [
  ...facts,
  ...asSentFacts,
  ...yours,
  ...conclusions,
  ...history,
  ...viewNotes,
  ...internal,
  ...asSentInternal
]

/** Every note of this schema, as the rows of `schema_notes`. */
const notes: ReadonlyArray<Note> = objects.flatMap(({ columns, note, object }) => [
  { object, column: "", note },
  ...Object.entries(columns).map(([column, text]) => ({ object, column, note: text }))
])

/** The layer of a table or view of the schema; undefined for others. */
export const layerOf = (object: string): Layer | undefined =>
  objects.find((notes) => notes.object === object)?.layer

/** Replaces all notes. Like the views, they are those of this version. */
export const writeNotes = (sql: SqlClient.SqlClient) =>
  Effect.gen(function* () {
    yield* sql.unsafe("DROP TABLE IF EXISTS schema_notes")
    yield* sql.unsafe(`CREATE TABLE schema_notes (
      object TEXT NOT NULL,
      "column" TEXT NOT NULL,
      note TEXT NOT NULL,
      PRIMARY KEY (object, "column")
    ) STRICT, WITHOUT ROWID`)
    yield* sql`INSERT INTO schema_notes (object, "column", note)
      SELECT json_extract(value, '$.object'), json_extract(value, '$.column'), json_extract(value, '$.note')
      FROM json_each(${JSON.stringify(notes)})`
  })
