import type * as SqlClient from "@effect/sql/SqlClient"
import { markAddresses, markBatches } from "../facts/stale.js"

const repeatedNow = "INDEXED BY local_rows_repeated WHERE occurrence > 1 AND batch IS NULL"

/** After a first load that repeats addresses: batches that were sent one of them are decided again. */
export const markRepeated = (sql: SqlClient.SqlClient) =>
  sql.unsafe(markAddresses(`SELECT DISTINCT address_id FROM local_rows ${repeatedNow}`))

/** After changes were applied: batches that were sent an address which is repeated now, or no longer. */
export const markChangedRepeats = (sql: SqlClient.SqlClient) =>
  sql.unsafe(
    `WITH moved AS (
      SELECT address_id, old_address_id FROM contact_changes
      WHERE local_contact_id IS NOT NULL AND (old_address_id <> address_id OR old_batch IS NOT batch)
    )
    ${markBatches(`
      SELECT s.batch FROM contact_changes c
      CROSS JOIN sent_contacts s ON s.address_id = c.address_id
      WHERE EXISTS (SELECT 1 FROM local_rows ${repeatedNow} AND address_id = c.address_id)
      UNION
      SELECT s.batch FROM (SELECT address_id FROM moved UNION SELECT old_address_id FROM moved) m
      CROSS JOIN sent_contacts s ON s.address_id = m.address_id
      CROSS JOIN addresses a ON a.address_id = m.address_id
      CROSS JOIN batch_findings f ON f.batch = s.batch AND f.finding = 'duplicate-local' AND f.subject = a.email_key`)}`
  )
