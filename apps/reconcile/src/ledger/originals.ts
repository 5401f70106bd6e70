import type { SqlClient } from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import type { Key } from "./ExportPages.js"

interface Original {
  /** The place among those asked for. */
  readonly at: number
  readonly source_columns: string
}

/** `?` is a list of `[place, [batch ID, email key, occurrence]]`. */
const asked = `
  asked AS MATERIALIZED (
    SELECT value ->> 0 AS at, value -> 1 ->> 0 AS batch_id, value -> 1 ->> 1 AS email_key, value -> 1 ->> 2 AS occurrence
    FROM json_each(?)),
  pairs AS MATERIALIZED (SELECT DISTINCT batch_id, email_key FROM asked)`

/** Of the source that first named the batch, the row that stands as far down there. All rows of an address are numbered once. */
export const fromItsBatch = `WITH ${asked},
  numbered AS MATERIALIZED (
    SELECT p.batch_id, p.email_key, l.local_source_id, l.local_contact_id,
      row_number() OVER (PARTITION BY p.batch_id, p.email_key, l.local_source_id ORDER BY l.occurrence) AS number
    FROM pairs p CROSS JOIN local_contacts l ON l.email_key = p.email_key AND l.batch_id = p.batch_id),
  chosen AS MATERIALIZED (
    SELECT a.at, n.local_contact_id, min(n.local_source_id)
    FROM asked a CROSS JOIN numbered n
      ON n.batch_id = a.batch_id AND n.email_key = a.email_key AND n.number = a.occurrence
    GROUP BY a.at)
  SELECT c.at, l.source_columns FROM chosen c CROSS JOIN local_contacts l ON l.local_contact_id = c.local_contact_id`

/** Where no source has such a row, the one last loaded under the address; best of all as far down there. */
export const lastLoaded = `WITH ${asked},
  ranked AS MATERIALIZED (
    SELECT p.batch_id, p.email_key, l.local_contact_id, l.occurrence, dense_rank() OVER (
      PARTITION BY p.batch_id, p.email_key
      ORDER BY l.batch_id IS p.batch_id DESC, s.loaded_at DESC, s.local_source_id DESC) AS place
    FROM pairs p CROSS JOIN local_contacts l ON l.email_key = p.email_key
    CROSS JOIN local_sources s ON s.local_source_id = l.local_source_id),
  best AS MATERIALIZED (SELECT * FROM ranked WHERE place = 1),
  firsts AS MATERIALIZED (
    SELECT batch_id, email_key, local_contact_id, min(occurrence) FROM best GROUP BY batch_id, email_key)
  SELECT a.at, l.source_columns FROM asked a
  CROSS JOIN firsts f ON f.batch_id = a.batch_id AND f.email_key = a.email_key
  LEFT JOIN best b ON b.batch_id = a.batch_id AND b.email_key = a.email_key AND b.occurrence = a.occurrence
  JOIN local_contacts l ON l.local_contact_id = coalesce(b.local_contact_id, f.local_contact_id)`

/** The columns of the contacts that sent contacts were loaded from, by their place among those asked for. */
export const originalsOf = (sql: SqlClient, sent: ReadonlyArray<Key>) =>
  Effect.gen(function* () {
    const found = new Map<number, string>()
    for (const statement of [fromItsBatch, lastLoaded]) {
      const open = [...sent.entries()].filter(([at]) => !found.has(at))
      if (open.length === 0) break
      for (const one of yield* sql.unsafe<Original>(statement, [JSON.stringify(open)])) {
        found.set(one.at, one.source_columns)
      }
    }
    const originals: ReadonlyMap<number, string> = found
    return originals
  })
