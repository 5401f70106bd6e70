/**
 * What is known of the batches at hand, in temporary tables, so that conclusions are plain joins. They start from
 * the scope by CROSS JOIN, which in SQLite fixes the order: without statistics the planner would rather read a
 * million rows than four hundred.
 */

/** ActiveCampaign's clock and ours need not agree: what is dated at most this long before a submission counts as after it. */
export const clockSkewMinutes = 5

export const createScope: ReadonlyArray<string> = [
  // A batch with its settled answer (NULL while there is none), and whether the numbers close.
  `CREATE TEMP TABLE IF NOT EXISTS reconcile_scope (
    batch_id TEXT PRIMARY KEY,
    sequence INTEGER,
    settled_at TEXT,
    sent_from TEXT,
    counts_agree INTEGER NOT NULL DEFAULT 0,
    refuted_by TEXT,
    numbers_close INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID`,

  // Each distinct success with the address it is linked to; linked to several, it proves nothing about either.
  `CREATE TEMP TABLE IF NOT EXISTS scope_successes (
    batch_id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    email_key TEXT,
    conflicting INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (batch_id, contact_id)
  ) STRICT, WITHOUT ROWID`,
  `CREATE INDEX IF NOT EXISTS scope_successes_by_email_key ON scope_successes (batch_id, email_key, contact_id)
    WHERE email_key IS NOT NULL AND conflicting = 0`
]

export const clearScope: ReadonlyArray<string> = [
  "DELETE FROM scope_successes",
  "DELETE FROM reconcile_scope"
]

export const describeScope = `
  UPDATE reconcile_scope AS r SET (sequence, settled_at, sent_from) = (
    SELECT a.sequence, a.received_at,
      (SELECT strftime('%Y-%m-%dT%H:%M:%fZ', b.submitted_at, '-${clockSkewMinutes} minutes') FROM batches b
        WHERE b.batch_id = r.batch_id)
    FROM batch_answers a
    WHERE a.batch_id = r.batch_id AND a.status IN ('completed', 'failed', 'interrupted')
    ORDER BY a.sequence DESC LIMIT 1)`

const linkSuccesses = (from: string) => `
  INSERT INTO scope_successes (batch_id, contact_id, email_key)
  ${from}
  ON CONFLICT (batch_id, contact_id) DO UPDATE SET
    email_key = coalesce(email_key, excluded.email_key),
    conflicting = conflicting OR coalesce(email_key <> excluded.email_key, 0)
  WHERE excluded.email_key IS NOT NULL`

/** Local contacts that give IDs, and what the account said of IDs, are both links; several may say the same. */
export const fillSuccesses: ReadonlyArray<string> = [
  linkSuccesses(`
    SELECT x.batch_id, x.contact_id, l.email_key
    FROM reconcile_scope r
    CROSS JOIN batch_successes x ON x.batch_id = r.batch_id AND x.sequence = r.sequence
    LEFT JOIN local_contacts l ON l.contact_id = x.contact_id
    WHERE true`),
  linkSuccesses(`
    SELECT x.batch_id, x.contact_id, k.email_key
    FROM reconcile_scope r
    CROSS JOIN batch_successes x ON x.batch_id = r.batch_id AND x.sequence = r.sequence
    CROSS JOIN links k ON k.contact_id = x.contact_id
    WHERE true`)
]
