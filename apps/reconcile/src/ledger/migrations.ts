import { firstSchema } from "./migrations/0001_first_schema.js"
import { resolveAndLookUp } from "./migrations/0002_resolve_and_look_up.js"
import { localContactKeys } from "./migrations/0003_local_contacts.js"
import { leanConclusions } from "./migrations/0004_lean_conclusions.js"
import { localContactIndexes } from "./migrations/0005_local_contact_indexes.js"
import { trustAtTheEdges } from "./migrations/0006_trust_at_the_edges.js"

/** The position in this list, from 1, is the schema version that a migration leads to. */
export type Migrations = ReadonlyArray<ReadonlyArray<string>>

/** Forward only. */
export const migrations: Migrations = [
  firstSchema,
  resolveAndLookUp,
  localContactKeys,
  leanConclusions,
  localContactIndexes,
  trustAtTheEdges
]

export const schemaVersion = migrations.length
