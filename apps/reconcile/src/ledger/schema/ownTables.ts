import { migrations } from "./migrations.js"
import { recordViews } from "./recordViews.js"
import { views } from "./views.js"

const created = /^CREATE TABLE (?:IF NOT EXISTS )?(\w+)/

/** Every table and view of the schema. Anything else in the file belongs to the user. */
export const ownTables: ReadonlySet<string> = new Set([
  "schema_notes",
  ...migrations.flat().flatMap((statement) => created.exec(statement)?.[1] ?? []),
  ...recordViews.map(({ name }) => name),
  ...views.map(({ name }) => name)
])
