/** What the user's own files say. Loading a source again changes it. */
const yours: ReadonlyArray<string> = [
  `CREATE TABLE local_sources (
    local_source_id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    loaded_at TEXT NOT NULL,
    columns TEXT NOT NULL,
    key_column TEXT
  ) STRICT`,

  // Its uniqueness is an index, not a constraint: a first load drops it and sorts a million addresses once.
  `CREATE TABLE local_contacts (
    local_contact_id INTEGER PRIMARY KEY,
    local_source_id INTEGER NOT NULL REFERENCES local_sources (local_source_id),
    email_key TEXT NOT NULL,
    occurrence INTEGER NOT NULL CHECK (occurrence >= 1),
    email TEXT NOT NULL,
    contact_id TEXT,
    source_columns TEXT NOT NULL,
    batch_id TEXT,
    source_key TEXT
  ) STRICT`,
  `CREATE UNIQUE INDEX local_contacts_by_email_key ON local_contacts (email_key, local_source_id, occurrence)`,
  `CREATE INDEX local_contacts_by_contact_id ON local_contacts (contact_id, email_key)
    WHERE contact_id IS NOT NULL`,
  `CREATE INDEX local_contacts_repeated ON local_contacts (email_key, local_source_id)
    WHERE occurrence > 1 AND batch_id IS NULL`,
  // Contacts without a key, usually all of a source, take no room in it.
  `CREATE UNIQUE INDEX local_contacts_by_source_key ON local_contacts (local_source_id, source_key)
    WHERE source_key IS NOT NULL`,

  // What a source once said was sent and no longer says: removing the source needs it.
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

const settled = "status IN ('completed', 'failed', 'interrupted')"

/**
 * What was sent and what the account said. Never updated in place, but for the exceptions that take a mistake back.
 *
 * Lists are keyed by value before position, so that finding one contact is one index lookup; the order received is in
 * `position`.
 */
const facts: ReadonlyArray<string> = [
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
    contact_id TEXT,
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
    origin TEXT NOT NULL CHECK (origin IN ('account', 'pasted')),
    UNIQUE (batch_id, sequence)
  ) STRICT`,
  `CREATE INDEX batch_answers_settled ON batch_answers (batch_id, sequence) WHERE ${settled}`,

  `CREATE TABLE batch_successes (
    batch_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    contact_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (batch_id, sequence, contact_id, position),
    FOREIGN KEY (batch_id, sequence) REFERENCES batch_answers (batch_id, sequence)
  ) STRICT, WITHOUT ROWID`,

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

  // Items of a list that could not be read; they keep the batch from being decided by counting.
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

  `CREATE TABLE links (
    contact_id TEXT NOT NULL,
    email_key TEXT NOT NULL,
    email TEXT NOT NULL,
    learnt_from TEXT NOT NULL CHECK (learnt_from IN ('resolve', 'lookup', 'local')),
    learnt_at TEXT NOT NULL,
    PRIMARY KEY (contact_id, email_key)
  ) STRICT, WITHOUT ROWID`,
  "CREATE INDEX links_by_email_key ON links (email_key, contact_id)",

  `CREATE TABLE gone_contacts (
    contact_id TEXT PRIMARY KEY,
    asked_at TEXT NOT NULL
  ) STRICT, WITHOUT ROWID`,

  // What was known when an address was looked up is the last answer, not a time: where the clock is set back between an
  // answer and a look-up, the later one bears the earlier time.
  `CREATE TABLE lookups (
    lookup_id INTEGER PRIMARY KEY,
    email_key TEXT NOT NULL,
    email TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    after_answer_id INTEGER NOT NULL,
    method TEXT NOT NULL CHECK (method IN ('address', 'walk')),
    contact_id TEXT,
    found_email TEXT,
    created_at TEXT,
    updated_at TEXT,
    deleted INTEGER CHECK (deleted IN (0, 1)),
    bounced INTEGER CHECK (bounced IN (0, 1)),
    CHECK ((contact_id IS NULL) = (found_email IS NULL) AND (contact_id IS NULL) = (deleted IS NULL))
  ) STRICT`,
  "CREATE INDEX lookups_by_email_key ON lookups (email_key, lookup_id)"
]

/** The jobs that ran, and what went wrong in them: one row an episode. */
const history: ReadonlyArray<string> = [
  `CREATE TABLE reconcile_runs (
    reconcile_run_id INTEGER PRIMARY KEY,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    open_batches INTEGER NOT NULL,
    answers INTEGER NOT NULL DEFAULT 0,
    settled INTEGER NOT NULL DEFAULT 0,
    errors INTEGER NOT NULL DEFAULT 0,
    resolved INTEGER NOT NULL DEFAULT 0,
    looked_up INTEGER NOT NULL DEFAULT 0
  ) STRICT`,

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
  "CREATE INDEX batch_errors_by_batch_id ON batch_errors (batch_id)",
  "CREATE UNIQUE INDEX batch_errors_lasting ON batch_errors (batch_id) WHERE ended_at IS NULL",

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
  "CREATE INDEX account_errors_by_step ON account_errors (step, last_at)",
  "CREATE UNIQUE INDEX account_errors_lasting ON account_errors (step) WHERE ended_at IS NULL",

  // One job at a time works on the file. Process numbers and host names repeat, as in containers; an instance does not.
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

/** Drawn from all of the above, and drawn again when it changes. */
const conclusions: ReadonlyArray<string> = [
  // The evidence gives the outcome: an evidence that gives none is refused.
  `CREATE TABLE outcomes (
    batch_id TEXT NOT NULL,
    email_key TEXT NOT NULL,
    occurrence INTEGER NOT NULL,
    outcome TEXT NOT NULL GENERATED ALWAYS AS (CASE evidence
      WHEN 'id' THEN 'imported'
      WHEN 'count' THEN 'imported'
      WHEN 'failure' THEN 'rejected'
      WHEN 'failure-and-id' THEN 'contradictory'
      WHEN 'lookup-created' THEN 'present'
      WHEN 'lookup-updated' THEN 'present'
      WHEN 'lookup-older' THEN 'present'
      WHEN 'lookup-undated' THEN 'present'
      WHEN 'lookup-absent' THEN 'missing'
      WHEN 'lookup-deleted' THEN 'missing'
      WHEN 'silence' THEN 'unaccounted'
    END) VIRTUAL,
    evidence TEXT NOT NULL,
    contact_id TEXT,
    PRIMARY KEY (batch_id, email_key, occurrence),
    FOREIGN KEY (batch_id, email_key, occurrence) REFERENCES batch_sent (batch_id, email_key, occurrence)
  ) STRICT, WITHOUT ROWID`,
  // outcomeWords.ts says the same condition to queries, word for word. Imported contacts, usually most, are not in it.
  `CREATE INDEX outcomes_by_outcome ON outcomes (outcome, batch_id)
    WHERE outcome = 'present' OR outcome = 'rejected' OR outcome = 'contradictory' OR outcome = 'missing'
      OR outcome = 'unaccounted'`,

  `CREATE TABLE outcome_changes (
    outcome_change_id INTEGER PRIMARY KEY,
    changed_at TEXT NOT NULL,
    batch_id TEXT NOT NULL REFERENCES batches (batch_id),
    email_key TEXT NOT NULL,
    occurrence INTEGER NOT NULL,
    outcome_before TEXT NOT NULL,
    outcome_after TEXT NOT NULL
  ) STRICT`,
  "CREATE INDEX outcome_changes_by_changed_at ON outcome_changes (changed_at)",
  "CREATE INDEX outcome_changes_by_batch_id ON outcome_changes (batch_id)",

  // Instead of an index of every successful ID.
  `CREATE TABLE unmatched_successes (
    batch_id TEXT NOT NULL REFERENCES batches (batch_id),
    contact_id TEXT NOT NULL,
    PRIMARY KEY (batch_id, contact_id)
  ) STRICT, WITHOUT ROWID`,
  "CREATE INDEX unmatched_successes_by_contact_id ON unmatched_successes (contact_id)",

  `CREATE TABLE findings (
    batch_id TEXT NOT NULL REFERENCES batches (batch_id),
    finding TEXT NOT NULL CHECK (finding IN
      ('unmatched-success', 'unmatched-failure', 'duplicate-sent', 'duplicate-local', 'id-conflict',
       'impossible-transition', 'count-refuted', 'unreadable-item')),
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (batch_id, finding, subject)
  ) STRICT, WITHOUT ROWID`,

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

  // Batches whose facts changed since their conclusions were drawn; written in the fact's own transaction.
  `CREATE TABLE stale_batches (
    batch_id TEXT PRIMARY KEY REFERENCES batches (batch_id)
  ) STRICT, WITHOUT ROWID`,
  // A settled batch is called decided only if each of its sent contacts has an outcome; until then none has.
  `CREATE TRIGGER totals_add_up BEFORE DELETE ON stale_batches
   WHEN (SELECT count(*) FROM outcomes WHERE batch_id = OLD.batch_id)
     <> CASE WHEN EXISTS (SELECT 1 FROM batch_answers WHERE batch_id = OLD.batch_id AND ${settled})
       THEN (SELECT count(*) FROM batch_sent WHERE batch_id = OLD.batch_id) ELSE 0 END
   BEGIN
     SELECT RAISE(ABORT, 'the outcomes of a batch do not add up to what was sent');
   END`
]

export const firstSchema: ReadonlyArray<string> = [...facts, ...yours, ...history, ...conclusions]
