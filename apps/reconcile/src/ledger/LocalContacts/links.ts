import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"

/** Pairs of address and contact ID that a load has made, or unmade. */
const createRelinked = `CREATE TEMP TABLE IF NOT EXISTS relinked_contacts (
  email_key TEXT NOT NULL, contact_id TEXT NOT NULL
) STRICT`

const begin = (sql: SqlClient.SqlClient) =>
  Effect.zipRight(sql.unsafe(createRelinked), sql`DELETE FROM relinked_contacts`)

const relinkedByChanges = `
  INSERT INTO relinked_contacts
  SELECT email_key, contact_id FROM contact_changes
  WHERE contact_id IS NOT NULL AND (old_contact_id, old_email_key) IS NOT (contact_id, email_key)
  UNION ALL SELECT old_email_key, old_contact_id FROM contact_changes
  WHERE old_contact_id IS NOT NULL AND (old_contact_id, old_email_key) IS NOT (contact_id, email_key)`

const relinkedByFirstLoad = `
  INSERT INTO relinked_contacts SELECT email_key, contact_id FROM staged_contacts WHERE contact_id IS NOT NULL`

/** Batches that sent such an address, or reported such an ID, are decided anew. */
const markStale = `
  INSERT INTO stale_batches
  WITH ids AS MATERIALIZED (SELECT DISTINCT contact_id FROM relinked_contacts)
  SELECT s.batch_id FROM relinked_contacts r CROSS JOIN batch_sent s ON s.email_key = r.email_key
  UNION SELECT x.batch_id FROM ids CROSS JOIN unmatched_successes x ON x.contact_id = ids.contact_id
  UNION SELECT s.batch_id FROM ids CROSS JOIN local_contacts l ON l.contact_id = ids.contact_id
    CROSS JOIN batch_sent s ON s.email_key = l.email_key
  UNION SELECT s.batch_id FROM ids CROSS JOIN links k ON k.contact_id = ids.contact_id
    CROSS JOIN batch_sent s ON s.email_key = k.email_key
  ON CONFLICT DO NOTHING`

/** What stands beside a sent contact is an ID that a source gives it still. */
const unlinkSent = `
  UPDATE batch_sent SET contact_id = NULL
  WHERE contact_id IS NOT NULL AND (email_key, contact_id) IN (SELECT email_key, contact_id FROM relinked_contacts r
    WHERE NOT EXISTS (SELECT 1 FROM local_contacts l WHERE l.contact_id = r.contact_id AND l.email_key = r.email_key))`

// IDs that two addresses of the file have now, and the pairs in which the source itself gives them.
const createShared = `CREATE TEMP TABLE IF NOT EXISTS shared_ids (
  contact_id TEXT NOT NULL, email_key TEXT NOT NULL
) STRICT`

const fillShared = `
  INSERT INTO shared_ids
  SELECT contact_id, email_key FROM staged_contacts WHERE contact_id IN (
    SELECT contact_id FROM local_contacts WHERE contact_id IS NOT NULL
    GROUP BY contact_id HAVING min(email_key) <> max(email_key))`

// The plus sign keeps SQLite from reading all of the source in place of the few IDs.
const leftBehind = (sourceId: number) => `
  +local_source_id = ${sourceId} AND contact_id IN (SELECT contact_id FROM shared_ids)
  AND (contact_id, email_key) NOT IN (SELECT contact_id, email_key FROM shared_ids)`

/** An ID that the source now gives to another address has left the old one. */
const releaseMovedIds = (sql: SqlClient.SqlClient, sourceId: number) =>
  Effect.gen(function* () {
    yield* sql.unsafe(createShared)
    yield* sql`DELETE FROM shared_ids`
    yield* sql.unsafe(fillShared)
    yield* sql.unsafe(`INSERT INTO relinked_contacts
      SELECT email_key, contact_id FROM local_contacts WHERE ${leftBehind(sourceId)}`)
    yield* sql.unsafe(`UPDATE local_contacts SET contact_id = NULL WHERE ${leftBehind(sourceId)}`)
  })

/** After a first load: only facts that were there before it can be seen otherwise now. */
export const relinkAll = (sql: SqlClient.SqlClient) =>
  Effect.gen(function* () {
    const [facts] = yield* sql<{ readonly any: number }>`
      SELECT EXISTS (SELECT 1 FROM batch_sent) OR EXISTS (SELECT 1 FROM unmatched_successes) AS "any"`
    if (facts?.any !== 1) return
    yield* begin(sql)
    yield* sql.unsafe(relinkedByFirstLoad)
    yield* sql.unsafe(markStale)
  })

/** After changes were applied. */
export const relinkChanged = (sql: SqlClient.SqlClient, sourceId: number) =>
  Effect.gen(function* () {
    yield* begin(sql)
    yield* sql.unsafe(relinkedByChanges)
    yield* releaseMovedIds(sql, sourceId)
    yield* sql.unsafe(markStale)
    yield* sql.unsafe(unlinkSent)
  })

/** Before a source's contacts are removed: the pairs that only they may give. */
export const noteRemoved = (sql: SqlClient.SqlClient, sourceId: number) =>
  Effect.zipRight(
    begin(sql),
    sql`INSERT INTO relinked_contacts
      SELECT email_key, contact_id FROM local_contacts WHERE local_source_id = ${sourceId} AND contact_id IS NOT NULL`
  )

/** After they were removed. */
export const relinkRemoved = (sql: SqlClient.SqlClient) =>
  Effect.zipRight(sql.unsafe(markStale), sql.unsafe(unlinkSent))
