/** What the account says about contacts, beside what it says about batches; and the conclusions that rest on it. */
export const resolveAndLookUp: ReadonlyArray<string> = [
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

  `CREATE TABLE lookups (
    lookup_id INTEGER PRIMARY KEY,
    email_key TEXT NOT NULL,
    email TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    method TEXT NOT NULL CHECK (method IN ('address', 'walk')),
    contact_id TEXT,
    found_email TEXT,
    created_at TEXT,
    updated_at TEXT,
    deleted INTEGER CHECK (deleted IN (0, 1)),
    bounced INTEGER CHECK (bounced IN (0, 1)),
    CHECK ((contact_id IS NULL) = (found_email IS NULL) AND (contact_id IS NULL) = (deleted IS NULL))
  ) STRICT`,
  "CREATE INDEX lookups_by_email_key ON lookups (email_key, lookup_id)",

  // The batch that a source's row named, and the names of a source's columns (NULL: loaded before they were kept).
  "ALTER TABLE local_contacts ADD COLUMN batch_id TEXT",
  "ALTER TABLE local_sources ADD COLUMN columns TEXT",
  `CREATE INDEX local_contacts_repeated ON local_contacts (email_key, local_source_id)
    WHERE occurrence > 1 AND batch_id IS NULL`,

  // More words, and the check that outcome and evidence belong together. What was concluded stands until it is drawn anew.
  `CREATE TABLE new_outcomes (
    batch_id TEXT NOT NULL,
    email_key TEXT NOT NULL,
    occurrence INTEGER NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IS CASE evidence
      WHEN 'id' THEN 'imported'
      WHEN 'count' THEN 'imported'
      WHEN 'failure' THEN 'rejected'
      WHEN 'unsettled' THEN 'pending'
      WHEN 'failure-and-id' THEN 'contradictory'
      WHEN 'lookup-created' THEN 'present'
      WHEN 'lookup-updated' THEN 'present'
      WHEN 'lookup-older' THEN 'present'
      WHEN 'lookup-undated' THEN 'present'
      WHEN 'lookup-absent' THEN 'missing'
      WHEN 'lookup-deleted' THEN 'missing'
      WHEN 'silence' THEN 'unaccounted'
    END),
    evidence TEXT NOT NULL,
    contact_id TEXT,
    PRIMARY KEY (batch_id, email_key, occurrence),
    FOREIGN KEY (batch_id, email_key, occurrence) REFERENCES batch_sent (batch_id, email_key, occurrence)
  ) STRICT, WITHOUT ROWID`,
  "INSERT INTO new_outcomes SELECT batch_id, email_key, occurrence, outcome, evidence, contact_id FROM outcomes",
  "DROP TABLE outcomes",
  "ALTER TABLE new_outcomes RENAME TO outcomes",
  "CREATE INDEX outcomes_by_outcome ON outcomes (outcome, batch_id)",

  `CREATE TABLE near_matches (
    batch_id TEXT NOT NULL REFERENCES batches (batch_id),
    failed_email TEXT NOT NULL,
    sent_email TEXT NOT NULL,
    difference TEXT NOT NULL CHECK (difference IN ('spaces', 'unicode-form', 'one-edit')),
    PRIMARY KEY (batch_id, failed_email, sent_email)
  ) STRICT, WITHOUT ROWID`,

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

  "ALTER TABLE reconcile_runs ADD COLUMN resolved INTEGER NOT NULL DEFAULT 0",
  "ALTER TABLE reconcile_runs ADD COLUMN looked_up INTEGER NOT NULL DEFAULT 0",

  // A call about contacts, not about a batch, that gave no answer.
  `CREATE TABLE account_errors (
    account_error_id INTEGER PRIMARY KEY,
    occurred_at TEXT NOT NULL,
    step TEXT NOT NULL CHECK (step IN ('resolve', 'lookup')),
    error TEXT NOT NULL,
    message TEXT NOT NULL
  ) STRICT`,

  // One job at a time works on the file; a row whose holder is gone is taken over.
  `CREATE TABLE writer_lease (
    writer_lease_id INTEGER PRIMARY KEY CHECK (writer_lease_id = 1),
    holder TEXT NOT NULL,
    host TEXT NOT NULL,
    process_id INTEGER NOT NULL,
    taken_at TEXT NOT NULL,
    renewed_at TEXT NOT NULL
  ) STRICT`,

  // A batch is called decided only if each of its sent contacts has an outcome.
  `CREATE TRIGGER totals_add_up BEFORE DELETE ON stale_batches
   WHEN (SELECT count(*) FROM batch_sent WHERE batch_id = OLD.batch_id)
     <> (SELECT count(*) FROM outcomes WHERE batch_id = OLD.batch_id)
   BEGIN
     SELECT RAISE(ABORT, 'the outcomes of a batch do not add up to what was sent');
   END`,

  "INSERT INTO stale_batches SELECT batch_id FROM batches WHERE true ON CONFLICT DO NOTHING"
]
