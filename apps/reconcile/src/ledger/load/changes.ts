import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import { keepCells } from "./declared.js"
import { forgetAddresses, numberAddresses } from "../facts/addresses.js"
import { type Elsewhere, find } from "./elsewhere.js"
import { differs, type Kind, sameTurn } from "./isSame.js"

// What is new or different, with what was there before; a load that changes nothing leaves it empty. An address that
// the file does not know has no number until all changes are found.
const createChanges = `CREATE TEMP TABLE IF NOT EXISTS contact_changes (
  local_contact_id INTEGER, old_address_id INTEGER, old_contact_id TEXT, old_batch INTEGER,
  place INTEGER NOT NULL, email_key TEXT NOT NULL, address_id INTEGER, occurrence INTEGER NOT NULL, email TEXT,
  contact_id TEXT, batch INTEGER, source_key TEXT, shape_id INTEGER NOT NULL, cells TEXT NOT NULL
) STRICT`

const chosen = (occurrence: string) => `
  INSERT INTO contact_changes
  SELECT l.local_contact_id, l.address_id, l.contact_id, l.batch,
    n.place, n.email_key, a.address_id, ${occurrence}, n.email, n.contact_id, n.batch, n.source_key, n.shape_id, n.cells`

// All rows of an address together, or they would be numbered otherwise. Numbering leaves them in the order of the
// address, in which the index is read once from end to end.
const staged = (elsewhere: Elsewhere) => `
  FROM (SELECT staged_row AS place, email_key, email, contact_id, batch, source_key, shape_id, cells,
    row_number() OVER (PARTITION BY email_key ORDER BY staged_row) AS turn FROM staged_contacts
    ${elsewhere === "all" ? "" : "WHERE email_key IN (SELECT email_key FROM elsewhere_keys)"}) n
  LEFT JOIN addresses a ON a.email_key = n.email_key
  LEFT JOIN local_rows l ON l.address_id = a.address_id`

// A key at its old address is found in the order of addresses, too.
const drawn = (sourceId: number, kind: Kind, elsewhere: Elsewhere) => `
  ${chosen(kind === "keyed" ? "coalesce(l.occurrence, n.turn)" : "n.turn")} ${staged(elsewhere)}
    AND l.local_source_id = ${sourceId} AND ${sameTurn(kind, "n.turn")}
  WHERE ${differs}`

/** The rest are new, or their address is. */
const findMoved = (sourceId: number) => `
  UPDATE contact_changes SET (local_contact_id, old_address_id, old_contact_id, old_batch) = (
    SELECT l.local_contact_id, l.address_id, l.contact_id, l.batch FROM local_rows l
    WHERE l.local_source_id = ${sourceId} AND l.source_key = contact_changes.source_key)
  WHERE local_contact_id IS NULL`

/** The order in which contacts are stored. */
const laid = (isScattered: boolean) => (isScattered ? "batch, place" : "place")

const numberNew = (isScattered: boolean): ReadonlyArray<string> => [
  numberAddresses(
    `SELECT email_key FROM contact_changes WHERE address_id IS NULL ORDER BY ${laid(isScattered)}`
  ),
  `UPDATE contact_changes SET address_id = (SELECT a.address_id FROM addresses a WHERE a.email_key = contact_changes.email_key)
   WHERE address_id IS NULL`
]

/** Behind every number in use: so two contacts can take each other's address at once. */
const numberMoved = (sourceId: number) => `
  UPDATE contact_changes SET occurrence = n.occurrence
  FROM (SELECT rowid AS change, row_number() OVER (PARTITION BY address_id ORDER BY place)
      + coalesce((SELECT max(l.occurrence) FROM local_rows l
        WHERE l.address_id = c.address_id AND l.local_source_id = ${sourceId}), 0) AS occurrence
    FROM contact_changes c WHERE c.old_address_id IS NOT c.address_id) n
  WHERE n.change = contact_changes.rowid`

/** The first load by a key: contacts loaded without one are known by their address a last time. */
const adopt = (sourceId: number) => `
  UPDATE local_rows SET source_key = n.source_key
  FROM (SELECT a.address_id, s.source_key, row_number() OVER (PARTITION BY s.email_key ORDER BY s.staged_row) AS occurrence
    FROM staged_contacts s CROSS JOIN addresses a ON a.email_key = s.email_key) n
  WHERE local_rows.address_id = n.address_id AND local_source_id = ${sourceId}
    AND local_rows.occurrence = n.occurrence AND local_rows.source_key IS NULL`

export interface Changes {
  readonly added: number
  readonly updated: number
  readonly addressesChanged: number
  readonly idsGained: number
  readonly idsChanged: number
  readonly idsLost: number
}

