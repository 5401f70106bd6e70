import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import { changesOf } from "../file/transaction.js"
import { isSame, type Kind, sameTurn } from "./isSame.js"
import { findOutOfTurn, segmentRows, settlePages, unpack, unpackElsewhere } from "./pages.js"
import { contactColumns } from "./stageTables.js"

/**
 * Up to this many segments are always tried. If there are more, and more than half have a shift of their own, the file has
 * another order now.
 */
const fewSegments = 10

const create: ReadonlyArray<string> = [
  `CREATE TEMP TABLE IF NOT EXISTS staged_segments (
    first_row INTEGER PRIMARY KEY, shift INTEGER NOT NULL, until INTEGER NOT NULL
  ) STRICT`,
  "CREATE TEMP TABLE IF NOT EXISTS staged_elsewhere (staged_row INTEGER PRIMARY KEY) STRICT",
  "CREATE TEMP TABLE IF NOT EXISTS elsewhere_keys (email_key TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
  "DELETE FROM staged_segments",
  "DELETE FROM staged_elsewhere",
  "DELETE FROM elsewhere_keys"
]

// A segment ends where the next one begins in local_rows, so that no contact matches two rows. Of several contacts with the
// address, it most likely begins with the one that is nearest to its place.
const findSegments = (sourceId: number) => `
  INSERT INTO staged_segments
  WITH RECURSIVE places (first_row) AS (
    SELECT 1 UNION ALL SELECT first_row + ${segmentRows} FROM places
    WHERE first_row + ${segmentRows} <= (SELECT max(staged_row) FROM staged_contacts)),
  firsts (first_row, email_key) AS (
    SELECT first_row, first_key FROM staged_pages UNION ALL
    SELECT n.staged_row, n.email_key FROM places f CROSS JOIN staged_contacts n ON n.staged_row = f.first_row),
  nearest (first_row, first_contact, distance) AS (
    SELECT f.first_row, l.local_contact_id, min(abs(l.local_contact_id - f.first_row))
    FROM firsts f CROSS JOIN addresses a ON a.email_key = f.email_key
    CROSS JOIN local_rows l ON l.address_id = a.address_id AND l.local_source_id = ${sourceId}
    GROUP BY f.first_row)
  SELECT first_row, first_contact - first_row,
    lead(first_contact, 1, 9223372036854775807) OVER (ORDER BY first_contact, first_row)
  FROM nearest`

const findBesides = (sourceId: number, kind: Kind) => `
  INSERT INTO staged_elsewhere
  SELECT n.staged_row FROM staged_contacts n
  LEFT JOIN staged_segments g ON g.first_row = (n.staged_row - 1) / ${segmentRows} * ${segmentRows} + 1
  LEFT JOIN local_rows l ON l.local_contact_id = n.staged_row + g.shift AND n.staged_row + g.shift < g.until
  LEFT JOIN addresses a ON a.address_id = l.address_id
  WHERE (l.local_source_id = ${sourceId} AND a.email_key = n.email_key AND ${isSame(kind)}) IS NOT TRUE`

// Sorted twice: by address, as the index of addresses is, and by its number, as local_rows is. Otherwise each row would be
// a search through the file.
const sortByAddress: ReadonlyArray<string> = [
  `CREATE TEMP TABLE IF NOT EXISTS addressed_contacts AS SELECT 1 AS address_id, * FROM staged_contacts WHERE false`,
  "DELETE FROM addressed_contacts",
  `INSERT INTO laid_contacts (place, ${contactColumns})
   SELECT staged_row, ${contactColumns} FROM staged_contacts ORDER BY email_key`,
  `INSERT INTO addressed_contacts (address_id, staged_row, ${contactColumns})
   SELECT a.address_id, n.place, ${contactColumns.replaceAll(/\w+/g, "n.$&")}
   FROM laid_contacts n LEFT JOIN addresses a ON a.email_key = n.email_key ORDER BY a.address_id`
]

