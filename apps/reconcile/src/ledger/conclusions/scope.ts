import { hasSettled } from "../schema/words.js"

/**
 * What is known about the batches of this slice, in temporary tables, so that conclusions are plain joins. They start from
 * the scope by CROSS JOIN, which in SQLite fixes the order: without statistics the planner would read a million rows
 * instead of four hundred. `INDEXED BY` a table's own key makes it read the rows of one batch where they lie side by side;
 * in other indexes they are all over the file.
 */

/** ActiveCampaign's clock may differ from ours: a date at most this long before a submission counts as after it. */
export const clockSkewMinutes = 5

export const ownKeyOf = (table: "sent_contacts" | "answer_successes" | "verdicts") =>
  `INDEXED BY sqlite_autoindex_${table}_1`

export const createScope: ReadonlyArray<string> = [
  // A batch with its settled answer (NULL while there is none), its numbers of distinct keys and IDs, the way in which it
  // is decided (by the IDs of what was sent, which may be linked to it), whether the numbers close, and whether to look for findings about its IDs.
  `CREATE TEMP TABLE IF NOT EXISTS reconcile_scope (
    batch INTEGER PRIMARY KEY,
    answer_id INTEGER,
    successes INTEGER,
    sent_from TEXT,
    sent_keys INTEGER NOT NULL DEFAULT 0,
    success_ids INTEGER NOT NULL DEFAULT 0,
    repeats INTEGER NOT NULL DEFAULT 0,
    by_own_ids INTEGER NOT NULL DEFAULT 0,
    by_links INTEGER NOT NULL DEFAULT 0,
    counts_agree INTEGER NOT NULL DEFAULT 0,
    refuted_by TEXT,
    numbers_close INTEGER NOT NULL DEFAULT 0,
    ids_disagree INTEGER NOT NULL DEFAULT 0
  ) STRICT`,

  // What the lists of a batch report about an address: a successful ID of its own, or several, or a failure.
  `CREATE TEMP TABLE IF NOT EXISTS scope_reports (
    batch INTEGER NOT NULL,
    address_id INTEGER NOT NULL,
    contact_id TEXT,
    several INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (batch, address_id)
  ) STRICT, WITHOUT ROWID`,

  // IDs linked to several addresses. They prove nothing about any of these.
  "CREATE TEMP TABLE IF NOT EXISTS doubted_ids (contact_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID"
]

export const clearScope: ReadonlyArray<string> = ["DELETE FROM scope_reports", "DELETE FROM reconcile_scope"]

const clearDoubted = "DELETE FROM doubted_ids"

export const describeScope = `
  UPDATE reconcile_scope AS r SET (answer_id, successes, sent_from) = (
    SELECT a.answer_id, a.success_count,
      (SELECT strftime('%Y-%m-%dT%H:%M:%fZ', b.submitted_at, '-${clockSkewMinutes} minutes') FROM numbered_batches b
        WHERE b.batch = r.batch)
    FROM answers a WHERE a.batch = r.batch AND ${hasSettled("a.status")}
    ORDER BY a.sequence DESC LIMIT 1)`

/** For the batches that the short way has not decided. */
export const describeLists: ReadonlyArray<string> = [
  `UPDATE reconcile_scope AS r SET (sent_keys, repeats) = (
     SELECT count(*) FILTER (WHERE s.occurrence = 1), coalesce(max(s.occurrence) > 1, 0)
     FROM sent_contacts s ${ownKeyOf("sent_contacts")} WHERE s.batch = r.batch)
   WHERE NOT by_own_ids`,
  `UPDATE reconcile_scope AS r SET success_ids = (
     SELECT count(DISTINCT x.contact_id) FROM answer_successes x ${ownKeyOf("answer_successes")}
     WHERE x.answer_id = r.answer_id)
   WHERE NOT by_own_ids`
]

const successes = `reconcile_scope r
  CROSS JOIN answer_successes x ${ownKeyOf("answer_successes")} ON x.answer_id = r.answer_id`

const reportLinked = (links: "local_rows" | "id_links") => `
  INSERT INTO scope_reports (batch, address_id, contact_id)
  SELECT r.batch, l.address_id, x.contact_id
  FROM ${successes} AND NOT r.by_own_ids
  CROSS JOIN ${links} l ON l.contact_id = x.contact_id
  WHERE NOT EXISTS (SELECT 1 FROM doubted_ids d WHERE d.contact_id = x.contact_id)
  ON CONFLICT (batch, address_id) DO UPDATE SET
    several = several OR coalesce(contact_id <> excluded.contact_id, 0),
    contact_id = coalesce(min(contact_id, excluded.contact_id), excluded.contact_id)`

const isLocalElsewhere =
  "EXISTS (SELECT 1 FROM local_rows l WHERE l.contact_id = k.contact_id AND l.address_id <> k.address_id)"

const isLinkedElsewhere = `EXISTS (SELECT 1 FROM id_links other WHERE other.contact_id = k.contact_id AND other.address_id <> k.address_id)
     OR ${isLocalElsewhere}`

/** Doubted IDs among the successes of the scope. */
export const doubtScope: ReadonlyArray<string> = [
  clearDoubted,
  `INSERT INTO doubted_ids
   SELECT x.contact_id FROM ${successes}
   CROSS JOIN local_rows l ON l.contact_id = x.contact_id
   GROUP BY r.batch, x.contact_id HAVING min(l.address_id) <> max(l.address_id)
   ON CONFLICT DO NOTHING`,
  `INSERT INTO doubted_ids
   SELECT x.contact_id FROM ${successes}
   CROSS JOIN id_links k ON k.contact_id = x.contact_id
   WHERE ${isLinkedElsewhere}
   ON CONFLICT DO NOTHING`
]

/** The same for all IDs: one pass over each index, which is faster from some hundred batches on. */
export const doubtAll: ReadonlyArray<string> = [
  clearDoubted,
  `INSERT INTO doubted_ids
   SELECT contact_id FROM local_rows WHERE contact_id IN (
     SELECT contact_id FROM local_rows WHERE contact_id IS NOT NULL GROUP BY contact_id HAVING count(*) > 1)
   GROUP BY contact_id HAVING min(address_id) <> max(address_id)`,
  `INSERT INTO doubted_ids
   SELECT contact_id FROM id_links GROUP BY contact_id HAVING count(*) > 1
   ON CONFLICT DO NOTHING`,
  `INSERT INTO doubted_ids
   SELECT k.contact_id FROM id_links k
   WHERE ${isLocalElsewhere}
   ON CONFLICT DO NOTHING`
]

export const fillFailures = `
  INSERT INTO scope_reports (batch, address_id, failed)
  SELECT DISTINCT r.batch, f.address_id, 1
  FROM reconcile_scope r CROSS JOIN answer_failures f ON f.answer_id = r.answer_id`

/** Links come from local contacts with IDs and from what the account said about IDs. Several may say the same. */
export const fillLinks: ReadonlyArray<string> = [reportLinked("local_rows"), reportLinked("id_links")]