const countChanges = `SELECT count(*) FILTER (WHERE local_contact_id IS NULL) AS added,
    count(local_contact_id) AS updated,
    count(*) FILTER (WHERE old_address_id <> address_id) AS "addressesChanged",
    count(*) FILTER (WHERE local_contact_id IS NOT NULL AND old_contact_id IS NULL AND contact_id IS NOT NULL) AS "idsGained",
    count(*) FILTER (WHERE old_contact_id <> contact_id) AS "idsChanged",
    count(*) FILTER (WHERE old_contact_id IS NOT NULL AND contact_id IS NULL) AS "idsLost"
  FROM contact_changes`

export const none: Changes = {
  added: 0,
  updated: 0,
  addressesChanged: 0,
  idsGained: 0,
  idsChanged: 0,
  idsLost: 0
}

/** What is known about a source that is loaded again. */
export interface Again {
  readonly kind: Kind
  /** Whether what its contacts were sent with is kept where they change: all of them, or only those of payloads. */
  readonly keeps: "all" | "payloads" | "none"
  /** The source's contacts are identified by a key for the first time. */
  readonly isNewKey: boolean
  /** Whether its batches are scattered. */
  readonly isScattered: boolean
  /** Whether several of its contacts have one address. */
  readonly hasRepeats: boolean
}

/** Compares what is staged with what the source had, into `contact_changes`. */
export const draw = (sql: SqlClient.SqlClient, sourceId: number, again: Again) =>
  Effect.gen(function* () {
    const { hasRepeats, isNewKey, isScattered, kind } = again
    yield* sql.unsafe(createChanges)
    yield* sql`DELETE FROM contact_changes`
    if (kind === "keyed" && isNewKey) yield* sql.unsafe(adopt(sourceId))
    const elsewhere = yield* find(sql, sourceId, kind, hasRepeats)
    if (elsewhere === "none") return none
    yield* sql.unsafe(drawn(sourceId, kind, elsewhere))
    if (kind === "keyed") yield* sql.unsafe(findMoved(sourceId))
    for (const statement of numberNew(isScattered)) yield* sql.unsafe(statement)
    if (kind === "keyed") yield* sql.unsafe(numberMoved(sourceId))
    const [changes = none] = yield* sql.unsafe<Changes>(countChanges)
    return changes
  })

const update = `
  UPDATE local_rows SET address_id = c.address_id, occurrence = c.occurrence, email = c.email,
    contact_id = c.contact_id, batch = coalesce(c.batch, local_rows.batch), shape_id = c.shape_id, cells = c.cells
  FROM contact_changes c WHERE c.local_contact_id = local_rows.local_contact_id`

const insert = (sourceId: number, isScattered: boolean) => `
  INSERT INTO local_rows
    (local_source_id, address_id, occurrence, email, contact_id, batch, source_key, shape_id, cells)
  SELECT ${sourceId}, address_id, occurrence, email, contact_id, batch, source_key, shape_id, cells
  FROM contact_changes WHERE local_contact_id IS NULL ORDER BY ${laid(isScattered)}`

/** What the source said was sent and says no longer, before it is written over; a load that is taken back takes it along. */
const keepFormer = (sourceId: number) => `
  INSERT INTO former_sent (local_source_id, batch, address_id, contacts)
  SELECT ${sourceId}, c.old_batch, c.old_address_id, (SELECT count(*) FROM local_rows l
    WHERE l.address_id = c.old_address_id AND l.local_source_id = ${sourceId} AND l.batch = c.old_batch)
  FROM contact_changes c
  WHERE c.old_batch IS NOT NULL AND (c.batch <> c.old_batch OR c.address_id <> c.old_address_id)
  GROUP BY c.old_batch, c.old_address_id
  ON CONFLICT DO UPDATE SET contacts = max(contacts, excluded.contacts)`

export const apply = (
  sql: SqlClient.SqlClient,
  sourceId: number,
  { isScattered, keeps }: Again,
  changes: Changes
) =>
  Effect.gen(function* () {
    if (changes.updated > 0) {
      if (keeps !== "none") yield* sql.unsafe(keepCells(sourceId, keeps === "payloads"))
      yield* sql.unsafe(keepFormer(sourceId))
      yield* sql.unsafe(update)
    }
    if (changes.added > 0) yield* sql.unsafe(insert(sourceId, isScattered))
  })

/** Addresses that contacts had before and nobody has now. */
export const forgetOld = (sql: SqlClient.SqlClient) =>
  sql.unsafe(forgetAddresses("SELECT old_address_id FROM contact_changes WHERE old_address_id <> address_id"))
