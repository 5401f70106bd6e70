import type * as SqlClient from "@effect/sql/SqlClient"

const repeatedNow = "INDEXED BY local_contacts_repeated WHERE occurrence > 1 AND batch_id IS NULL"

/** After a first load that repeats addresses: batches that were sent one of them are decided anew. */
export const markRepeated = (sql: SqlClient.SqlClient) =>
  sql.unsafe(`
    INSERT INTO stale_batches
    SELECT s.batch_id FROM (SELECT DISTINCT email_key FROM local_contacts ${repeatedNow}) l
    CROSS JOIN batch_sent s ON s.email_key = l.email_key
    WHERE true ON CONFLICT DO NOTHING`)

/** After changes were applied: batches that were sent an address which is repeated now, or no longer. */
export const markChangedRepeats = (sql: SqlClient.SqlClient) =>
  sql.unsafe(`
    INSERT INTO stale_batches
    WITH moved AS (
      SELECT email_key, old_email_key FROM contact_changes
      WHERE local_contact_id IS NOT NULL AND (old_email_key <> email_key OR old_batch_id IS NOT batch_id)
    )
    SELECT s.batch_id FROM contact_changes c
    CROSS JOIN batch_sent s ON s.email_key = c.email_key
    WHERE EXISTS (SELECT 1 FROM local_contacts ${repeatedNow} AND email_key = c.email_key)
    UNION
    SELECT s.batch_id FROM (SELECT email_key FROM moved UNION SELECT old_email_key FROM moved) m
    CROSS JOIN batch_sent s ON s.email_key = m.email_key
    CROSS JOIN findings f ON f.batch_id = s.batch_id AND f.finding = 'duplicate-local' AND f.subject = s.email_key
    ON CONFLICT DO NOTHING`)
