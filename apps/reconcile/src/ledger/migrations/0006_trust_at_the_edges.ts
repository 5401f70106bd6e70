/** Trouble of a batch or a step: one row an episode, with its first and last time and how often it was met. */
const trouble: ReadonlyArray<string> = []

/** What tells one holder of the lease from another where process IDs and host names repeat, as in containers. */
const lease: ReadonlyArray<string> = []

/** Items of a list that could not be read; they keep the batch from being decided by counting. */
const unreadableItems: ReadonlyArray<string> = []

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
const nearMatches: ReadonlyArray<string> = []

/** No answer, no reader and no clock is taken at its word. */
export const trustAtTheEdges: ReadonlyArray<string> = [
  ...trouble,
  ...lease,
  ...unreadableItems,
  ...pastedAnswers,
  ...formerSent,
  ...nearMatches
]
