/** Trouble of a batch or a step: one row an episode, with its first and last time and how often it was met. */
const trouble: ReadonlyArray<string> = []

/** What tells one holder of the lease from another where process IDs and host names repeat, as in containers. */
const lease: ReadonlyArray<string> = []

/** Items of a list that could not be read; they keep the batch from being decided by counting. */
const unreadableItems: ReadonlyArray<string> = []

/** Where an answer came from: the account, or a file that the user gave. */
const pastedAnswers: ReadonlyArray<string> = []

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

/** No answer, no reader and no clock is taken at its word. */
export const trustAtTheEdges: ReadonlyArray<string> = [
  ...trouble,
  ...lease,
  ...unreadableItems,
  ...pastedAnswers,
  ...nearMatches
]
