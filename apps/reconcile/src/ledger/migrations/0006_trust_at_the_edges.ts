/** Trouble of a batch or a step: one row an episode, with its first and last time and how often it was met. */
const trouble: ReadonlyArray<string> = [
  "ALTER TABLE batch_errors RENAME TO single_batch_errors",
  "DROP INDEX batch_errors_by_batch_id",
  `CREATE TABLE batch_errors (
    batch_error_id INTEGER PRIMARY KEY,
    batch_id TEXT NOT NULL REFERENCES batches (batch_id),
    first_at TEXT NOT NULL,
    last_at TEXT NOT NULL,
    times INTEGER NOT NULL CHECK (times >= 1),
    ended_at TEXT,
    error TEXT NOT NULL,
    message TEXT NOT NULL,
    raw_body TEXT
  ) STRICT`,
  // Errors between the same two answers were one trouble.
  `INSERT INTO batch_errors (batch_id, first_at, last_at, times, ended_at, error, message, raw_body)
   SELECT one.batch_id, one.first_at, one.last_at, one.times,
     (SELECT min(a.received_at) FROM batch_answers a WHERE a.batch_id = one.batch_id AND a.received_at > one.last_at),
     last.error, last.message, last.raw_body
   FROM (SELECT e.batch_id, min(e.occurred_at) AS first_at, max(e.occurred_at) AS last_at, count(*) AS times,
       max(e.batch_error_id) AS last_id
     FROM single_batch_errors e
     GROUP BY e.batch_id,
       (SELECT count(*) FROM batch_answers a WHERE a.batch_id = e.batch_id AND a.received_at <= e.occurred_at)) one
   JOIN single_batch_errors last ON last.batch_error_id = one.last_id
   ORDER BY one.last_id`,
  "DROP TABLE single_batch_errors",
  "CREATE INDEX batch_errors_by_batch_id ON batch_errors (batch_id)",
  "CREATE UNIQUE INDEX batch_errors_lasting ON batch_errors (batch_id) WHERE ended_at IS NULL",

  "ALTER TABLE account_errors RENAME TO single_account_errors",
  `CREATE TABLE account_errors (
    account_error_id INTEGER PRIMARY KEY,
    step TEXT NOT NULL CHECK (step IN ('follow', 'resolve', 'lookup')),
    first_at TEXT NOT NULL,
    last_at TEXT NOT NULL,
    times INTEGER NOT NULL CHECK (times >= 1),
    ended_at TEXT,
    error TEXT NOT NULL,
    message TEXT NOT NULL,
    raw_body TEXT
  ) STRICT`,
  `INSERT INTO account_errors (step, first_at, last_at, times, ended_at, error, message)
   SELECT one.step, one.first_at, one.last_at, one.times, one.last_at, one.error, last.message
   FROM (SELECT step, error, min(occurred_at) AS first_at, max(occurred_at) AS last_at, count(*) AS times,
       max(account_error_id) AS last_id
     FROM single_account_errors GROUP BY step, error) one
   JOIN single_account_errors last ON last.account_error_id = one.last_id
   ORDER BY one.last_id`,
  "DROP TABLE single_account_errors",
  "CREATE INDEX account_errors_by_step ON account_errors (step, last_at)",
  "CREATE UNIQUE INDEX account_errors_lasting ON account_errors (step) WHERE ended_at IS NULL"
]

/** What tells one holder of the lease from another where process IDs and host names repeat, as in containers. */
const lease: ReadonlyArray<string> = [
  "DROP TABLE writer_lease",
  `CREATE TABLE writer_lease (
    writer_lease_id INTEGER PRIMARY KEY CHECK (writer_lease_id = 1),
    instance TEXT NOT NULL,
    boot_id TEXT,
    pid_namespace TEXT,
    host TEXT NOT NULL,
    process_id INTEGER NOT NULL CHECK (process_id > 0),
    process_start TEXT,
    taken_at TEXT NOT NULL,
    renewals INTEGER NOT NULL,
    renewed_at TEXT NOT NULL
  ) STRICT`
]

