import { Comparison, Kind } from "../../../asSent/SentMember.js"
import { isOneOf } from "../words.js"

/**
 * What contacts were sent with, and what the account holds of it. Numbers of looks, members and shapes refer to their tables
 * without a foreign key, as shapes do in local_rows: each would need an index as large as the table.
 */
export const asSentFacts: ReadonlyArray<string> = [
  // What a row had when its source first named it as sent, if the source has other values by now. Otherwise local_rows has it.
  // One row for each source, which its shape tells.
  `CREATE TABLE former_cells (
    batch INTEGER NOT NULL,
    address_id INTEGER NOT NULL,
    occurrence INTEGER NOT NULL,
    shape_id INTEGER NOT NULL,
    email TEXT,
    contact_id TEXT,
    cells TEXT NOT NULL,
    PRIMARY KEY (batch, address_id, occurrence, shape_id),
    FOREIGN KEY (batch, address_id, occurrence) REFERENCES sent_contacts (batch, address_id, occurrence)
  ) STRICT, WITHOUT ROWID`,

  // The names of the account, as last read.
  `CREATE TABLE account_fields (
    field_id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    type TEXT,
    perstag TEXT,
    options TEXT
  ) STRICT, WITHOUT ROWID`,
  "CREATE TABLE account_tags (tag_id TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT, WITHOUT ROWID",
  "CREATE TABLE account_lists (list_id TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT, WITHOUT ROWID",
  `CREATE TABLE account_exclusions (
    exclusion_id TEXT PRIMARY KEY,
    match_phrase TEXT NOT NULL,
    match_type TEXT NOT NULL,
    channel TEXT,
    lists TEXT
  ) STRICT, WITHOUT ROWID`,
  "CREATE INDEX account_exclusions_by_phrase ON account_exclusions (match_type, match_phrase)",
  `CREATE TABLE account_names_read (
    part TEXT PRIMARY KEY CHECK (part IN ('fields', 'tags', 'lists', 'exclusions')),
    read_at TEXT NOT NULL,
    is_whole INTEGER NOT NULL CHECK (is_whole IN (0, 1))
  ) STRICT, WITHOUT ROWID`,

  // Each thing that was sent for some contact, once. Names that differ in letter case are one in `folded`, which SQLite itself
  // can tell only of ASCII. The field that a name stands for and what is wrong with it follow from the names of the account.
  `CREATE TABLE sent_members (
    member_id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (${isOneOf("kind", Kind)}),
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    field_id TEXT,
    problem TEXT,
    UNIQUE (kind, name)
  ) STRICT`,

  // One call that fetched contacts with what they hold. The last answer says what was known by then.
  `CREATE TABLE looks (
    look_id INTEGER PRIMARY KEY,
    looked_at TEXT NOT NULL,
    after_answer_id INTEGER NOT NULL
  ) STRICT`,

  // A sent contact that was fetched. Its dates only if something was not as sent. `unseen`: the kinds that the answer
  // did not have, such as 'field tag', or 'field:2' if it may lack fields and did not show 2 values; 'contact' if it was gone, 'address' if it has another address.
  `CREATE TABLE contact_looks (
    batch INTEGER NOT NULL,
    address_id INTEGER NOT NULL,
    occurrence INTEGER NOT NULL,
    look_id INTEGER NOT NULL,
    created_at TEXT,
    updated_at TEXT,
    unseen TEXT,
    bounced INTEGER CHECK (bounced IN (0, 1)),
    PRIMARY KEY (batch, address_id, occurrence),
    FOREIGN KEY (batch, address_id, occurrence) REFERENCES sent_contacts (batch, address_id, occurrence)
  ) STRICT, WITHOUT ROWID`,

  // What was found in place of what was sent; `found` is NULL if nothing was. What was found as sent has no row.
  `CREATE TABLE found_values (
    batch INTEGER NOT NULL,
    address_id INTEGER NOT NULL,
    occurrence INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    found TEXT,
    cannot_tell TEXT,
    PRIMARY KEY (batch, address_id, occurrence, member_id),
    FOREIGN KEY (batch, address_id, occurrence) REFERENCES contact_looks (batch, address_id, occurrence)
  ) STRICT, WITHOUT ROWID`,

  // The status of an address on a list: each look that saw it not active, and the first that saw it active after one.
  `CREATE TABLE list_statuses (
    address_id INTEGER NOT NULL REFERENCES addresses (address_id),
    list_id TEXT NOT NULL,
    look_id INTEGER NOT NULL,
    status INTEGER NOT NULL,
    PRIMARY KEY (address_id, list_id, look_id)
  ) STRICT, WITHOUT ROWID`
]

/** Computed from it. */
export const asSentConclusions: ReadonlyArray<string> = [
  // No row: the same as sent, or not looked at yet.
  `CREATE TABLE value_verdicts (
    batch INTEGER NOT NULL,
    address_id INTEGER NOT NULL,
    occurrence INTEGER NOT NULL,
    member_id INTEGER NOT NULL REFERENCES sent_members (member_id),
    comparison TEXT NOT NULL CHECK (comparison <> 'same' AND ${isOneOf("comparison", Comparison)}),
    sent TEXT NOT NULL,
    found TEXT,
    why TEXT,
    PRIMARY KEY (batch, address_id, occurrence, member_id),
    FOREIGN KEY (batch, address_id, occurrence) REFERENCES sent_contacts (batch, address_id, occurrence)
  ) STRICT, WITHOUT ROWID`,
  "CREATE INDEX value_verdicts_by_member ON value_verdicts (member_id, comparison)",
  "CREATE INDEX value_verdicts_by_address ON value_verdicts (address_id)",

  `CREATE TABLE value_counts (
    batch INTEGER NOT NULL REFERENCES numbered_batches (batch),
    member_id INTEGER NOT NULL,
    sent INTEGER NOT NULL,
    same INTEGER NOT NULL,
    different INTEGER NOT NULL,
    absent INTEGER NOT NULL,
    edited_since INTEGER NOT NULL,
    sent_again INTEGER NOT NULL,
    not_checked INTEGER NOT NULL,
    unseen INTEGER NOT NULL DEFAULT 0 CHECK (unseen <= not_checked),
    PRIMARY KEY (batch, member_id),
    CHECK (sent = same + different + absent + edited_since + sent_again + not_checked)
  ) STRICT, WITHOUT ROWID`,

  // Unsubscribed or bounced at a look, and active at a later one, with an import between them that did not subscribe it.
  `CREATE TABLE consent_breaks (
    batch INTEGER NOT NULL REFERENCES numbered_batches (batch),
    address_id INTEGER NOT NULL REFERENCES addresses (address_id),
    list_id TEXT NOT NULL,
    status_before INTEGER NOT NULL,
    look_before INTEGER NOT NULL,
    look_after INTEGER NOT NULL,
    PRIMARY KEY (batch, address_id, list_id)
  ) STRICT, WITHOUT ROWID`,
  "CREATE INDEX consent_breaks_by_address ON consent_breaks (address_id)"
]
