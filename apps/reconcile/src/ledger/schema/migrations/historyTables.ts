import { isOneOf, Step } from "../words.js"

/** Calls that failed one after the other, until one had an answer. */
const episode = `first_at TEXT NOT NULL,
    last_at TEXT NOT NULL,
    times INTEGER NOT NULL CHECK (times >= 1),
    ended_at TEXT,
    error TEXT NOT NULL,
    message TEXT NOT NULL,
    raw_body TEXT`

/** The jobs that ran, and what went wrong in them: one row for each problem while it lasted. */
export const history: ReadonlyArray<string> = [
  `CREATE TABLE reconcile_runs (
    reconcile_run_id INTEGER PRIMARY KEY,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    open_batches INTEGER NOT NULL,
    answers INTEGER NOT NULL DEFAULT 0,
    settled INTEGER NOT NULL DEFAULT 0,
    errors INTEGER NOT NULL DEFAULT 0,
    resolved INTEGER NOT NULL DEFAULT 0,
    looked_up INTEGER NOT NULL DEFAULT 0,
    exit_code INTEGER,
    reason TEXT
  ) STRICT`,

  // Whether a run is news to those who were told of the one before. Runs that reached nobody have no row above.
  `CREATE TABLE last_notice (
    last_notice_id INTEGER PRIMARY KEY CHECK (last_notice_id = 1),
    sent_at TEXT NOT NULL,
    exit_code INTEGER NOT NULL,
    reason TEXT NOT NULL
  ) STRICT`,

  `CREATE TABLE batch_troubles (
    batch_error_id INTEGER PRIMARY KEY,
    batch INTEGER NOT NULL REFERENCES numbered_batches (batch),
    ${episode}
  ) STRICT`,
  "CREATE INDEX batch_troubles_by_batch ON batch_troubles (batch)",
  "CREATE UNIQUE INDEX batch_troubles_lasting ON batch_troubles (batch) WHERE ended_at IS NULL",

  `CREATE TABLE account_errors (
    account_error_id INTEGER PRIMARY KEY,
    step TEXT NOT NULL CHECK (${isOneOf("step", Step)}),
    ${episode}
  ) STRICT`,
  "CREATE INDEX account_errors_by_step ON account_errors (step, last_at)",
  "CREATE UNIQUE INDEX account_errors_lasting ON account_errors (step) WHERE ended_at IS NULL",

  // It is made with the file, so that a file that can only be read has it, too.
  `CREATE TABLE pseudonym_keys (
    pseudonym_key_id INTEGER PRIMARY KEY CHECK (pseudonym_key_id = 1),
    secret TEXT NOT NULL
  ) STRICT`,
  "INSERT INTO pseudonym_keys (pseudonym_key_id, secret) VALUES (1, lower(hex(randomblob(32))))",

  `CREATE TABLE purges (
    purge_id INTEGER PRIMARY KEY,
    purged_at TEXT NOT NULL,
    unchanged_since TEXT NOT NULL,
    batches INTEGER NOT NULL,
    sent_contacts INTEGER NOT NULL
  ) STRICT`,
  // A source that still names them would bring them back, open.
  `CREATE TABLE purged_batches (batch_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID`,

  // One job at a time writes to the file. Process IDs and host names repeat, as in containers; an instance does not.
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
