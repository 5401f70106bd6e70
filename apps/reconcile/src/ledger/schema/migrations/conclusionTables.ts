import { Difference, Finding, hasSettled, isOneOf, isWorthAnIndex, outcomeOf, Unmatched } from "../words.js"

/** Computed from all of the above, and recomputed when it changes. */
export const conclusions: ReadonlyArray<string> = [
  // The evidence gives the outcome. An evidence without an outcome is rejected.
  `CREATE TABLE verdicts (
    batch INTEGER NOT NULL,
    address_id INTEGER NOT NULL,
    occurrence INTEGER NOT NULL,
    outcome TEXT NOT NULL GENERATED ALWAYS AS (${outcomeOf("evidence")}) VIRTUAL,
    evidence TEXT NOT NULL,
    contact_id TEXT,
    PRIMARY KEY (batch, address_id, occurrence),
    FOREIGN KEY (batch, address_id, occurrence) REFERENCES sent_contacts (batch, address_id, occurrence)
  ) STRICT, WITHOUT ROWID`,
  // Imported contacts, usually most, are not in it.
  `CREATE INDEX verdicts_by_outcome ON verdicts (outcome, batch) WHERE ${isWorthAnIndex("outcome")}`,

  `CREATE TABLE verdict_changes (
    outcome_change_id INTEGER PRIMARY KEY,
    changed_at TEXT NOT NULL,
    batch INTEGER NOT NULL REFERENCES numbered_batches (batch),
    address_id INTEGER NOT NULL REFERENCES addresses (address_id),
    occurrence INTEGER NOT NULL,
    outcome_before TEXT NOT NULL,
    outcome_after TEXT NOT NULL
  ) STRICT`,
  "CREATE INDEX verdict_changes_by_changed_at ON verdict_changes (changed_at)",
  "CREATE INDEX verdict_changes_by_batch ON verdict_changes (batch, address_id)",
  "CREATE INDEX verdict_changes_by_address ON verdict_changes (address_id)",

  // Instead of an index of every successful ID.
  `CREATE TABLE unmatched_ids (
    batch INTEGER NOT NULL REFERENCES numbered_batches (batch),
    contact_id TEXT NOT NULL,
    PRIMARY KEY (batch, contact_id)
  ) STRICT, WITHOUT ROWID`,
  "CREATE INDEX unmatched_ids_by_contact_id ON unmatched_ids (contact_id)",

  `CREATE TABLE batch_findings (
    batch INTEGER NOT NULL REFERENCES numbered_batches (batch),
    finding TEXT NOT NULL CHECK (${isOneOf("finding", Finding)}),
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (batch, finding, subject)
  ) STRICT, WITHOUT ROWID`,

  `CREATE TABLE nearest_sent (
    batch INTEGER NOT NULL REFERENCES numbered_batches (batch),
    finding TEXT NOT NULL CHECK (${isOneOf("finding", Unmatched)}),
    subject TEXT NOT NULL,
    reported_email TEXT NOT NULL,
    sent_email TEXT NOT NULL,
    difference TEXT NOT NULL CHECK (${isOneOf("difference", Difference)}),
    PRIMARY KEY (batch, finding, subject, reported_email, sent_email)
  ) STRICT, WITHOUT ROWID`,

  // Batches whose facts changed after their conclusions were computed. Marked in the transaction of the fact.
  "CREATE TABLE stale_marks (batch INTEGER PRIMARY KEY REFERENCES numbered_batches (batch)) STRICT",
  // A settled batch counts as decided only if each of its sent contacts has an outcome. Until then none has.
  `CREATE TRIGGER totals_add_up BEFORE DELETE ON stale_marks
   WHEN (SELECT count(*) FROM verdicts WHERE batch = OLD.batch)
     <> CASE WHEN EXISTS (SELECT 1 FROM answers WHERE batch = OLD.batch AND ${hasSettled("status")})
       THEN (SELECT count(*) FROM sent_contacts WHERE batch = OLD.batch) ELSE 0 END
   BEGIN
     SELECT RAISE(ABORT, 'the outcomes of a batch do not add up to what was sent');
   END`
]