const findByAddress = (sourceId: number, kind: Kind) => `
  INSERT INTO staged_elsewhere
  SELECT n.staged_row FROM addressed_contacts n
  LEFT JOIN local_rows l ON l.address_id = n.address_id AND l.local_source_id = ${sourceId} AND ${sameTurn(kind, "1")}
  WHERE (${isSame(kind)}) IS NOT TRUE ORDER BY n.staged_row`

/** Addresses of several rows that all match the one contact of that address. */
const findTwins = `
  INSERT INTO elsewhere_keys
  SELECT n.email_key FROM laid_contacts n
  CROSS JOIN laid_contacts m ON m.staged_row = n.staged_row - 1 AND m.email_key = n.email_key
  WHERE true ON CONFLICT DO NOTHING`

const emptySorted = ["DELETE FROM laid_contacts", "DELETE FROM addressed_contacts"]

const findKeys = `
  INSERT INTO elsewhere_keys
  SELECT n.email_key FROM staged_elsewhere e CROSS JOIN staged_contacts n ON n.staged_row = e.staged_row
  WHERE true ON CONFLICT DO NOTHING`

/** Staged rows to be compared by searching: none, those whose address is among the `elsewhere_keys`, or all. */
export type Elsewhere = "none" | "some" | "all"

/** How many rows differ from the contact at their place. */
const besides = (sql: SqlClient.SqlClient, sourceId: number, kind: Kind) =>
  Effect.map(sql.unsafe(findBesides(sourceId, kind)).raw, changesOf)

/** How many rows differ from the contact of their address, or share it with other rows. */
const byAddress = (sql: SqlClient.SqlClient, sourceId: number, kind: Kind) =>
  Effect.gen(function* () {
    for (const statement of sortByAddress) yield* sql.unsafe(statement)
    const found = changesOf(yield* sql.unsafe(findByAddress(sourceId, kind)).raw)
    const twins = kind === "keyed" ? 0 : changesOf(yield* sql.unsafe(findTwins).raw)
    for (const statement of emptySorted) yield* sql.unsafe(statement)
    return found + twins
  })

/**
 * A file loaded again usually has the same rows as `local_rows` in the same order. They are compared side by side, without a
 * search. In another order they are compared by address. The remaining rows have to be searched for.
 */
export const find = (sql: SqlClient.SqlClient, sourceId: number, kind: Kind, hasRepeats: boolean) =>
  Effect.gen(function* () {
    for (const statement of create) yield* sql.unsafe(statement)
    yield* sql.unsafe(findSegments(sourceId))
    const [segments] = yield* sql<{ readonly found: number; readonly shifts: number }>`
      SELECT count(*) AS found, count(DISTINCT shift) AS shifts FROM staged_segments`
    const { found, shifts } = segments ?? { found: 0, shifts: 0 }
    const hasOtherOrder = found > fewSegments && shifts > found / 2
    const equal = hasOtherOrder ? 0 : yield* settlePages(sql, sourceId)
    if (hasOtherOrder) yield* unpack(sql)
    const elsewhere = yield* (hasOtherOrder ? byAddress : besides)(sql, sourceId, kind)
    const outOfTurn = equal > 0 && hasRepeats ? changesOf(yield* sql.unsafe(findOutOfTurn(sourceId)).raw) : 0
    if (elsewhere + outOfTurn === 0) return "none"
    const [staged] = yield* sql<{ readonly rows: number }>`SELECT count(*) AS rows FROM staged_contacts`
    // Searching for few rows is cheaper than for all, but finding out which ones costs something, too.
    if (equal === 0 && elsewhere > (staged?.rows ?? 0) / 4) return "all"
    yield* sql.unsafe(findKeys)
    if (equal > 0) yield* sql.unsafe(unpackElsewhere(sourceId))
    return "some"
  }).pipe(Effect.map((elsewhere): Elsewhere => elsewhere))
