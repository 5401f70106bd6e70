/** Trouble of a batch or a step: one row an episode, with its first and last time and how often it was met. */
const trouble: ReadonlyArray<string> = []

/** What tells one holder of the lease from another where process IDs and host names repeat, as in containers. */
const lease: ReadonlyArray<string> = []

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
const pastedAnswers: ReadonlyArray<string> = []

/** Near matches of successes, and of host names in two spellings. */
const nearMatches: ReadonlyArray<string> = []

/** No answer, no reader and no clock is taken at its word. */
export const trustAtTheEdges: ReadonlyArray<string> = [
  ...trouble,
  ...lease,
  ...unreadableItems,
  ...pastedAnswers,
  ...nearMatches
]
