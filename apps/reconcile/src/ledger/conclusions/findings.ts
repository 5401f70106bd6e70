import { hasSettled } from "../schema/words.js"
import { ownKeyOf } from "./scope.js"

/** All links of an ID, for the few IDs that a finding is about. */
const linksOf = (contactId: string) => `
  SELECT l.address_id FROM local_rows l WHERE l.contact_id = ${contactId}
  UNION SELECT k.address_id FROM id_links k WHERE k.contact_id = ${contactId}`

const idsOf = (address: string) => `
  SELECT l.contact_id FROM local_rows l WHERE l.address_id = ${address} AND l.contact_id IS NOT NULL
  UNION SELECT k.contact_id FROM id_links k WHERE k.address_id = ${address}`

/** By its key: a source may change how it writes the address. */
const addressOf = (contactId: string) =>
  `(SELECT min(known.email_key) FROM (${linksOf(contactId)}) link JOIN addresses known ON known.address_id = link.address_id)`

const sent = (address: string) =>
  `EXISTS (SELECT 1 FROM sent_contacts s ${ownKeyOf("sent_contacts")} WHERE s.batch = r.batch AND s.address_id = ${address})`

/** Whether any two local contacts share an address and name no batch. If not, this kind of finding does not occur. */
export const anyRepeatedLocal = `SELECT EXISTS (SELECT 1 FROM local_rows INDEXED BY local_rows_repeated
  WHERE occurrence > 1 AND batch IS NULL) AS "any"`

/** How many are named in a sentence. Others are only counted. */
const told = 5

const more = (count: string) =>
  `CASE WHEN ${count} > ${told} THEN ' and ' || (${count} - ${told}) || ' more' ELSE '' END`

const shortened = (address: string) =>
  `CASE WHEN length(${address}) > 254 THEN substr(${address}, 1, 254) || '…' ELSE ${address} END`

const disagreeingSuccesses = `reconcile_scope r
   CROSS JOIN answer_successes x ${ownKeyOf("answer_successes")} ON r.ids_disagree AND x.answer_id = r.answer_id`

/** A settled answer `before` of a batch in the scope, and the answer `after` it. */
const laterAnswers = `reconcile_scope r
   CROSS JOIN answers after ON after.batch = r.batch
   CROSS JOIN answers before ON before.batch = after.batch AND before.sequence = after.sequence - 1
   WHERE ${hasSettled("before.status")}`

/** Whether the later answer lacks items that the list had before. */
const lost = (list: "answer_successes" | "answer_failures", value: string) =>
  `EXISTS (SELECT 1 FROM ${list} x WHERE x.answer_id = before.answer_id
           AND NOT EXISTS (SELECT 1 FROM ${list} y WHERE y.answer_id = after.answer_id AND y.${value} = x.${value}))`

const lostSuccess = lost("answer_successes", "contact_id")

const insert = "INSERT INTO batch_findings (batch, finding, subject, detail)"

