/**
 * What is known of the batches at hand, in temporary tables, so that conclusions are plain joins. They start from the
 * scope by CROSS JOIN, which in SQLite fixes the order: without statistics the planner would rather read a million
 * rows than four hundred. `INDEXED BY` a table's own key does the same for rows of one batch, which lie side by side
 * there, and all over the file in the other indexes.
 */

/** ActiveCampaign's clock and ours need not agree: what is dated at most this long before a submission counts as after it. */
export const clockSkewMinutes = 5

export const ownKeyOf = (table: "batch_sent" | "batch_successes" | "outcomes") =>
  `INDEXED BY sqlite_autoindex_${table}_1`

export const createScope: ReadonlyArray<string> = [
  // A batch with its settled answer (NULL while there is none), how many distinct keys and IDs it has, by which way it is
  // decided, whether the numbers close, and whether findings about its IDs are to be looked for.
  `CREATE TEMP TABLE IF NOT EXISTS reconcile_scope (
    batch_id TEXT PRIMARY KEY,
    batch INTEGER NOT NULL,
    sequence INTEGER,
    answer_id INTEGER,
    successes INTEGER,
    sent_from TEXT,
    sent_keys INTEGER NOT NULL DEFAULT 0,
    success_ids INTEGER NOT NULL DEFAULT 0,
    repeats INTEGER NOT NULL DEFAULT 0,
    plain INTEGER NOT NULL DEFAULT 0,
    counts_agree INTEGER NOT NULL DEFAULT 0,
    refuted_by TEXT,
    numbers_close INTEGER NOT NULL DEFAULT 0,
    odd INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID`,

  // What the lists of a batch report of an address: a successful ID of its own, or several of them, or a failure. By
  // the batch's number in the scope: a million comparisons of long IDs would be felt.
  `CREATE TEMP TABLE IF NOT EXISTS scope_reports (
    batch INTEGER NOT NULL,
    email_key TEXT NOT NULL,
    contact_id TEXT,
    several INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (batch, email_key)
  ) STRICT, WITHOUT ROWID`,

  // IDs linked to several addresses, which prove nothing about any.
  "CREATE TEMP TABLE IF NOT EXISTS doubted_ids (contact_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID"
]

export const clearScope: ReadonlyArray<string> = ["DELETE FROM scope_reports", "DELETE FROM reconcile_scope"]

export const clearDoubted = "DELETE FROM doubted_ids"

export const describeScope = `
  UPDATE reconcile_scope AS r SET (sequence, answer_id, successes, sent_from) = (
    SELECT a.sequence, a.batch_answer_id, a.success_count,
      (SELECT strftime('%Y-%m-%dT%H:%M:%fZ', b.submitted_at, '-${clockSkewMinutes} minutes') FROM batches b
        WHERE b.batch_id = r.batch_id)
    FROM batch_answers a
    WHERE a.batch_id = r.batch_id AND a.status IN ('completed', 'failed', 'interrupted')
    ORDER BY a.sequence DESC LIMIT 1)`

/** Of the batches that the short way has not read. */
export const describeLists: ReadonlyArray<string> = [
  `UPDATE reconcile_scope AS r SET (sent_keys, repeats) = (
     SELECT count(*) FILTER (WHERE s.occurrence = 1), coalesce(max(s.occurrence) > 1, 0)
     FROM batch_sent s ${ownKeyOf("batch_sent")} WHERE s.batch_id = r.batch_id)
   WHERE NOT plain`,
  `UPDATE reconcile_scope AS r SET success_ids = (
     SELECT count(DISTINCT x.contact_id) FROM batch_successes x ${ownKeyOf("batch_successes")}
     WHERE x.batch_id = r.batch_id AND x.sequence = r.sequence)
   WHERE NOT plain`
]

const successes = `reconcile_scope r
  CROSS JOIN batch_successes x ${ownKeyOf("batch_successes")} ON x.batch_id = r.batch_id AND x.sequence = r.sequence`

const reportLinked = (links: "local_contacts" | "links") => `
  INSERT INTO scope_reports (batch, email_key, contact_id)
  SELECT r.batch, l.email_key, x.contact_id
  FROM ${successes} AND NOT r.plain
  CROSS JOIN ${links} l ON l.contact_id = x.contact_id
  WHERE NOT EXISTS (SELECT 1 FROM doubted_ids d WHERE d.contact_id = x.contact_id)
  ON CONFLICT (batch, email_key) DO UPDATE SET
    several = several OR coalesce(contact_id <> excluded.contact_id, 0),
    contact_id = coalesce(min(contact_id, excluded.contact_id), excluded.contact_id)`

/** Doubted IDs among the successes of the scope. */
export const doubtScope: ReadonlyArray<string> = [
  clearDoubted,
  `INSERT INTO doubted_ids
   SELECT x.contact_id FROM ${successes}
   CROSS JOIN local_contacts l ON l.contact_id = x.contact_id
   GROUP BY r.batch_id, x.contact_id HAVING min(l.email_key) <> max(l.email_key)
   ON CONFLICT DO NOTHING`,
  `INSERT INTO doubted_ids
   SELECT x.contact_id FROM ${successes}
   CROSS JOIN links k ON k.contact_id = x.contact_id
   WHERE EXISTS (SELECT 1 FROM links other WHERE other.contact_id = k.contact_id AND other.email_key <> k.email_key)
     OR EXISTS (SELECT 1 FROM local_contacts l WHERE l.contact_id = k.contact_id AND l.email_key <> k.email_key)
   ON CONFLICT DO NOTHING`
]

/** The same of all IDs there are: one pass over an index, which pays from some hundred batches on. */
export const doubtAll: ReadonlyArray<string> = [
  clearDoubted,
  `INSERT INTO doubted_ids
   SELECT contact_id FROM local_contacts WHERE contact_id IN (
     SELECT contact_id FROM local_contacts WHERE contact_id IS NOT NULL GROUP BY contact_id HAVING count(*) > 1)
   GROUP BY contact_id HAVING min(email_key) <> max(email_key)`,
  `INSERT INTO doubted_ids
   SELECT k.contact_id FROM links k
   WHERE EXISTS (SELECT 1 FROM links other WHERE other.contact_id = k.contact_id AND other.email_key <> k.email_key)
     OR EXISTS (SELECT 1 FROM local_contacts l WHERE l.contact_id = k.contact_id AND l.email_key <> k.email_key)
   ON CONFLICT DO NOTHING`
]

export const fillFailures = `
  INSERT INTO scope_reports (batch, email_key, failed)
  SELECT DISTINCT r.batch, f.email_key, 1
  FROM reconcile_scope r CROSS JOIN batch_failures f ON f.batch_id = r.batch_id AND f.sequence = r.sequence`

/** Local contacts that give IDs, and what the account said of IDs, are both links; several may say the same. */
export const fillLinks: ReadonlyArray<string> = [reportLinked("local_contacts"), reportLinked("links")]
