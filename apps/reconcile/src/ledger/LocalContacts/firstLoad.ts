import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import { changesOf } from "./changesOf.js"
import { withoutIndexes } from "./withoutIndexes.js"

const columns =
  "local_source_id, email_key, occurrence, email, contact_id, batch_id, source_key, source_columns"

// Almost every address is there once. To number them all takes a third of the whole; so the first of each is
// taken without, and only what is left over is numbered.
const insertFirsts = (sourceId: number) => `
  INSERT INTO local_contacts (${columns})
  SELECT ${sourceId}, email_key, 1, email, contact_id, batch_id, source_key, source_columns
  FROM staged_contacts WHERE true ORDER BY email_key, rowid
  ON CONFLICT (email_key, local_source_id, occurrence) DO NOTHING`

const insertRepeats = (sourceId: number) => `
  INSERT INTO local_contacts (${columns})
  SELECT ${sourceId}, email_key, turn, email, contact_id, batch_id, source_key, source_columns
  FROM (SELECT email_key, email, contact_id, batch_id, source_key, source_columns,
    row_number() OVER (PARTITION BY email_key ORDER BY rowid) AS turn FROM staged_contacts
    WHERE email_key IN (SELECT email_key FROM staged_contacts GROUP BY email_key HAVING count(*) > 1))
  WHERE turn > 1`

/** Takes all that is staged into a source that has no contacts yet: nothing to compare with, nothing to release. */
export const takeAll = (sql: SqlClient.SqlClient, sourceId: number, rows: number) =>
  withoutIndexes(
    sql,
    "local_contacts",
    rows,
    Effect.gen(function* () {
      const firsts = changesOf(yield* sql.unsafe(insertFirsts(sourceId)).raw)
      if (firsts < rows) yield* sql.unsafe(insertRepeats(sourceId))
      return { repeats: rows - firsts }
    })
  )
