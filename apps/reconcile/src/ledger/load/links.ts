import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import { markLinked } from "../facts/stale.js"
import { isInEqualPage } from "./pages.js"
import { spellOut } from "./shapes.js"

/** Pairs of contact ID and address that a load has made, or unmade. */
const createRelinked = `CREATE TEMP TABLE IF NOT EXISTS relinked_contacts (
  contact_id TEXT NOT NULL, address_id INTEGER NOT NULL
) STRICT`

const begin = (sql: SqlClient.SqlClient) =>
  Effect.zipRight(sql.unsafe(createRelinked), sql`DELETE FROM relinked_contacts`)

const relinkedByChanges = `
  INSERT INTO relinked_contacts
  SELECT contact_id, address_id FROM contact_changes
  WHERE contact_id IS NOT NULL AND (old_contact_id, old_address_id) IS NOT (contact_id, address_id)
  UNION ALL SELECT old_contact_id, old_address_id FROM contact_changes
  WHERE old_contact_id IS NOT NULL AND (old_contact_id, old_address_id) IS NOT (contact_id, address_id)`

/** Before a source's contacts are removed, or after they came: the pairs that they give. */
const relinkedBySource = (sourceId: number) => `
  INSERT INTO relinked_contacts
  SELECT contact_id, address_id FROM local_rows WHERE +local_source_id = ${sourceId} AND contact_id IS NOT NULL`

const markRelinked = (sql: SqlClient.SqlClient) =>
  sql.unsafe(markLinked("SELECT contact_id, address_id FROM relinked_contacts"))

/** What stands beside a sent contact is an ID that a source gives it still. */
const unlinkSent = `
  UPDATE sent_contacts SET contact_id = NULL
  WHERE contact_id IS NOT NULL AND (address_id, contact_id) IN (SELECT address_id, contact_id FROM relinked_contacts r
    WHERE NOT EXISTS (SELECT 1 FROM local_rows l WHERE l.contact_id = r.contact_id AND l.address_id = r.address_id))`

// IDs that two addresses of the file have now, and the pairs in which the source itself gives them.
const createShared = `CREATE TEMP TABLE IF NOT EXISTS shared_ids (
  contact_id TEXT NOT NULL, address_id INTEGER NOT NULL
) STRICT`

const fillShared = (sourceId: number) => `
  INSERT INTO shared_ids
  WITH shared AS MATERIALIZED (
    SELECT contact_id FROM local_rows WHERE contact_id IS NOT NULL
    GROUP BY contact_id HAVING min(address_id) <> max(address_id))
  SELECT n.contact_id, a.address_id FROM staged_contacts n CROSS JOIN addresses a ON a.email_key = n.email_key
  WHERE n.contact_id IN (SELECT contact_id FROM shared)
  UNION ALL
  SELECT l.contact_id, l.address_id FROM shared CROSS JOIN local_rows l ON l.contact_id = shared.contact_id
  WHERE +l.local_source_id = ${sourceId} AND ${isInEqualPage}`

// The plus sign keeps SQLite from reading all of the source in place of the few IDs.
const leftBehind = (sourceId: number) => `
  +local_source_id = ${sourceId} AND contact_id IN (SELECT contact_id FROM shared_ids)
  AND (contact_id, address_id) NOT IN (SELECT contact_id, address_id FROM shared_ids)`

/** An ID that the source now gives to another address has left the old one. */
const releaseMovedIds = (sql: SqlClient.SqlClient, sourceId: number) =>
  Effect.gen(function* () {
    yield* sql.unsafe(createShared)
    yield* sql`DELETE FROM shared_ids`
    yield* sql.unsafe(fillShared(sourceId))
    const [left] = yield* sql.unsafe<{ readonly any: number }>(
      `SELECT EXISTS (SELECT 1 FROM local_rows WHERE ${leftBehind(sourceId)}) AS "any"`
    )
    if (left?.any !== 1) return
    yield* sql.unsafe(`INSERT INTO relinked_contacts
      SELECT contact_id, address_id FROM local_rows WHERE ${leftBehind(sourceId)}`)
    yield* spellOut(
      sql,
      "contact_id_at",
      `SELECT local_contact_id FROM local_rows WHERE ${leftBehind(sourceId)}`
    )
    yield* sql.unsafe(`UPDATE local_rows SET contact_id = NULL WHERE ${leftBehind(sourceId)}`)
  })

/** After a first load: only facts that were there before it can be seen otherwise now. */
export const relinkAll = (sql: SqlClient.SqlClient, sourceId: number) =>
  Effect.gen(function* () {
    const [facts] = yield* sql<{ readonly any: number }>`
      SELECT EXISTS (SELECT 1 FROM sent_contacts) OR EXISTS (SELECT 1 FROM unmatched_ids) AS "any"`
    if (facts?.any !== 1) return
    yield* begin(sql)
    yield* sql.unsafe(relinkedBySource(sourceId))
    yield* markRelinked(sql)
  })

/** After changes were applied. */
export const relinkChanged = (sql: SqlClient.SqlClient, sourceId: number) =>
  Effect.gen(function* () {
    yield* begin(sql)
    yield* sql.unsafe(relinkedByChanges)
    yield* releaseMovedIds(sql, sourceId)
    yield* markRelinked(sql)
    yield* sql.unsafe(unlinkSent)
  })

/** Before a source's contacts are removed. */
export const noteRemoved = (sql: SqlClient.SqlClient, sourceId: number) =>
  Effect.zipRight(begin(sql), sql.unsafe(relinkedBySource(sourceId)))

/** After they were removed. */
export const relinkRemoved = (sql: SqlClient.SqlClient) =>
  Effect.zipRight(markRelinked(sql), sql.unsafe(unlinkSent))