/** For all batches of the scope at once. Their old findings have been deleted. */
export const drawFindings: ReadonlyArray<string> = [
  `${insert}
   SELECT DISTINCT r.batch, 'unmatched-success', x.contact_id,
     'contact ID ' || x.contact_id || ' succeeded; it belongs to ' || ${addressOf("x.contact_id")} || ', which was not sent in this batch'
   FROM ${disagreeingSuccesses}
   WHERE EXISTS (SELECT 1 FROM (${linksOf("x.contact_id")}))
     AND NOT EXISTS (SELECT 1 FROM (${linksOf("x.contact_id")}) any_link WHERE ${sent("any_link.address_id")})`,

  `${insert}
   SELECT r.batch, 'unmatched-failure', coalesce(f.email, a.email_key), 'reported as failed; no contact with this address was sent in this batch'
   FROM reconcile_scope r
   CROSS JOIN answer_failures f ON f.answer_id = r.answer_id
   CROSS JOIN addresses a ON a.address_id = f.address_id
   WHERE NOT ${sent("f.address_id")}
   GROUP BY r.batch, coalesce(f.email, a.email_key)`,

  `${insert}
   SELECT again.batch, 'duplicate-sent', a.email_key,
     count(*) || ' contacts with this address were sent in this batch: '
       || group_concat(CASE WHEN s.occurrence <= ${told} THEN ${shortened("coalesce(s.email, a.email_key)")} END, ', ') || ${more("count(*)")}
   FROM reconcile_scope r
   CROSS JOIN sent_contacts again ${ownKeyOf("sent_contacts")} ON r.repeats AND again.batch = r.batch AND again.occurrence = 2
   CROSS JOIN addresses a ON a.address_id = again.address_id
   CROSS JOIN sent_contacts s ${ownKeyOf("sent_contacts")} ON s.batch = again.batch AND s.address_id = again.address_id
   GROUP BY again.batch, again.address_id`,

  `${insert}
   SELECT DISTINCT r.batch, 'id-conflict', x.contact_id,
     'contact ID ' || x.contact_id || ' is linked to ' || (SELECT count(*) FROM (${linksOf("x.contact_id")}))
       || ' addresses, so it proves nothing about either'
   FROM ${disagreeingSuccesses}
   CROSS JOIN doubted_ids d ON d.contact_id = x.contact_id`,

  // An address may look like an ID that is also in conflict. Then one row names both.
  `INSERT OR IGNORE INTO batch_findings (batch, finding, subject, detail)
   SELECT r.batch, 'id-conflict', a.email_key,
     'contact IDs ' || (SELECT group_concat(CASE WHEN number <= ${told} THEN contact_id END, ' and ') || ${more("count(*)")}
       FROM (SELECT k.contact_id, row_number() OVER (ORDER BY k.contact_id) AS number FROM (${idsOf("u.address_id")}) k
         WHERE EXISTS (SELECT 1 FROM answer_successes x ${ownKeyOf("answer_successes")}
           WHERE x.answer_id = r.answer_id AND x.contact_id = k.contact_id)))
       || ' all succeeded and all belong to ' || a.email_key
   FROM reconcile_scope r CROSS JOIN scope_reports u ON r.ids_disagree AND u.batch = r.batch AND u.several
   CROSS JOIN addresses a ON a.address_id = u.address_id`,

  `${insert}
   SELECT r.batch, 'count-refuted', b.batch_id,
     'the batch reports as many successes as contacts that did not fail, and yet ' || r.refuted_by || '; nothing is concluded from the count'
   FROM reconcile_scope r CROSS JOIN numbered_batches b ON b.batch = r.batch WHERE r.refuted_by IS NOT NULL`,

  `${insert}
   SELECT r.batch, 'impossible-transition', CAST(after.sequence AS TEXT),
     'answered ' || before.status || ', and later ' || after.status
   FROM ${laterAnswers} AND after.status <> before.status`,

  `${insert}
   SELECT r.batch, 'impossible-transition', CAST(after.sequence AS TEXT),
     'the list of ' || CASE WHEN ${lostSuccess} THEN 'successes' ELSE 'failures' END || ' lost entries that it had before'
   FROM ${laterAnswers} AND after.status = before.status
     AND NOT EXISTS (SELECT 1 FROM unreadable_items i WHERE i.answer_id = after.answer_id)
     AND ((before.success_count IS NOT NULL AND after.success_count IS NOT NULL AND ${lostSuccess})
       OR (before.failure_count IS NOT NULL AND after.failure_count IS NOT NULL
         AND ${lost("answer_failures", "address_id")}))`,

  `${insert}
   SELECT r.batch, 'unreadable-item', i.list,
     coalesce('the ' || i.list || ' list came as ' || max(i.value) FILTER (WHERE i.position IS NULL)
         || CASE count(i.position) WHEN 0 THEN '' ELSE ', and ' END, '')
       || coalesce((SELECT CASE count(i.position)
             WHEN 1 THEN 'item ' || (first.position + 1) || ' of the ' || i.list || ' list could not be read: '
             ELSE CASE WHEN count(i.position) > 1000 THEN 'more than 1000' ELSE count(i.position) END || ' items of the ' || i.list || ' list could not be read, the first is item '
               || (first.position + 1) || ': '
           END || first.value
         FROM unreadable_items first
         WHERE first.answer_id = i.answer_id AND first.list = i.list AND first.position IS NOT NULL
         ORDER BY first.position LIMIT 1), '')
       || '; nothing is concluded from counting'
   FROM reconcile_scope r
   CROSS JOIN unreadable_items i ON i.answer_id = r.answer_id
   GROUP BY r.batch, i.list`
]

/** Rows that name a batch were sent in it and are no duplicates in the source. Two rows that name none are. */
export const drawDuplicateLocal = `
  ${insert}
  SELECT batch, 'duplicate-local', email_key,
    'the local contacts have this address more than once: '
      || group_concat(CASE WHEN number <= ${told} THEN name END, ', ') || ${more("count(*)")}
  FROM (SELECT s.batch, a.email_key, source.name,
      row_number() OVER (PARTITION BY s.batch, s.address_id ORDER BY source.name) AS number
    FROM reconcile_scope r
    CROSS JOIN sent_contacts s ${ownKeyOf("sent_contacts")} ON s.batch = r.batch AND s.occurrence = 1
    CROSS JOIN local_rows again ON again.address_id = s.address_id AND again.occurrence > 1 AND again.batch IS NULL
    JOIN local_sources source ON source.local_source_id = again.local_source_id
    JOIN addresses a ON a.address_id = s.address_id
    GROUP BY s.batch, s.address_id, again.local_source_id
    HAVING count(*) > 1 OR EXISTS (SELECT 1 FROM local_rows f
      WHERE f.address_id = s.address_id AND f.local_source_id = again.local_source_id AND f.occurrence = 1
        AND f.batch IS NULL))
  GROUP BY batch, email_key`
