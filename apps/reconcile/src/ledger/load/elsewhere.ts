import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import { changesOf } from "../file/transaction.js"

/** So many rows of a file are looked for side by side, as far from their place as the first of them. */
const segmentRows = 1000

/** Fewer segments are always tried; of more, half need to lie as another does, or the file has another order now. */
const fewSegments = 10

const create: ReadonlyArray<string> = [
  `CREATE TEMP TABLE IF NOT EXISTS staged_segments (segment INTEGER PRIMARY KEY, shift INTEGER NOT NULL) STRICT`,
  "CREATE TEMP TABLE IF NOT EXISTS staged_elsewhere (staged_row INTEGER PRIMARY KEY) STRICT",
  "CREATE TEMP TABLE IF NOT EXISTS elsewhere_keys (email_key TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
  "DELETE FROM staged_segments",
  "DELETE FROM staged_elsewhere",
  "DELETE FROM elsewhere_keys"
]

const findSegments = (sourceId: number) => `
  INSERT INTO staged_segments
  WITH RECURSIVE firsts (staged_row) AS (
    SELECT 1 UNION ALL SELECT staged_row + ${segmentRows} FROM firsts
    WHERE staged_row + ${segmentRows} <= (SELECT max(staged_row) FROM staged_contacts))
  SELECT (f.staged_row - 1) / ${segmentRows}, l.local_contact_id - f.staged_row
  FROM firsts f CROSS JOIN staged_contacts n ON n.staged_row = f.staged_row
  CROSS JOIN addresses a ON a.email_key = n.email_key
  CROSS JOIN local_rows l ON l.address_id = a.address_id AND l.local_source_id = ${sourceId} AND l.occurrence = 1`

const findElsewhere = (sourceId: number, isSame: string) => `
  INSERT INTO staged_elsewhere
  SELECT n.staged_row FROM staged_contacts n
  LEFT JOIN staged_segments g ON g.segment = (n.staged_row - 1) / ${segmentRows}
  LEFT JOIN local_rows l ON l.local_contact_id = n.staged_row + g.shift
  LEFT JOIN addresses a ON a.address_id = l.address_id
  WHERE (l.local_source_id = ${sourceId} AND a.email_key = n.email_key AND ${isSame}) IS NOT TRUE`

const findKeys = `
  INSERT INTO elsewhere_keys
  SELECT n.email_key FROM staged_elsewhere e CROSS JOIN staged_contacts n ON n.staged_row = e.staged_row
  WHERE true ON CONFLICT DO NOTHING`

/** Staged rows to be compared by searching: none, those whose address is among the `elsewhere_keys`, or all. */
export type Elsewhere = "none" | "some" | "all"

/**
 * A file loaded again mostly has the same rows in the same order as in `local_rows`: those are compared side by
 * side, without a search. `isSame` tells of a contact `l` and a staged row `n` with the same address that no other row
 * can be meant by `l`, and that nothing changed.
 */
export const find = (sql: SqlClient.SqlClient, sourceId: number, isSame: string) =>
  Effect.gen(function* () {
    for (const statement of create) yield* sql.unsafe(statement)
    yield* sql.unsafe(findSegments(sourceId))
    const [segments] = yield* sql<{ readonly found: number; readonly shifts: number }>`
      SELECT count(*) AS found, count(DISTINCT shift) AS shifts FROM staged_segments`
    const { found, shifts } = segments ?? { found: 0, shifts: 0 }
    if (found > fewSegments && shifts > found / 2) return "all"
    const elsewhere = changesOf(yield* sql.unsafe(findElsewhere(sourceId, isSame)).raw)
    if (elsewhere === 0) return "none"
    const [staged] = yield* sql<{ readonly rows: number }>`SELECT count(*) AS rows FROM staged_contacts`
    // To search for few costs less than for all; to find out which they are costs something, too.
    if (elsewhere > (staged?.rows ?? 0) / 4) return "all"
    yield* sql.unsafe(findKeys)
    return "some"
  }).pipe(Effect.map((elsewhere): Elsewhere => elsewhere))
