/** Trouble of a batch or a step: one row an episode, with its first and last time and how often it was met. */
const trouble: ReadonlyArray<string> = []

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
const unreadableItems: ReadonlyArray<string> = []

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
