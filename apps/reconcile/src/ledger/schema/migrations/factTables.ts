import { hasSettled, isOneOf, LearntFrom, List, Method, Origin } from "../words.js"

/**
 * What was sent and what the account said. Only commands that undo a mistake update it in place.
 *
 * Lists are keyed by value before position, so that one index lookup finds a contact. `position` has the order received.
 */
export const facts: ReadonlyArray<string> = [
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
