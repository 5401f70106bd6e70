import { ownKeyOf } from "./scope.js"

/** Links of an ID, whoever gave them: for the few IDs that a finding is about. */
const linksOf = (contactId: string) => `
  SELECT l.email_key FROM local_contacts l WHERE l.contact_id = ${contactId}
  UNION SELECT k.email_key FROM links k WHERE k.contact_id = ${contactId}`

const idsOf = (emailKey: string) => `
  SELECT l.contact_id FROM local_contacts l WHERE l.email_key = ${emailKey} AND l.contact_id IS NOT NULL
  UNION SELECT k.contact_id FROM links k WHERE k.email_key = ${emailKey}`

/** By its key: how a source writes it may change without anything else. */
const addressOf = (contactId: string) => `(SELECT min(email_key) FROM (${linksOf(contactId)}))`

const sent = (batchId: string, emailKey: string) =>
  `EXISTS (SELECT 1 FROM batch_sent s ${ownKeyOf("batch_sent")} WHERE s.batch_id = ${batchId} AND s.email_key = ${emailKey})`

/** Two local contacts that have one address and name no batch: where there are none, there is nothing to be found of them. */
export const anyRepeatedLocal = `SELECT EXISTS (SELECT 1 FROM local_contacts INDEXED BY local_contacts_repeated
  WHERE occurrence > 1 AND batch_id IS NULL) AS "any"`

/** Named in a sentence; of others it says only how many there are. */
const told = 5

const more = (count: string) =>
  `CASE WHEN ${count} > ${told} THEN ' and ' || (${count} - ${told}) || ' more' ELSE '' END`

const shortened = (address: string) =>
  `CASE WHEN length(${address}) > 254 THEN substr(${address}, 1, 254) || '…' ELSE ${address} END`

const oddSuccesses = `reconcile_scope r
   CROSS JOIN batch_successes x ${ownKeyOf("batch_successes")} ON r.odd AND x.batch_id = r.batch_id AND x.sequence = r.sequence`

