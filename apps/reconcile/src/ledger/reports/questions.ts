import { endedBadly } from "../schema/words.js"

/**
 * A value that a question asks for. In its SQL, `:name` stands for it. For an `email` the email key is bound, so that any
 * spelling of the address works.
 */
export interface Parameter {
  readonly name: string
  readonly kind: "text" | "email" | "count"
  readonly description: string
  /** Without a default, the value is required. */
  readonly default?: string | number
}

/** A named question, for people who do not want to write SQL. */
export interface Question {
  readonly name: string
  /** In one sentence. */
  readonly question: string
  readonly parameters: ReadonlyArray<Parameter>
  readonly sql: string
}

const batch: Parameter = { name: "batch", kind: "text", description: "The batch's ID" }

const email: Parameter = {
  name: "email",
  kind: "email",
  description: "An address, in any spelling"
}

const contactId: Parameter = {
  name: "contact_id",
  kind: "text",
  description: "An ActiveCampaign contact ID"
}

const limit: Parameter = {
  name: "limit",
  kind: "count",
  description: "The most rows to show",
  default: 20
}

const since: Parameter = {
  name: "since",
  kind: "text",
  description: "A day or time in UTC, as 2031-04-02",
  default: ""
}

/** How many sent contacts have each outcome, by evidence: from the views that people use, or from the tables behind them. */
export const totalsByOutcome = (
  outcomes: string,
  sent: string
) => `SELECT outcome, evidence, count(*) AS contacts
FROM ${outcomes} GROUP BY evidence
UNION ALL
SELECT 'pending', 'unsettled', sent - decided
FROM (SELECT (SELECT count(*) FROM ${sent}) AS sent, (SELECT count(*) FROM ${outcomes}) AS decided)
WHERE sent > decided
ORDER BY outcome, evidence`

/** The saved questions, in the order in which they are listed. */
export const questions: ReadonlyArray<Question> = [
  {
    name: "totals",
    question: "How many sent contacts have each outcome, and on what evidence?",
    parameters: [],
    sql: totalsByOutcome("outcomes", "batch_sent")
  },
  {
    name: "totals-by-source",
    question: "How many contacts of each source have each outcome?",
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
    name: "daily",
    question: "How many contacts were sent each day, and what became of them?",
    parameters: [since],
    sql: `SELECT * FROM daily_totals WHERE day >= :since ORDER BY day DESC`
  },
  {
    name: "last-runs",
    question: "What did the last runs find, and was any of them killed?",
    parameters: [limit],
    sql: `SELECT started_at, finished_at, exit_code, reason, open_batches, answers, settled, resolved, looked_up, errors
FROM reconcile_runs
ORDER BY reconcile_run_id DESC LIMIT :limit`
  },
  {
    name: "last-run-changes",
    question:
      "Which contacts have another outcome since the last run began: settled, found, lost or otherwise changed?",
    parameters: [],
    sql: `SELECT change, email, batch_id, outcome_before, outcome_after
FROM changes_since_last_run
ORDER BY change, batch_id, email`
  },
  {
    name: "open-batches",
    question: "Which batches have not settled, and how long have they been open?",
    parameters: [],
    sql: `SELECT b.batch_id, o.status, coalesce(b.submitted_at, b.added_at) AS since, o.sent
FROM batches b
JOIN batch_overview o ON o.batch_id = b.batch_id
WHERE o.settled_at IS NULL
ORDER BY since, b.batch_id`
  },
  {
    name: "ended-badly",
    question: "Which batches ended as failed or interrupted, and what became of their contacts?",
    parameters: [],
    sql: `SELECT batch_id, status, sent, imported, present, rejected, missing, unaccounted
FROM batch_overview WHERE ${endedBadly("status")}
ORDER BY settled_at, batch_id`
  },
  {
    name: "batch-contacts",
    question: "What became of each contact of a batch?",
    parameters: [batch],
    sql: `SELECT email, outcome, evidence, contact_id
FROM contact_status WHERE batch_id = :batch
ORDER BY email_key, occurrence`
  },
  {
    name: "batch-findings",
    question: "Which reports about a batch conflict, or match no sent contact?",
    parameters: [batch],
    sql: `SELECT finding, subject, detail
FROM findings WHERE batch_id = :batch
ORDER BY finding, subject`
  },
  {
    name: "fields",
    question: "What became of each field, tag and list that contacts were sent with?",
    parameters: [],
    sql: `SELECT kind, name, title, sent, same, different, absent, cannot_tell, not_checked, problem
FROM fields_at_a_glance
ORDER BY different + absent DESC, kind, name`
  },
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
    name: "contact-id",
    question: "In which batches did a contact ID succeed, and which addresses does it have?",
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
    name: "rejected-domains",
    question: "Which mail domains have the most rejected contacts?",
    parameters: [limit],
    sql: `SELECT substr(email_key, instr(email_key, '@') + 1) AS domain, count(*) AS rejected
FROM outcomes WHERE outcome = 'rejected'
GROUP BY domain
ORDER BY rejected DESC, domain LIMIT :limit`
  }
]

/** A name contains no white space; SQL does. */
export const isName = (text: string): boolean => !/\s/.test(text)

/** The question in SQL alone, for tools that cannot compute keys: it finds addresses of ASCII letters. */
export const inPlainSql = ({ parameters, sql }: Question): string =>
  parameters.reduce((text, { default: fallback, kind, name }) => {
    const value =
      kind === "email"
        ? `lower(trim(:${name}))`
        : kind === "count"
          ? `coalesce(nullif(:${name}, ''), ${fallback ?? -1})`
          : `:${name}`
    return text.replaceAll(new RegExp(`:${name}\\b`, "g"), value)
  }, sql)
