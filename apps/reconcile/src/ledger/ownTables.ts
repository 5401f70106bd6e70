import { migrations } from "./migrations.js"
import { views } from "./views.js"

const created = /^CREATE TABLE (?:IF NOT EXISTS )?(\w+)/

/** Every table and view of the schema; whatever else the file holds is the user's. */
export const ownTables: ReadonlySet<string> = new Set([
  "schema_notes",
  ...migrations.flat().flatMap((statement) => created.exec(statement)?.[1] ?? []),
  ...views.map(({ name }) => name)
])