/** Set-wise, for the batches of the scope; whose findings of before have been taken away. */
export const drawFindings: ReadonlyArray<string> = [
  `INSERT INTO findings (batch_id, finding, subject, detail)
   SELECT DISTINCT x.batch_id, 'unmatched-success', x.contact_id,
     'contact ID ' || x.contact_id || ' succeeded; it belongs to ' || ${addressOf("x.contact_id")} || ', which was not sent in this batch'
   FROM ${oddSuccesses}
   WHERE EXISTS (SELECT 1 FROM (${linksOf("x.contact_id")}))
     AND NOT EXISTS (SELECT 1 FROM (${linksOf("x.contact_id")}) any_link WHERE ${sent("x.batch_id", "any_link.email_key")})`,

  `INSERT INTO findings (batch_id, finding, subject, detail)
   SELECT f.batch_id, 'unmatched-failure', f.email, 'reported as failed; no contact with this address was sent in this batch'
   FROM reconcile_scope r
   CROSS JOIN batch_failures f ON f.batch_id = r.batch_id AND f.sequence = r.sequence
   WHERE NOT ${sent("f.batch_id", "f.email_key")}
   GROUP BY f.batch_id, f.email`,

  `INSERT INTO findings (batch_id, finding, subject, detail)
   SELECT again.batch_id, 'duplicate-sent', again.email_key,
     count(*) || ' contacts with this address were sent in this batch: '
       || group_concat(CASE WHEN s.occurrence <= ${told} THEN ${shortened("s.email")} END, ', ') || ${more("count(*)")}
   FROM reconcile_scope r
   CROSS JOIN batch_sent again ${ownKeyOf("batch_sent")} ON r.repeats AND again.batch_id = r.batch_id AND again.occurrence = 2
   CROSS JOIN batch_sent s ${ownKeyOf("batch_sent")} ON s.batch_id = again.batch_id AND s.email_key = again.email_key
   GROUP BY again.batch_id, again.email_key`,

  `INSERT INTO findings (batch_id, finding, subject, detail)
   SELECT DISTINCT x.batch_id, 'id-conflict', x.contact_id,
     'contact ID ' || x.contact_id || ' is linked to ' || (SELECT count(*) FROM (${linksOf("x.contact_id")}))
       || ' addresses, so it proves nothing about either'
   FROM ${oddSuccesses}
   CROSS JOIN doubted_ids d ON d.contact_id = x.contact_id`,

  // An address may read like an ID that is in conflict, too; one row names both.
  `INSERT OR IGNORE INTO findings (batch_id, finding, subject, detail)
   SELECT r.batch_id, 'id-conflict', u.email_key,
     'contact IDs ' || (SELECT group_concat(CASE WHEN number <= ${told} THEN contact_id END, ' and ') || ${more("count(*)")}
       FROM (SELECT k.contact_id, row_number() OVER (ORDER BY k.contact_id) AS number FROM (${idsOf("u.email_key")}) k
         WHERE EXISTS (SELECT 1 FROM batch_successes x ${ownKeyOf("batch_successes")}
           WHERE x.batch_id = r.batch_id AND x.sequence = r.sequence AND x.contact_id = k.contact_id)))
       || ' all succeeded and all belong to ' || u.email_key
   FROM reconcile_scope r CROSS JOIN scope_reports u ON r.odd AND u.batch = r.batch AND u.several`,

  `INSERT INTO findings (batch_id, finding, subject, detail)
   SELECT r.batch_id, 'count-refuted', r.batch_id,
     'the batch reports as many successes as contacts that did not fail, and yet ' || r.refuted_by || '; nothing is concluded from the count'
   FROM reconcile_scope r WHERE r.refuted_by IS NOT NULL`,

  `INSERT INTO findings (batch_id, finding, subject, detail)
   SELECT after.batch_id, 'impossible-transition', CAST(after.sequence AS TEXT),
     'answered ' || before.status || ', and later ' || after.status
   FROM reconcile_scope r
   CROSS JOIN batch_answers after ON after.batch_id = r.batch_id
   CROSS JOIN batch_answers before ON before.batch_id = after.batch_id AND before.sequence = after.sequence - 1
   WHERE before.status IN ('completed', 'failed', 'interrupted') AND after.status <> before.status`,

  `INSERT INTO findings (batch_id, finding, subject, detail)
   SELECT after.batch_id, 'impossible-transition', CAST(after.sequence AS TEXT),
     'the list of ' || CASE
         WHEN EXISTS (SELECT 1 FROM batch_successes x WHERE x.batch_id = before.batch_id AND x.sequence = before.sequence
           AND NOT EXISTS (SELECT 1 FROM batch_successes y
             WHERE y.batch_id = after.batch_id AND y.sequence = after.sequence AND y.contact_id = x.contact_id))
         THEN 'successes' ELSE 'failures' END || ' lost what it held'
   FROM reconcile_scope r
   CROSS JOIN batch_answers after ON after.batch_id = r.batch_id
   CROSS JOIN batch_answers before ON before.batch_id = after.batch_id AND before.sequence = after.sequence - 1
   WHERE before.status IN ('completed', 'failed', 'interrupted') AND after.status = before.status
     AND NOT EXISTS (SELECT 1 FROM batch_unreadable_items i
       WHERE i.batch_id = after.batch_id AND i.sequence = after.sequence)
     AND ((before.success_count IS NOT NULL AND after.success_count IS NOT NULL
         AND EXISTS (SELECT 1 FROM batch_successes x WHERE x.batch_id = before.batch_id AND x.sequence = before.sequence
           AND NOT EXISTS (SELECT 1 FROM batch_successes y
             WHERE y.batch_id = after.batch_id AND y.sequence = after.sequence AND y.contact_id = x.contact_id)))
       OR (before.failure_count IS NOT NULL AND after.failure_count IS NOT NULL
         AND EXISTS (SELECT 1 FROM batch_failures x WHERE x.batch_id = before.batch_id AND x.sequence = before.sequence
           AND NOT EXISTS (SELECT 1 FROM batch_failures y
             WHERE y.batch_id = after.batch_id AND y.sequence = after.sequence AND y.email_key = x.email_key))))`,

  `INSERT INTO findings (batch_id, finding, subject, detail)
   SELECT i.batch_id, 'unreadable-item', i.list,
     coalesce('the ' || i.list || ' list came as ' || max(i.value) FILTER (WHERE i.position IS NULL)
         || CASE count(i.position) WHEN 0 THEN '' ELSE ', and ' END, '')
       || coalesce((SELECT CASE count(i.position)
             WHEN 1 THEN 'item ' || (first.position + 1) || ' of the ' || i.list || ' list could not be read: '
             ELSE CASE WHEN count(i.position) > 1000 THEN 'more than 1000' ELSE count(i.position) END || ' items of the ' || i.list || ' list could not be read, the first is item '
               || (first.position + 1) || ': '
           END || first.value
         FROM batch_unreadable_items first
         WHERE first.batch_id = i.batch_id AND first.sequence = i.sequence AND first.list = i.list
           AND first.position IS NOT NULL
         ORDER BY first.position LIMIT 1), '')
       || '; nothing is concluded from counting'
   FROM reconcile_scope r
   CROSS JOIN batch_unreadable_items i ON i.batch_id = r.batch_id AND i.sequence = r.sequence
   GROUP BY i.batch_id, i.list`
]

/** Rows that name a batch were sent in it, which is no duplicate in the source; two that name none are. */
export const drawDuplicateLocal = `
  INSERT INTO findings (batch_id, finding, subject, detail)
  SELECT batch_id, 'duplicate-local', email_key,
    'the local contacts have this address more than once: '
      || group_concat(CASE WHEN number <= ${told} THEN name END, ', ') || ${more("count(*)")}
  FROM (SELECT s.batch_id, s.email_key, source.name,
      row_number() OVER (PARTITION BY s.batch_id, s.email_key ORDER BY source.name) AS number
    FROM reconcile_scope r
    CROSS JOIN batch_sent s ${ownKeyOf("batch_sent")} ON s.batch_id = r.batch_id AND s.occurrence = 1
    CROSS JOIN local_contacts again ON again.email_key = s.email_key AND again.occurrence > 1 AND again.batch_id IS NULL
    JOIN local_sources source ON source.local_source_id = again.local_source_id
    GROUP BY s.batch_id, s.email_key, again.local_source_id
    HAVING count(*) > 1 OR EXISTS (SELECT 1 FROM local_contacts f
      WHERE f.email_key = s.email_key AND f.local_source_id = again.local_source_id AND f.occurrence = 1
        AND f.batch_id IS NULL))
  GROUP BY batch_id, email_key`