/** Items of a list that could not be read; they keep the batch from being decided by counting. */
const unreadableItems: ReadonlyArray<string> = [
  `CREATE TABLE batch_unreadable_items (
    batch_unreadable_item_id INTEGER PRIMARY KEY,
    batch_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    list TEXT NOT NULL CHECK (list IN ('success', 'failure')),
    position INTEGER,
    value TEXT NOT NULL,
    FOREIGN KEY (batch_id, sequence) REFERENCES batch_answers (batch_id, sequence)
  ) STRICT`,
  "CREATE INDEX batch_unreadable_items_by_answer ON batch_unreadable_items (batch_id, sequence)",
  // A CHECK cannot be altered.
  `CREATE TABLE new_findings (
    batch_id TEXT NOT NULL REFERENCES batches (batch_id),
    finding TEXT NOT NULL CHECK (finding IN
      ('unmatched-success', 'unmatched-failure', 'duplicate-sent', 'duplicate-local', 'id-conflict',
       'impossible-transition', 'count-refuted', 'unreadable-item')),
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (batch_id, finding, subject)
  ) STRICT, WITHOUT ROWID`,
  "INSERT INTO new_findings SELECT batch_id, finding, subject, detail FROM findings",
  "DROP TABLE findings",
  "ALTER TABLE new_findings RENAME TO findings"
]

/** Where an answer came from: the account, or a file that the user gave. */
const pastedAnswers: ReadonlyArray<string> = [
  `ALTER TABLE batch_answers ADD COLUMN origin TEXT NOT NULL DEFAULT 'account'
     CHECK (origin IN ('account', 'pasted'))`
]

/** What a source said was sent and no longer says: without it, a load could not be taken back whole. */
const formerSent: ReadonlyArray<string> = [
  `CREATE TABLE local_former_sent (
    local_source_id INTEGER NOT NULL REFERENCES local_sources (local_source_id),
    batch_id TEXT NOT NULL REFERENCES batches (batch_id),
    email_key TEXT NOT NULL,
    contacts INTEGER NOT NULL CHECK (contacts >= 1),
    PRIMARY KEY (local_source_id, batch_id, email_key)
  ) STRICT, WITHOUT ROWID`,
  "CREATE INDEX local_former_sent_by_batch_id ON local_former_sent (batch_id, email_key)",
  "CREATE INDEX local_former_sent_by_email_key ON local_former_sent (email_key)"
]

/** Near matches of successes, and of host names in two spellings. */
const nearMatches: ReadonlyArray<string> = [
  "DROP TABLE near_matches",
  `CREATE TABLE near_matches (
    batch_id TEXT NOT NULL REFERENCES batches (batch_id),
    finding TEXT NOT NULL CHECK (finding IN ('unmatched-failure', 'unmatched-success')),
    subject TEXT NOT NULL,
    reported_email TEXT NOT NULL,
    sent_email TEXT NOT NULL,
    difference TEXT NOT NULL
      CHECK (difference IN ('spaces', 'unicode-form', 'host-form', 'among-words', 'one-edit')),
    PRIMARY KEY (batch_id, finding, subject, reported_email, sent_email)
  ) STRICT, WITHOUT ROWID`,
  `INSERT INTO stale_batches
   SELECT DISTINCT batch_id FROM findings
   WHERE finding IN ('unmatched-failure', 'unmatched-success', 'duplicate-sent', 'id-conflict')
   ON CONFLICT DO NOTHING`
]

/**
 * What was known when an address was looked up. Times would not do: where the clock is set back between an answer and a
 * look-up, the later one bears the earlier time.
 */
const lookupsInOrder: ReadonlyArray<string> = [
  "ALTER TABLE lookups ADD COLUMN after_answer_id INTEGER NOT NULL DEFAULT 0",
  `UPDATE lookups SET after_answer_id = coalesce(
    (SELECT max(a.batch_answer_id) FROM batch_answers a WHERE a.received_at <= lookups.asked_at), 0)`
]

/** No answer, no reader and no clock is taken at its word. */
export const trustAtTheEdges: ReadonlyArray<string> = [
  ...trouble,
  ...lease,
  ...unreadableItems,
  ...pastedAnswers,
  ...formerSent,
  ...nearMatches,
  ...lookupsInOrder
]
