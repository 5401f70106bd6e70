/**
 * What makes a local contact unique becomes an index that can be dropped and made anew, as a UNIQUE within its
 * table cannot: a first load of a million contacts sorts their addresses once, in place of their rows.
 */
export const localContactIndexes: ReadonlyArray<string> = [
  `CREATE TABLE new_local_contacts (
    local_contact_id INTEGER PRIMARY KEY,
    local_source_id INTEGER NOT NULL REFERENCES local_sources (local_source_id),
    email_key TEXT NOT NULL,
    occurrence INTEGER NOT NULL CHECK (occurrence >= 1),
    email TEXT NOT NULL,
    contact_id TEXT,
    source_columns TEXT NOT NULL,
    batch_id TEXT,
    source_key TEXT
  ) STRICT`,
  `INSERT INTO new_local_contacts
   SELECT local_contact_id, local_source_id, email_key, occurrence, email, contact_id, source_columns, batch_id, source_key
   FROM local_contacts ORDER BY local_contact_id`,
  "DROP TABLE local_contacts",
  "ALTER TABLE new_local_contacts RENAME TO local_contacts",
  `CREATE UNIQUE INDEX local_contacts_by_email_key ON local_contacts (email_key, local_source_id, occurrence)`,
  `CREATE INDEX local_contacts_by_contact_id ON local_contacts (contact_id, email_key)
    WHERE contact_id IS NOT NULL`,
  `CREATE INDEX local_contacts_repeated ON local_contacts (email_key, local_source_id)
    WHERE occurrence > 1 AND batch_id IS NULL`,
  // Contacts without a key, most often all of a source, take no place in it.
  `CREATE UNIQUE INDEX local_contacts_by_source_key ON local_contacts (local_source_id, source_key)
    WHERE source_key IS NOT NULL`
]
