import { firstSchema } from "../../src/ledger/schema/migrations/0001_first_schema.js"
import type { Migrations } from "../../src/ledger/schema/migrations.js"

/**
 * In place of `src/ledger/schema/migrations.ts`: the schema of a later version that was made up. It does what a migration may
 * have to do: make a table anew with its rows, fill a new one, and have every batch decided again.
 */
const madeUp: ReadonlyArray<string> = [
  `CREATE TABLE new_links (
    contact_id TEXT NOT NULL,
    address_id INTEGER NOT NULL REFERENCES addresses (address_id),
    email TEXT,
    learnt_from TEXT NOT NULL,
    learnt_at TEXT NOT NULL,
    checked_at TEXT,
    PRIMARY KEY (contact_id, address_id)
  ) STRICT, WITHOUT ROWID`,
  "INSERT INTO new_links SELECT contact_id, address_id, email, learnt_from, learnt_at, NULL FROM id_links",
  "DROP TABLE id_links",
  "ALTER TABLE new_links RENAME TO id_links",
  "CREATE INDEX id_links_by_address ON id_links (address_id, contact_id)",
  `CREATE TABLE known_addresses (
    email_key TEXT PRIMARY KEY,
    contacts INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
  "INSERT INTO known_addresses SELECT a.email_key, count(*) FROM local_rows l JOIN addresses a USING (address_id) GROUP BY a.email_key",
  "INSERT INTO stale_marks SELECT batch FROM numbered_batches WHERE true ON CONFLICT DO NOTHING"
]

export const migrations: Migrations = [firstSchema, madeUp]

export const schemaVersion = migrations.length
