import { firstSchema } from "../../src/ledger/migrations/0001_first_schema.js"
import type { Migrations } from "../../src/ledger/migrations.js"

/**
 * In place of `src/ledger/migrations.ts`: the schema of a later version that was made up. It does what a migration may
 * have to do: make a table anew with its rows, fill a new one, and have every batch decided again.
 */
const madeUp: ReadonlyArray<string> = [
  `CREATE TABLE new_links (
    contact_id TEXT NOT NULL,
    email_key TEXT NOT NULL,
    email TEXT NOT NULL,
    learnt_from TEXT NOT NULL,
    learnt_at TEXT NOT NULL,
    checked_at TEXT,
    PRIMARY KEY (contact_id, email_key)
  ) STRICT, WITHOUT ROWID`,
  "INSERT INTO new_links SELECT contact_id, email_key, email, learnt_from, learnt_at, NULL FROM links",
  "DROP TABLE links",
  "ALTER TABLE new_links RENAME TO links",
  "CREATE INDEX links_by_email_key ON links (email_key, contact_id)",
  `CREATE TABLE known_addresses (
    email_key TEXT PRIMARY KEY,
    contacts INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
  "INSERT INTO known_addresses SELECT email_key, count(*) FROM local_contacts GROUP BY email_key",
  "INSERT INTO stale_batches SELECT batch_id FROM batches WHERE true ON CONFLICT DO NOTHING"
]

export const migrations: Migrations = [firstSchema, madeUp]

export const schemaVersion = migrations.length
