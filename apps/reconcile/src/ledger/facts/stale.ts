import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"

/**
 * When a batch is decided again: any change of its facts marks it, in the same transaction. Each function returns the
 * statement for that.
 */

/** `which` selects the numbers of the batches. */
export const markBatches = (which: string): string =>
  `INSERT INTO stale_marks (batch) SELECT batch FROM (${which}) WHERE true ON CONFLICT DO NOTHING`

/** Batches in which an address was sent. `which` selects address IDs. */
export const sentTo = (which: string): string =>
  `SELECT s.batch FROM (${which}) known CROSS JOIN sent_contacts s INDEXED BY sent_contacts_by_address
     ON s.address_id = known.address_id`

/** `which` selects the address IDs of contacts whose batches have to be decided again. */
export const markAddresses = (which: string): string => markBatches(sentTo(which))

/**
 * Marks all batches that were sent to the contacts of some batches, if anybody was looked at: what a batch sent is compared
 * only if no later one may have changed it. `which` selects the numbers of the batches.
 */
export const markSentTogether = (which: string): string =>
  markAddresses(
    `SELECT DISTINCT s.address_id FROM (${which}) named CROSS JOIN sent_contacts s ON s.batch = named.batch
     WHERE EXISTS (SELECT 1 FROM looks)`
  )

/**
 * For changed links: marks batches that reported the contact ID, or were sent an address of it. `which` selects a
 * `contact_id` and the `address_id` it is or was linked to, if any.
 */
export const markLinked = (which: string): string => `
  WITH pairs AS MATERIALIZED (${which}), ids AS MATERIALIZED (SELECT DISTINCT contact_id FROM pairs)
  ${markBatches(`
    SELECT u.batch FROM ids CROSS JOIN unmatched_ids u ON u.contact_id = ids.contact_id
    UNION ${sentTo(`
      SELECT address_id FROM pairs WHERE address_id IS NOT NULL
      UNION SELECT l.address_id FROM ids CROSS JOIN local_rows l ON l.contact_id = ids.contact_id
      UNION SELECT k.address_id FROM ids CROSS JOIN id_links k ON k.contact_id = ids.contact_id`)}`)}`

const listed = "SELECT value AS batch FROM json_each(?)"

const listOf = (rows: ReadonlyArray<{ readonly batch: number }>) => [
  JSON.stringify(rows.map(({ batch }) => batch))
]

/** Marks the batches of these rows. */
export const markListed = (sql: SqlClient.SqlClient, rows: ReadonlyArray<{ readonly batch: number }>) =>
  sql.unsafe(markBatches(listed), listOf(rows))

/** Marks batches whose time changed, and those that may come after others now, or before. */
export const markMoved = (sql: SqlClient.SqlClient, rows: ReadonlyArray<{ readonly batch: number }>) =>
  Effect.zipRight(markListed(sql, rows), sql.unsafe(markSentTogether(listed), listOf(rows)))
