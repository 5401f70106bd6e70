import { contactId, email, limit, type Question, since } from "./Question.js"

export const ofContacts: ReadonlyArray<Question> = [
  {
    name: "address-history",
    question: "In which batches was an address sent, and what became of it each time?",
    parameters: [email],
    sql: `SELECT sent.batch_id, sent.email, sent.outcome, sent.evidence, sent.contact_id, b.submitted_at
FROM contact_status sent
JOIN batches b ON b.batch_id = sent.batch_id
WHERE sent.email_key = :email
ORDER BY b.submitted_at, sent.batch_id, sent.occurrence`
  },
  {
    name: "address-local",
    question: "What do your own sources say about an address?",
    parameters: [email],
    sql: `SELECT s.name AS source, c.email, c.contact_id, c.source_columns
FROM local_contacts c
JOIN local_sources s ON s.local_source_id = c.local_source_id
WHERE c.email_key = :email
ORDER BY s.name, c.occurrence`
  },
  {
    name: "address-failures",
    question: "In which failure lists does an address stand, whether it was sent in that batch or not?",
    parameters: [email],
    sql: `SELECT f.batch_id, f.email, a.received_at,
  EXISTS (SELECT 1 FROM batch_sent s
    WHERE s.batch_id = f.batch_id AND s.email_key = f.email_key) AS was_sent
FROM batch_failures f
JOIN batch_answers a ON a.batch_id = f.batch_id AND a.sequence = f.sequence
WHERE f.email_key = :email
ORDER BY a.received_at, f.batch_id`
  },
  {
    name: "contact-id",
    question: "In which batches did a contact ID succeed, and whose is it, as far as is known?",
    parameters: [contactId],
    sql: `SELECT reported.batch_id, min(reported.received_at) AS received_at,
  (SELECT group_concat(DISTINCT l.email) FROM local_contacts l WHERE l.contact_id = reported.contact_id) AS local_emails,
  (SELECT group_concat(k.email) FROM links k WHERE k.contact_id = reported.contact_id) AS account_emails
FROM contact_id_batches reported
WHERE reported.contact_id = :contact_id
GROUP BY reported.batch_id
ORDER BY 2, reported.batch_id`
  },
  {
    name: "sent-again",
    question: "Which addresses were sent in more than one batch, and how did each of them end?",
    parameters: [limit],
    sql: `SELECT email_key, count(DISTINCT batch_id) AS batches, group_concat(batch_id || ': ' || outcome, ', ') AS outcomes
FROM contact_status
GROUP BY email_key HAVING count(DISTINCT batch_id) > 1
ORDER BY batches DESC, email_key LIMIT :limit`
  },
  {
    name: "never-imported",
    question: "Which addresses were rejected, and were not imported in any other batch either?",
    parameters: [limit],
    sql: `SELECT o.email_key, count(*) AS times_rejected
FROM outcomes o
WHERE o.outcome = 'rejected' AND NOT EXISTS (SELECT 1
  FROM batch_sent s
  JOIN outcomes other ON other.batch_id = s.batch_id AND other.email_key = s.email_key AND other.occurrence = s.occurrence
  WHERE s.email_key = o.email_key AND other.outcome IN ('imported', 'present'))
GROUP BY o.email_key
ORDER BY times_rejected DESC, o.email_key LIMIT :limit`
  },
  {
    name: "rejected-domains",
    question: "Which mail domains have the most rejected contacts?",
    parameters: [limit],
    sql: `SELECT substr(email_key, instr(email_key, '@') + 1) AS domain, count(*) AS rejected
FROM outcomes WHERE outcome = 'rejected'
GROUP BY domain
ORDER BY rejected DESC, domain LIMIT :limit`
  },
  {
    name: "never-sent",
    question: "Which of your own contacts were not sent in any batch?",
    parameters: [limit],
    sql: `SELECT s.name AS source, c.email
FROM local_contacts c
JOIN local_sources s ON s.local_source_id = c.local_source_id
WHERE NOT EXISTS (SELECT 1 FROM batch_sent sent WHERE sent.email_key = c.email_key)
ORDER BY c.local_contact_id LIMIT :limit`
  },
  {
    name: "address-ids",
    question: "Which contact IDs belong to an address, and who said so?",
    parameters: [email],
    sql: `SELECT contact_id, learnt_from, learnt_at
FROM contact_ids WHERE email_key = :email
ORDER BY learnt_at, contact_id`
  },
  {
    name: "address-lookups",
    question: "When was an address looked up in the account, and what was found?",
    parameters: [email],
    sql: `SELECT asked_at, method, contact_id, found_email, created_at, updated_at, deleted, bounced
FROM lookups WHERE email_key = :email
ORDER BY lookup_id`
  },
  {
    name: "address-changes",
    question: "Which verdicts on an address became another one after its batch had settled?",
    parameters: [email],
    sql: `SELECT c.changed_at, c.batch_id, c.outcome_before, c.outcome_after
FROM batch_sent s
JOIN outcome_changes c ON c.batch_id = s.batch_id AND c.email_key = s.email_key AND c.occurrence = s.occurrence
WHERE s.email_key = :email
ORDER BY c.outcome_change_id`
  },
  {
    name: "contact-addresses",
    question: "Which addresses did the account give for a contact ID?",
    parameters: [contactId],
    sql: `SELECT email, learnt_from, learnt_at
FROM links WHERE contact_id = :contact_id
ORDER BY learnt_at, email_key`
  },
  {
    name: "missing-since",
    question: "Which contacts were looked up and are not in the account?",
    parameters: [since, limit],
    sql: `SELECT batch_id, email, evidence, asked_at
FROM missing_contacts WHERE asked_at >= :since
ORDER BY asked_at DESC, batch_id, email LIMIT :limit`
  }
]
