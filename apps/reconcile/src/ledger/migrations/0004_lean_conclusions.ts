const settled = "status IN ('completed', 'failed', 'interrupted')"

/**
 * What a million contacts need not write: a verdict on each while there is none, an index of every ID that succeeded, and
 * one of every contact that was imported. In exchange the ID a source gives stands beside what was sent.
 */
export const leanConclusions: ReadonlyArray<string> = [
  "ALTER TABLE batch_sent ADD COLUMN contact_id TEXT",

  `CREATE TABLE unmatched_successes (
    batch_id TEXT NOT NULL REFERENCES batches (batch_id),
    contact_id TEXT NOT NULL,
    PRIMARY KEY (batch_id, contact_id)
  ) STRICT, WITHOUT ROWID`,
  "CREATE INDEX unmatched_successes_by_contact_id ON unmatched_successes (contact_id)",
  "DROP INDEX batch_successes_by_contact_id",

  // The evidence gives the outcome: an evidence that gives none is refused.
  `CREATE TABLE settled_outcomes (
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
  `INSERT INTO settled_outcomes (batch_id, email_key, occurrence, evidence, contact_id)
   SELECT batch_id, email_key, occurrence, evidence, contact_id FROM outcomes WHERE outcome <> 'pending'`,
  "DROP TABLE outcomes",
  "ALTER TABLE settled_outcomes RENAME TO outcomes",
  // outcomeWords.ts says the same condition to queries, word for word.
  `CREATE INDEX outcomes_by_outcome ON outcomes (outcome, batch_id)
    WHERE outcome = 'present' OR outcome = 'rejected' OR outcome = 'contradictory' OR outcome = 'missing'
      OR outcome = 'unaccounted'`,

  // A settled batch is called decided only if each of its sent contacts has an outcome; until then none has.
  "DROP TRIGGER totals_add_up",
  `CREATE TRIGGER totals_add_up BEFORE DELETE ON stale_batches
   WHEN (SELECT count(*) FROM outcomes WHERE batch_id = OLD.batch_id)
     <> CASE WHEN EXISTS (SELECT 1 FROM batch_answers WHERE batch_id = OLD.batch_id AND ${settled})
       THEN (SELECT count(*) FROM batch_sent WHERE batch_id = OLD.batch_id) ELSE 0 END
   BEGIN
     SELECT RAISE(ABORT, 'the outcomes of a batch do not add up to what was sent');
   END`,

  "INSERT INTO stale_batches SELECT batch_id FROM batches WHERE true ON CONFLICT DO NOTHING"
]
