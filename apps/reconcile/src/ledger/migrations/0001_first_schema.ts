/**
 * Facts (never updated in place), the user's own contacts, and conclusions (rebuilt from facts).
 *
 * Lists are keyed by value before position, so that one contact's fate is one index lookup; the order
 * received is in `position`.
 */
export const firstSchema: ReadonlyArray<string> = [
  `CREATE TABLE accounts (
    account_id INTEGER PRIMARY KEY CHECK (account_id = 1),
    base_url TEXT NOT NULL,
    bound_at TEXT NOT NULL
  ) STRICT`,

  `CREATE TABLE batches (
    batch_id TEXT PRIMARY KEY CHECK (batch_id <> ''),
    submitted_at TEXT,
    added_at TEXT NOT NULL
  ) STRICT, WITHOUT ROWID`,

  `CREATE TABLE batch_sent (
    batch_id TEXT NOT NULL REFERENCES batches (batch_id),
    email_key TEXT NOT NULL,
    occurrence INTEGER NOT NULL CHECK (occurrence >= 1),
    email TEXT NOT NULL,
    PRIMARY KEY (batch_id, email_key, occurrence)
  ) STRICT, WITHOUT ROWID`,
  "CREATE INDEX batch_sent_by_email_key ON batch_sent (email_key, batch_id)",

  // Rows of a source that could not be read: any of its batches may have been sent with more than is known.
  `CREATE TABLE batch_sent_gaps (
    batch_id TEXT NOT NULL REFERENCES batches (batch_id),
    source TEXT NOT NULL,
    rejected_rows INTEGER NOT NULL CHECK (rejected_rows >= 1),
    PRIMARY KEY (batch_id, source)
  ) STRICT, WITHOUT ROWID`,

  `CREATE TABLE batch_answers (
    batch_answer_id INTEGER PRIMARY KEY,
    batch_id TEXT NOT NULL REFERENCES batches (batch_id),
    sequence INTEGER NOT NULL CHECK (sequence >= 1),
    received_at TEXT NOT NULL,
    status TEXT NOT NULL,
    success_count INTEGER,
    failure_count INTEGER,
    raw_body TEXT NOT NULL,
    UNIQUE (batch_id, sequence)
  ) STRICT`,
  `CREATE INDEX batch_answers_settled ON batch_answers (batch_id, sequence)
    WHERE status IN ('completed', 'failed', 'interrupted')`,

  `CREATE TABLE batch_successes (
    batch_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    contact_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (batch_id, sequence, contact_id, position),
    FOREIGN KEY (batch_id, sequence) REFERENCES batch_answers (batch_id, sequence)
  ) STRICT, WITHOUT ROWID`,
  "CREATE INDEX batch_successes_by_contact_id ON batch_successes (contact_id)",

  `CREATE TABLE batch_failures (
    batch_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    email_key TEXT NOT NULL,
    position INTEGER NOT NULL,
    email TEXT NOT NULL,
    PRIMARY KEY (batch_id, sequence, email_key, position),
    FOREIGN KEY (batch_id, sequence) REFERENCES batch_answers (batch_id, sequence)
  ) STRICT, WITHOUT ROWID`,
  "CREATE INDEX batch_failures_by_email_key ON batch_failures (email_key)",

  `CREATE TABLE batch_errors (
    batch_error_id INTEGER PRIMARY KEY,
    batch_id TEXT NOT NULL REFERENCES batches (batch_id),
    occurred_at TEXT NOT NULL,
    error TEXT NOT NULL,
    message TEXT NOT NULL,
    raw_body TEXT
  ) STRICT`,
  "CREATE INDEX batch_errors_by_batch_id ON batch_errors (batch_id)",

  `CREATE TABLE local_sources (
    local_source_id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    loaded_at TEXT NOT NULL,
    columns TEXT
  ) STRICT`,

  `CREATE TABLE local_contacts (
    local_contact_id INTEGER PRIMARY KEY,
    local_source_id INTEGER NOT NULL REFERENCES local_sources (local_source_id),
    email_key TEXT NOT NULL,
    occurrence INTEGER NOT NULL CHECK (occurrence >= 1),
    email TEXT NOT NULL,
    contact_id TEXT,
    batch_id TEXT,
    source_columns TEXT NOT NULL,
    UNIQUE (email_key, local_source_id, occurrence)
  ) STRICT`,
  "CREATE INDEX local_contacts_by_local_source_id ON local_contacts (local_source_id)",
  `CREATE INDEX local_contacts_by_contact_id ON local_contacts (contact_id, email_key)
    WHERE contact_id IS NOT NULL`,

  `CREATE TABLE outcomes (
    batch_id TEXT NOT NULL,
    email_key TEXT NOT NULL,
    occurrence INTEGER NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN
      ('pending', 'contradictory', 'rejected', 'imported', 'present', 'missing', 'unaccounted')),
    evidence TEXT NOT NULL CHECK (evidence IN
      ('unsettled', 'failure-and-id', 'failure', 'id', 'count', 'silence')),
    contact_id TEXT,
    PRIMARY KEY (batch_id, email_key, occurrence),
    FOREIGN KEY (batch_id, email_key, occurrence) REFERENCES batch_sent (batch_id, email_key, occurrence)
  ) STRICT, WITHOUT ROWID`,
  "CREATE INDEX outcomes_by_outcome ON outcomes (outcome, batch_id)",

  `CREATE TABLE findings (
    batch_id TEXT NOT NULL REFERENCES batches (batch_id),
    finding TEXT NOT NULL CHECK (finding IN
      ('unmatched-success', 'unmatched-failure', 'duplicate-sent', 'duplicate-local', 'id-conflict',
       'impossible-transition', 'count-refuted')),
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (batch_id, finding, subject)
  ) STRICT, WITHOUT ROWID`,

  `CREATE TABLE reconcile_runs (
    reconcile_run_id INTEGER PRIMARY KEY,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    open_batches INTEGER NOT NULL,
    answers INTEGER NOT NULL DEFAULT 0,
    settled INTEGER NOT NULL DEFAULT 0,
    errors INTEGER NOT NULL DEFAULT 0
  ) STRICT`,

  // Batches whose facts changed since their conclusions were drawn; written in the fact's own transaction.
  `CREATE TABLE stale_batches (
    batch_id TEXT PRIMARY KEY REFERENCES batches (batch_id)
  ) STRICT, WITHOUT ROWID`
]
