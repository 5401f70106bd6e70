import { batch, limit, type Question } from "./Question.js"

export const ofBatches: ReadonlyArray<Question> = [
  {
    name: "batch-contacts",
    question: "What became of each contact that was sent in a batch?",
    parameters: [batch],
    sql: `SELECT email, outcome, evidence, contact_id
FROM contact_status WHERE batch_id = :batch
ORDER BY email_key, occurrence`
  },
  {
    name: "batch-troubles",
    question: "Which contacts of a batch are not known to have arrived?",
    parameters: [batch],
    sql: `SELECT email, outcome, evidence
FROM contact_status
WHERE batch_id = :batch AND outcome NOT IN ('imported', 'present')
ORDER BY outcome, email_key, occurrence`
  },
  {
    name: "batch-answers",
    question: "What did ActiveCampaign answer about a batch, and when?",
    parameters: [batch],
    sql: `SELECT at, status, successes, failures, error
FROM batch_timeline WHERE batch_id = :batch
ORDER BY at`
  },
  {
    name: "batch-body",
    question: "What was the last answer about a batch, to the letter?",
    parameters: [batch],
    sql: `SELECT received_at, status, raw_body
FROM batch_answers WHERE batch_id = :batch
ORDER BY sequence DESC LIMIT 1`
  },
  {
    name: "batch-findings",
    question: "What about a batch contradicts, or belongs to no sent contact?",
    parameters: [batch],
    sql: `SELECT finding, subject, detail
FROM findings WHERE batch_id = :batch
ORDER BY finding, subject`
  },
  {
    name: "batch-strangers",
    question: "Which contact IDs succeeded in a batch of which nobody knows whose they are?",
    parameters: [batch],
    sql: `SELECT DISTINCT x.contact_id
FROM batch_successes x
WHERE x.batch_id = :batch
  AND NOT EXISTS (SELECT 1 FROM local_contacts l WHERE l.contact_id = x.contact_id)
  AND NOT EXISTS (SELECT 1 FROM links k WHERE k.contact_id = x.contact_id)
ORDER BY x.contact_id`
  },
  {
    name: "open-batches",
    question: "Which batches have not settled, and since when are they known?",
    parameters: [],
    sql: `SELECT b.batch_id, o.status, coalesce(b.submitted_at, b.added_at) AS since, o.sent
FROM batches b
JOIN batch_overview o ON o.batch_id = b.batch_id
WHERE o.settled_at IS NULL
ORDER BY since, b.batch_id`
  },
  {
    name: "ended-badly",
    question: "Which batches ended failed or interrupted, and how many of their contacts are certain?",
    parameters: [],
    sql: `SELECT batch_id, status, sent, imported, present, rejected, missing, unaccounted
FROM batch_overview WHERE status IN ('failed', 'interrupted')
ORDER BY settled_at, batch_id`
  },
  {
    name: "worst-batches",
    question: "Which batches have the most contacts that are not known to have arrived?",
    parameters: [limit],
    sql: `SELECT batch_id, count(*) AS contacts
FROM outcomes WHERE outcome NOT IN ('imported', 'present')
GROUP BY batch_id
ORDER BY contacts DESC, batch_id LIMIT :limit`
  },
  {
    name: "slowest-batches",
    question:
      "How many seconds passed from the first answer about a batch to the settled one, slowest first?",
    parameters: [limit],
    sql: `SELECT batch_id,
  round((julianday(min(received_at) FILTER (WHERE status IN ('completed', 'failed', 'interrupted')))
    - julianday(min(received_at))) * 86400, 1) AS seconds
FROM batch_answers
GROUP BY batch_id HAVING seconds IS NOT NULL
ORDER BY seconds DESC, batch_id LIMIT :limit`
  },
  {
    name: "retry-list",
    question: "Which contacts of a batch may be sent again, and why?",
    parameters: [batch],
    sql: `SELECT email, outcome, reason
FROM retry_candidates WHERE batch_id = :batch
ORDER BY email_key, occurrence`
  },
  {
    name: "likely-reasons",
    question: "Why were the contacts of a batch rejected, as far as can be guessed?",
    parameters: [batch],
    sql: `SELECT email, likely_reason
FROM rejected_contacts WHERE batch_id = :batch
ORDER BY likely_reason IS NULL, likely_reason, email`
  },
  {
    name: "gone",
    question: "Which contact IDs of a batch succeeded, and are no longer in the account?",
    parameters: [batch],
    sql: `SELECT DISTINCT x.contact_id, g.asked_at
FROM batch_successes x
JOIN gone_contacts g ON g.contact_id = x.contact_id
WHERE x.batch_id = :batch
ORDER BY x.contact_id`
  }
]
