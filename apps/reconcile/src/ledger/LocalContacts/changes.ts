import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import { type Elsewhere, find } from "./elsewhere.js"

// What is new or different, with what was there before; a load that changes nothing leaves it empty.
const createChanges = `CREATE TEMP TABLE IF NOT EXISTS contact_changes (
  local_contact_id INTEGER, old_email_key TEXT, old_contact_id TEXT, old_batch_id TEXT,
  email_key TEXT NOT NULL, occurrence INTEGER NOT NULL, email TEXT NOT NULL, contact_id TEXT, batch_id TEXT,
  source_key TEXT, source_columns TEXT NOT NULL
) STRICT`

const differs = `l.local_contact_id IS NULL OR l.email <> n.email OR l.contact_id IS NOT n.contact_id
    OR (n.batch_id IS NOT NULL AND l.batch_id IS NOT n.batch_id) OR l.source_columns <> n.source_columns`

/** What must be so of a contact that is the row of the same address, and unchanged. */
const isSame = (isKeyed: boolean) =>
  `${isKeyed ? "l.source_key = n.source_key" : "l.occurrence = 1"} AND NOT (${differs})`

const chosen = (occurrence: string) => `
  INSERT INTO contact_changes
  SELECT l.local_contact_id, l.email_key, l.contact_id, l.batch_id,
    n.email_key, ${occurrence}, n.email, n.contact_id, n.batch_id, n.source_key, n.source_columns`

// All rows of an address together, or they would be numbered otherwise. Numbering leaves them in the order of the
// address, in which the index is read once from end to end.
const staged = (elsewhere: Elsewhere) => `
  FROM (SELECT email_key, email, contact_id, batch_id, source_key, source_columns,
    row_number() OVER (PARTITION BY email_key ORDER BY rowid) AS turn FROM staged_contacts
    ${elsewhere === "all" ? "" : "WHERE email_key IN (SELECT email_key FROM elsewhere_keys)"}) n
  LEFT JOIN local_contacts l ON l.email_key = n.email_key`

const drawByAddress = (sourceId: number, elsewhere: Elsewhere) => `
  ${chosen("n.turn")} ${staged(elsewhere)} AND l.local_source_id = ${sourceId} AND l.occurrence = n.turn
  WHERE ${differs}`

// A key at its old address is found in the order of the address, too; the plus sign keeps SQLite from searching
// the index of the keys.
const drawByKey = (sourceId: number, elsewhere: Elsewhere) => `
  ${chosen("coalesce(l.occurrence, n.turn)")} ${staged(elsewhere)} AND l.local_source_id = ${sourceId}
    AND +l.source_key = n.source_key
  WHERE ${differs}`

/** The rest are new, or their address is. */
const findMoved = (sourceId: number) => `
  UPDATE contact_changes SET (local_contact_id, old_email_key, old_contact_id, old_batch_id) = (
    SELECT l.local_contact_id, l.email_key, l.contact_id, l.batch_id FROM local_contacts l
    WHERE l.local_source_id = ${sourceId} AND l.source_key = contact_changes.source_key)
  WHERE local_contact_id IS NULL`

/** Behind every number in use: so two contacts can take each other's address at once. */
const numberMoved = (sourceId: number) => `
  UPDATE contact_changes SET occurrence = n.occurrence
  FROM (SELECT rowid AS change, row_number() OVER (PARTITION BY email_key ORDER BY rowid)
      + coalesce((SELECT max(l.occurrence) FROM local_contacts l
        WHERE l.email_key = c.email_key AND l.local_source_id = ${sourceId}), 0) AS occurrence
    FROM contact_changes c WHERE c.old_email_key IS NOT c.email_key) n
  WHERE n.change = contact_changes.rowid`

/** The first load by a key: contacts loaded without one are known by their address a last time. */
const adopt = (sourceId: number) => `
  UPDATE local_contacts SET source_key = n.source_key
  FROM (SELECT email_key, source_key, row_number() OVER (PARTITION BY email_key ORDER BY rowid) AS occurrence
    FROM staged_contacts) n
  WHERE local_contacts.email_key = n.email_key AND local_source_id = ${sourceId}
    AND local_contacts.occurrence = n.occurrence AND local_contacts.source_key IS NULL`

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
    count(*) FILTER (WHERE old_email_key <> email_key) AS "addressesChanged",
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

/** Compares what is staged with what the source had, into `contact_changes`. */
export const draw = (
  sql: SqlClient.SqlClient,
  sourceId: number,
  key: { readonly isKeyed: boolean; readonly isNew: boolean }
) =>
  Effect.gen(function* () {
    yield* sql.unsafe(createChanges)
    yield* sql`DELETE FROM contact_changes`
    if (key.isKeyed && key.isNew) yield* sql.unsafe(adopt(sourceId))
    const elsewhere = yield* find(sql, sourceId, isSame(key.isKeyed))
    if (elsewhere === "none") return none
    if (key.isKeyed) {
      yield* sql.unsafe(drawByKey(sourceId, elsewhere))
      yield* sql.unsafe(findMoved(sourceId))
      yield* sql.unsafe(numberMoved(sourceId))
    } else {
      yield* sql.unsafe(drawByAddress(sourceId, elsewhere))
    }
    const [changes = none] = yield* sql.unsafe<Changes>(countChanges)
    return changes
  })

const update = `
  UPDATE local_contacts SET email_key = c.email_key, occurrence = c.occurrence, email = c.email,
    contact_id = c.contact_id, batch_id = coalesce(c.batch_id, local_contacts.batch_id), source_columns = c.source_columns
  FROM contact_changes c WHERE c.local_contact_id = local_contacts.local_contact_id`

const insert = (sourceId: number) => `
  INSERT INTO local_contacts
    (local_source_id, email_key, occurrence, email, contact_id, batch_id, source_key, source_columns)
  SELECT ${sourceId}, email_key, occurrence, email, contact_id, batch_id, source_key, source_columns
  FROM contact_changes WHERE local_contact_id IS NULL`

/** What the source said was sent and says no longer, before it is written over; a load that is taken back takes it along. */
const keepFormer = (sourceId: number) => `
  INSERT INTO local_former_sent (local_source_id, batch_id, email_key, contacts)
  SELECT ${sourceId}, c.old_batch_id, c.old_email_key, (SELECT count(*) FROM local_contacts l
    WHERE l.email_key = c.old_email_key AND l.local_source_id = ${sourceId} AND l.batch_id = c.old_batch_id)
  FROM contact_changes c
  WHERE c.old_batch_id IS NOT NULL AND (c.batch_id <> c.old_batch_id OR c.email_key <> c.old_email_key)
  GROUP BY c.old_batch_id, c.old_email_key
  ON CONFLICT DO UPDATE SET contacts = max(contacts, excluded.contacts)`

export const apply = (sql: SqlClient.SqlClient, sourceId: number, changes: Changes) =>
  Effect.gen(function* () {
    if (changes.updated > 0) {
      yield* sql.unsafe(keepFormer(sourceId))
      yield* sql.unsafe(update)
    }
    if (changes.added > 0) yield* sql.unsafe(insert(sourceId))
  })
