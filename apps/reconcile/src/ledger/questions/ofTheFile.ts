import { limit, type Question, since } from "./Question.js"

export const ofTheFile: ReadonlyArray<Question> = [
  {
    name: "totals",
    question: "How many sent contacts have which outcome, on which evidence?",
    parameters: [],
    sql: `SELECT outcome, evidence, count(*) AS contacts
FROM outcomes GROUP BY outcome, evidence
UNION ALL
SELECT 'pending', 'unsettled', sent - decided
FROM (SELECT (SELECT count(*) FROM batch_sent) AS sent, (SELECT count(*) FROM outcomes) AS decided)
WHERE sent > decided
ORDER BY outcome, evidence`
  },
  {
    name: "totals-by-source",
    question: "How many contacts of each of your sources have which outcome?",
    parameters: [],
    sql: `SELECT s.name AS source, coalesce(o.outcome, 'pending') AS outcome, count(*) AS contacts
FROM local_sources s
JOIN local_contacts c ON c.local_source_id = s.local_source_id AND c.occurrence = 1
JOIN batch_sent sent ON sent.email_key = c.email_key
LEFT JOIN outcomes o ON o.batch_id = sent.batch_id AND o.email_key = sent.email_key AND o.occurrence = sent.occurrence
GROUP BY s.name, 2
ORDER BY s.name, 2`
  },
  {
    name: "counted-only",
    question: "In which batches does an import rest on counting, and on no contact ID?",
    parameters: [limit],
    sql: `SELECT batch_id, count(*) AS contacts
FROM outcomes WHERE outcome = 'imported' AND evidence = 'count'
GROUP BY batch_id
ORDER BY contacts DESC, batch_id LIMIT :limit`
  },
  {
    name: "failed-calls",
    question: "Which calls gave no answer, by kind of error and the day it began?",
    parameters: [since],
    sql: `SELECT substr(first_at, 1, 10) AS day, error, sum(times) AS calls, count(DISTINCT batch_id) AS batches
FROM (SELECT first_at, times, error, batch_id FROM batch_errors
  UNION ALL SELECT first_at, times, error, NULL FROM account_errors)
WHERE first_at >= :since
GROUP BY day, error
ORDER BY day DESC, error`
  },
  {
    name: "last-runs",
    question: "What did the last runs find, and which was killed?",
    parameters: [limit],
    sql: `SELECT started_at, finished_at, open_batches, answers, settled, resolved, looked_up, errors
FROM reconcile_runs
ORDER BY reconcile_run_id DESC LIMIT :limit`
  },
  {
    name: "daily",
    question: "How many contacts were sent on each day, and what became of them?",
    parameters: [since],
    sql: `SELECT * FROM daily_totals WHERE day >= :since ORDER BY day DESC`
  },
  {
    name: "last-run-changes",
    question:
      "Which contacts came to another outcome in the last run: settled, found, lost or otherwise changed?",
    parameters: [],
    sql: `SELECT change, email, batch_id, outcome_before, outcome_after
FROM changes_since_last_run
ORDER BY change, batch_id, email`
  },
  {
    name: "near-misses",
    question:
      "Which addresses were reported without having been sent, and which sent ones are nearly the same?",
    parameters: [],
    sql: `SELECT batch_id, finding, reported_email, sent_email, difference
FROM near_matches
ORDER BY batch_id, finding, reported_email, sent_email`
  },
  {
    name: "id-conflicts",
    question: "Which contact IDs have two addresses, or which addresses two IDs?",
    parameters: [],
    sql: `SELECT problem, contact_id, email_key, detail
FROM id_conflicts
ORDER BY problem, contact_id, email_key`
  }
]
