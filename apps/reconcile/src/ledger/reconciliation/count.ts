/** When the numbers of a batch close: docs/outcomes.md has the rule and what it rests on. */
import { ownKeyOf } from "./scope.js"

const sent = (emailKey: string) => `EXISTS (SELECT 1 FROM batch_sent s ${ownKeyOf("batch_sent")}
  WHERE s.batch_id = r.batch_id AND s.email_key = ${emailKey})`

const successes = `batch_successes x ${ownKeyOf("batch_successes")}`

/**
 * Everything about a completed batch that can be told without a single link: all that was sent is known, both lists
 * were reported and could be read, each failure was sent, and there are as many distinct successes as distinct addresses that did not fail.
 */
export const agreeCounts = `
  UPDATE reconcile_scope AS r SET counts_agree = 1
  WHERE EXISTS (SELECT 1 FROM batch_answers a
      WHERE a.batch_id = r.batch_id AND a.sequence = r.sequence AND a.status = 'completed'
        AND a.success_count IS NOT NULL AND a.failure_count IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM batch_sent_gaps g WHERE g.batch_id = r.batch_id)
    AND NOT EXISTS (SELECT 1 FROM batch_unreadable_items i
      WHERE i.batch_id = r.batch_id AND i.sequence = r.sequence)
    AND success_ids = sent_keys - (SELECT count(*) FROM scope_reports u WHERE u.batch = r.batch AND u.failed)
    AND NOT EXISTS (SELECT 1 FROM scope_reports u
      WHERE u.batch = r.batch AND u.failed AND NOT ${sent("u.email_key")})`

/** The first thing known of the contacts behind the IDs that the numbers cannot be true with, in words. */
const refutations: ReadonlyArray<string> = [
  `(SELECT 'contact ID ' || x.contact_id || ' is gone from the account, so that nobody can tell whose it was'
    FROM ${successes} CROSS JOIN gone_contacts g ON g.contact_id = x.contact_id
    WHERE x.batch_id = r.batch_id AND x.sequence = r.sequence
      AND NOT EXISTS (SELECT 1 FROM local_contacts l WHERE l.contact_id = x.contact_id)
      AND NOT EXISTS (SELECT 1 FROM links k WHERE k.contact_id = x.contact_id) LIMIT 1)`,
  `(SELECT 'contact ID ' || x.contact_id || ' belongs to several addresses'
    FROM ${successes} CROSS JOIN doubted_ids d ON d.contact_id = x.contact_id
    WHERE x.batch_id = r.batch_id AND x.sequence = r.sequence LIMIT 1)`,
  `(SELECT 'contact ID ' || u.contact_id || ' belongs to ' || u.email_key
      || CASE WHEN u.failed THEN ', which failed' ELSE ', which was not sent in this batch' END
    FROM scope_reports u
    WHERE u.batch = r.batch AND u.contact_id IS NOT NULL AND (u.failed OR NOT ${sent("u.email_key")}) LIMIT 1)`,
  `(SELECT 'several contact IDs among the successes belong to ' || u.email_key
    FROM scope_reports u WHERE u.batch = r.batch AND u.several LIMIT 1)`,
  `(SELECT s.email_key || ' has a known contact ID, which is not among the successes'
    FROM batch_sent s ${ownKeyOf("batch_sent")}
    WHERE s.batch_id = r.batch_id
      AND NOT EXISTS (SELECT 1 FROM scope_reports u WHERE u.batch = r.batch AND u.email_key = s.email_key)
      AND (EXISTS (SELECT 1 FROM links k WHERE k.email_key = s.email_key)
        OR EXISTS (SELECT 1 FROM local_contacts l WHERE l.email_key = s.email_key AND l.contact_id IS NOT NULL)) LIMIT 1)`
]

/** Then each address that did not fail must be among the successes. Says nothing new where every ID is linked. */
export const closeNumbers: ReadonlyArray<string> = [
  `UPDATE reconcile_scope AS r SET refuted_by = coalesce(${refutations.join(", ")}) WHERE counts_agree AND NOT plain`,
  "UPDATE reconcile_scope SET numbers_close = 1 WHERE counts_agree AND NOT plain AND refuted_by IS NULL"
]
