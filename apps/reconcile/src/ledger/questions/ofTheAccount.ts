import { batch, contactId, email, limit, type Question, since } from "./Question.js"

/** What the account was asked, and what followed from it. */
export const ofTheAccount: ReadonlyArray<Question> = [
  {
    name: "retry-list",
    question: "Which contacts of a batch may be sent again, and why?",
    parameters: [batch],
    sql: `SELECT email, outcome, reason
FROM retry_candidates WHERE batch_id = :batch
ORDER BY email_key, occurrence`
  },
  {
    name: "missing-since",
    question: "Which contacts were looked up and are not in the account?",
    parameters: [since, limit],
    sql: `SELECT batch_id, email, evidence, asked_at
FROM missing_contacts WHERE asked_at >= :since
ORDER BY asked_at DESC, batch_id, email LIMIT :limit`
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
    name: "contact-addresses",
    question: "Which addresses did the account give for a contact ID?",
    parameters: [contactId],
    sql: `SELECT email, learnt_from, learnt_at
FROM links WHERE contact_id = :contact_id
ORDER BY learnt_at, email_key`
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
    name: "last-run-changes",
    question: "Which contacts were newly lost or newly found by the last run?",
    parameters: [],
    sql: `SELECT change, email, batch_id, outcome_before, outcome_after
FROM changes_since_last_run
ORDER BY change, batch_id, email`
  },
  {
    name: "near-misses",
    question:
      "Which addresses were reported as failed without having been sent, and which sent ones are near?",
    parameters: [],
    sql: `SELECT batch_id, failed_email, sent_email, difference
FROM near_matches
ORDER BY batch_id, failed_email, sent_email`
  },
  {
    name: "id-conflicts",
    question: "Which contact IDs have two addresses, or which addresses two IDs?",
    parameters: [],
    sql: `SELECT problem, contact_id, email_key, detail
FROM id_conflicts
ORDER BY problem, contact_id, email_key`
  },
  {
    name: "daily",
    question: "How many contacts were sent on each day, and what became of them?",
    parameters: [since],
    sql: `SELECT * FROM daily_totals WHERE day >= :since ORDER BY day DESC`
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
