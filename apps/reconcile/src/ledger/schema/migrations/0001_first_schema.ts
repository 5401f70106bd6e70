import { asSentConclusions, asSentFacts } from "./asSentTables.js"
import { conclusions } from "./conclusionTables.js"
import { facts } from "./factTables.js"
import { history } from "./historyTables.js"

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
  // Rows that are not in a payload may stay in a source that now has payloads.
  `CREATE TABLE row_shapes (
    shape_id INTEGER PRIMARY KEY,
    local_source_id INTEGER NOT NULL REFERENCES local_sources (local_source_id),
    names TEXT NOT NULL,
    email_at INTEGER NOT NULL,
    contact_id_at INTEGER NOT NULL,
    batch_id_at INTEGER NOT NULL,
    is_payload INTEGER NOT NULL CHECK (is_payload IN (0, 1)),
    UNIQUE (local_source_id, names, email_at, contact_id_at, batch_id_at, is_payload)
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

export const firstSchema: ReadonlyArray<string> = [
  ...numbered,
  ...facts,
  ...yours,
  ...asSentFacts,
  ...history,
  ...conclusions,
  ...asSentConclusions
]
