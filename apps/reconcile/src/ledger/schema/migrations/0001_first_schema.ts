import { asSentConclusions, asSentFacts } from "./asSentTables.js"
import {
  Difference,
  Finding,
  hasSettled,
  isOneOf,
  isWorthAnIndex,
  LearntFrom,
  List,
  Method,
  Origin,
  outcomeOf,
  Step,
  Unmatched
} from "../words.js"

/**
 * Each address and batch has a number, which stands for it everywhere else: as text, they would take two thirds of the
 * file. People read the views of recordViews.ts.
 */
const numbered: ReadonlyArray<string> = [
  "CREATE TABLE addresses (address_id INTEGER PRIMARY KEY, email_key TEXT NOT NULL) STRICT",
  // Unique by an index, not by a constraint: a first load drops the index and sorts a million addresses once.
  "CREATE UNIQUE INDEX addresses_by_email_key ON addresses (email_key)",

  `CREATE TABLE numbered_batches (
    batch INTEGER PRIMARY KEY,
    batch_id TEXT NOT NULL UNIQUE CHECK (batch_id <> ''),
    submitted_at TEXT,
    added_at TEXT NOT NULL
  ) STRICT`
]

/** The user's own contacts. Loading a source again changes them. */
const yours: ReadonlyArray<string> = [
  `CREATE TABLE local_sources (
    local_source_id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    loaded_at TEXT NOT NULL,
    columns TEXT NOT NULL,
    key_column TEXT,
    sends TEXT
  ) STRICT`,

  // The names of a row's columns, and the places of those whose exact values are in columns of local_rows; -1: none.
  `CREATE TABLE row_shapes (
    shape_id INTEGER PRIMARY KEY,
    local_source_id INTEGER NOT NULL REFERENCES local_sources (local_source_id),
    names TEXT NOT NULL,
    email_at INTEGER NOT NULL,
    contact_id_at INTEGER NOT NULL,
    batch_id_at INTEGER NOT NULL,
    UNIQUE (local_source_id, names, email_at, contact_id_at, batch_id_at)
  ) STRICT`,

  // An address is NULL if it is the same as its key.
  `CREATE TABLE local_rows (
    local_contact_id INTEGER PRIMARY KEY,
    local_source_id INTEGER NOT NULL REFERENCES local_sources (local_source_id),
    address_id INTEGER NOT NULL REFERENCES addresses (address_id),
    occurrence INTEGER NOT NULL CHECK (occurrence >= 1),
    shape_id INTEGER NOT NULL,
    batch INTEGER,
    email TEXT,
    contact_id TEXT,
    source_key TEXT,
    cells TEXT NOT NULL
  ) STRICT`,
  `CREATE UNIQUE INDEX local_rows_by_address ON local_rows (address_id, local_source_id, occurrence)`,
  `CREATE INDEX local_rows_by_contact_id ON local_rows (contact_id, address_id) WHERE contact_id IS NOT NULL`,
  `CREATE INDEX local_rows_repeated ON local_rows (address_id, local_source_id)
    WHERE occurrence > 1 AND batch IS NULL`,
  // Contacts without a key (usually all of a source) take no room in it.
  `CREATE UNIQUE INDEX local_rows_by_source_key ON local_rows (local_source_id, source_key)
    WHERE source_key IS NOT NULL`,

  // What a source once named as sent and no longer names: removing the source needs it.
  `CREATE TABLE former_sent (
    local_source_id INTEGER NOT NULL REFERENCES local_sources (local_source_id),
    batch INTEGER NOT NULL REFERENCES numbered_batches (batch),
    address_id INTEGER NOT NULL REFERENCES addresses (address_id),
    contacts INTEGER NOT NULL CHECK (contacts >= 1),
    PRIMARY KEY (local_source_id, batch, address_id)
  ) STRICT, WITHOUT ROWID`,
  "CREATE INDEX former_sent_by_batch ON former_sent (batch, address_id)",
  "CREATE INDEX former_sent_by_address ON former_sent (address_id)"
]

/**
 * What was sent and what the account said. Only commands that undo a mistake update it in place.
 *
 * Lists are keyed by value before position, so that one index lookup finds a contact. `position` has the order received.
 */
