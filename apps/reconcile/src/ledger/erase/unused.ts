import type { SqlClient } from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import { deleteAll, emptyTable, noteAddresses } from "./deletions.js"

/**
 * What several batches share: the user's own contacts, links, look-ups. Removing a batch takes those that belong to it
 * alone. No outcome or finding of what stays depends on them.
 */

const isSent = (address: string) => `EXISTS (SELECT 1 FROM sent_contacts s WHERE s.address_id = ${address})`

const isKept = (address: string) =>
  `(${isSent(address)} OR EXISTS (SELECT 1 FROM local_rows own WHERE own.address_id = ${address}))`

/** Local contacts that name a taken batch, and the contact IDs that the taken batches reported or their addresses have. */
export const noteShared = (sql: SqlClient) =>
  Effect.gen(function* () {
    yield* emptyTable(
      sql,
      "taken_local",
      `local_contact_id INTEGER PRIMARY KEY, local_source_id INTEGER NOT NULL, address_id INTEGER NOT NULL,
       contact_id TEXT`
    )
    yield* sql.unsafe(`CREATE INDEX IF NOT EXISTS temp.taken_local_by_contact_id ON taken_local (contact_id)
      WHERE contact_id IS NOT NULL`)
    yield* sql.unsafe(`INSERT INTO taken_local
      SELECT local_contact_id, local_source_id, address_id, contact_id FROM local_rows
      WHERE batch IN (SELECT batch FROM taken_batches)`)
    yield* noteAddresses(sql, ["SELECT address_id FROM taken_local"])
    yield* emptyTable(sql, "left_ids", "contact_id TEXT PRIMARY KEY")
    yield* sql.unsafe(`INSERT INTO left_ids
      SELECT contact_id FROM taken_local WHERE contact_id IS NOT NULL
      UNION SELECT contact_id FROM unmatched_ids WHERE batch IN (SELECT batch FROM taken_batches)
      UNION SELECT k.contact_id FROM left_addresses a CROSS JOIN id_links k ON k.address_id = a.address_id`)
  })

/** Above every number in use. */
const aside = 1_000_000_000

/** Deletes the local contacts that name a taken batch. Those that stay are numbered as if they had been loaded alone. */
export const deleteLocal = (sql: SqlClient) =>
  Effect.gen(function* () {
    const removed = yield* deleteAll(sql, [
      ["local_rows", "local_contact_id IN (SELECT local_contact_id FROM taken_local)"]
    ])
    yield* emptyTable(sql, "left_turns", "local_contact_id INTEGER PRIMARY KEY, occurrence INTEGER NOT NULL")
    yield* sql.unsafe(`INSERT INTO left_turns
      SELECT local_contact_id, row_number() OVER (PARTITION BY local_source_id, address_id ORDER BY occurrence)
      FROM (SELECT DISTINCT l.local_contact_id, l.local_source_id, l.address_id, l.occurrence
        FROM taken_local t
        CROSS JOIN local_rows l ON l.address_id = t.address_id AND l.local_source_id = t.local_source_id)`)
    const isLeft = "local_contact_id IN (SELECT local_contact_id FROM left_turns)"
    yield* sql.unsafe(`UPDATE local_rows SET occurrence = occurrence + ${aside} WHERE ${isLeft}`)
    yield* sql.unsafe(`UPDATE local_rows SET occurrence =
      (SELECT n.occurrence FROM left_turns n WHERE n.local_contact_id = local_rows.local_contact_id) WHERE ${isLeft}`)
    return removed
  })

/** An ID matters to a batch that reported it, or was sent an address of it. All addresses of it matter then. */
const dropUsedIds = `
  DELETE FROM left_ids WHERE
    EXISTS (SELECT 1 FROM unmatched_ids u WHERE u.contact_id = left_ids.contact_id)
    OR EXISTS (SELECT 1 FROM local_rows l WHERE l.contact_id = left_ids.contact_id)
    OR EXISTS (SELECT 1 FROM id_links k WHERE k.contact_id = left_ids.contact_id AND ${isKept("k.address_id")})
    OR EXISTS (SELECT 1 FROM taken_local t WHERE t.contact_id = left_ids.contact_id AND ${isKept("t.address_id")})`

/** A link that only a deleted contact gave is kept where it matters, so that outcomes stay. */
const keepLocalLinks = `
  INSERT INTO id_links (contact_id, address_id, learnt_from, learnt_at)
  SELECT t.contact_id, t.address_id, 'local', max(s.loaded_at)
  FROM taken_local t CROSS JOIN local_sources s ON s.local_source_id = t.local_source_id
  WHERE t.contact_id IS NOT NULL AND t.contact_id NOT IN (SELECT contact_id FROM left_ids)
    AND NOT EXISTS (SELECT 1 FROM local_rows l WHERE l.contact_id = t.contact_id AND l.address_id = t.address_id)
  GROUP BY t.contact_id, t.address_id ON CONFLICT DO NOTHING`

/** After the taken batches were deleted: deletes what was learnt about contacts of these batches alone. */
export const deleteUnused = (sql: SqlClient) =>
  Effect.gen(function* () {
    yield* sql.unsafe(dropUsedIds)
    yield* sql.unsafe(keepLocalLinks)
    const isLeft = "contact_id IN (SELECT contact_id FROM left_ids)"
    yield* noteAddresses(sql, [`SELECT address_id FROM id_links WHERE ${isLeft}`])
    return yield* deleteAll(sql, [
      ["id_links", isLeft],
      ["gone_contacts", isLeft],
      [
        "address_lookups",
        `address_id IN (SELECT address_id FROM left_addresses) AND NOT ${isSent("address_lookups.address_id")}`
      ],
      [
        "list_statuses",
        `address_id IN (SELECT address_id FROM left_addresses) AND NOT ${isSent("list_statuses.address_id")}`
      ]
    ])
  })
