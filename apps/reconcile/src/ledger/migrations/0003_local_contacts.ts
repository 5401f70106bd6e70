/** The column by which a source knows its contacts, and each contact's key in it. */
export const localContactKeys: ReadonlyArray<string> = [
  "ALTER TABLE local_sources ADD COLUMN key_column TEXT",
  "ALTER TABLE local_contacts ADD COLUMN source_key TEXT",
  // It serves the foreign key to the source, too.
  "CREATE UNIQUE INDEX local_contacts_by_source_key ON local_contacts (local_source_id, source_key)",
  "DROP INDEX local_contacts_by_local_source_id"
]