const facts: ReadonlyArray<string> = [
  `CREATE TABLE accounts (
    account_id INTEGER PRIMARY KEY CHECK (account_id = 1),
    base_url TEXT NOT NULL,
    bound_at TEXT NOT NULL
  ) STRICT`,

  `CREATE TABLE sent_contacts (
    batch INTEGER NOT NULL REFERENCES numbered_batches (batch),
    address_id INTEGER NOT NULL REFERENCES addresses (address_id),
    occurrence INTEGER NOT NULL CHECK (occurrence >= 1),
    email TEXT,
    contact_id TEXT,
    PRIMARY KEY (batch, address_id, occurrence)
  ) STRICT, WITHOUT ROWID`,
  "CREATE INDEX sent_contacts_by_address ON sent_contacts (address_id, batch)",

  // A source had unreadable rows: its batches may have more contacts than are known.
  `CREATE TABLE sent_gaps (
    batch INTEGER NOT NULL REFERENCES numbered_batches (batch),
    source TEXT NOT NULL,
    rejected_rows INTEGER NOT NULL CHECK (rejected_rows >= 1),
    PRIMARY KEY (batch, source)
  ) STRICT, WITHOUT ROWID`,

  `CREATE TABLE answers (
    answer_id INTEGER PRIMARY KEY,
    batch INTEGER NOT NULL REFERENCES numbered_batches (batch),
    sequence INTEGER NOT NULL CHECK (sequence >= 1),
    received_at TEXT NOT NULL,
    status TEXT NOT NULL,
    success_count INTEGER,
    failure_count INTEGER,
    raw_body TEXT NOT NULL,
    origin TEXT NOT NULL CHECK (${isOneOf("origin", Origin)}),
    UNIQUE (batch, sequence)
  ) STRICT`,
  `CREATE INDEX answers_settled ON answers (batch, sequence) WHERE ${hasSettled("status")}`,

  `CREATE TABLE answer_successes (
    answer_id INTEGER NOT NULL REFERENCES answers (answer_id),
    contact_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (answer_id, contact_id, position)
  ) STRICT, WITHOUT ROWID`,

  `CREATE TABLE answer_failures (
    answer_id INTEGER NOT NULL REFERENCES answers (answer_id),
    address_id INTEGER NOT NULL REFERENCES addresses (address_id),
    position INTEGER NOT NULL,
    email TEXT,
    PRIMARY KEY (answer_id, address_id, position)
  ) STRICT, WITHOUT ROWID`,
  "CREATE INDEX answer_failures_by_address ON answer_failures (address_id)",

  // Unreadable items of a list. Counting cannot decide a batch that has any.
  `CREATE TABLE unreadable_items (
    batch_unreadable_item_id INTEGER PRIMARY KEY,
    answer_id INTEGER NOT NULL REFERENCES answers (answer_id),
    list TEXT NOT NULL CHECK (${isOneOf("list", List)}),
    position INTEGER,
    value TEXT NOT NULL
  ) STRICT`,
  "CREATE INDEX unreadable_items_by_answer ON unreadable_items (answer_id)",

  `CREATE TABLE id_links (
    contact_id TEXT NOT NULL,
    address_id INTEGER NOT NULL REFERENCES addresses (address_id),
    email TEXT,
    learnt_from TEXT NOT NULL CHECK (${isOneOf("learnt_from", LearntFrom)}),
    learnt_at TEXT NOT NULL,
    PRIMARY KEY (contact_id, address_id)
  ) STRICT, WITHOUT ROWID`,
  "CREATE INDEX id_links_by_address ON id_links (address_id, contact_id)",

  `CREATE TABLE gone_contacts (
    contact_id TEXT PRIMARY KEY,
    asked_at TEXT NOT NULL
  ) STRICT, WITHOUT ROWID`,

  // The last answer says what was known at a look-up. A time would not: if the clock is set back between an answer and a
  // look-up, the later one has the earlier time.
  `CREATE TABLE address_lookups (
    lookup_id INTEGER PRIMARY KEY,
    address_id INTEGER NOT NULL REFERENCES addresses (address_id),
    email TEXT,
    asked_at TEXT NOT NULL,
    after_answer_id INTEGER NOT NULL,
    method TEXT NOT NULL CHECK (${isOneOf("method", Method)}),
    contact_id TEXT,
    found_email TEXT,
    created_at TEXT,
    updated_at TEXT,
    deleted INTEGER CHECK (deleted IN (0, 1)),
    bounced INTEGER CHECK (bounced IN (0, 1)),
    CHECK ((contact_id IS NULL) = (found_email IS NULL) AND (contact_id IS NULL) = (deleted IS NULL))
  ) STRICT`,
  "CREATE INDEX address_lookups_by_address ON address_lookups (address_id, lookup_id)"
]

/** Calls that failed one after the other, until one had an answer. */
const episode = `first_at TEXT NOT NULL,
    last_at TEXT NOT NULL,
    times INTEGER NOT NULL CHECK (times >= 1),
    ended_at TEXT,
    error TEXT NOT NULL,
    message TEXT NOT NULL,
    raw_body TEXT`

/** The jobs that ran, and what went wrong in them: one row for each problem while it lasted. */
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

/** Computed from all of the above, and recomputed when it changes. */
const conclusions: ReadonlyArray<string> = [
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

export const firstSchema: ReadonlyArray<string> = [
  ...numbered,
  ...facts,
  ...yours,
  ...asSentFacts,
  ...history,
  ...conclusions,
  ...asSentConclusions
]
