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
const lease: ReadonlyArray<string> = []

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
