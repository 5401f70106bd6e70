import { firstSchema } from "./migrations/0001_first_schema.js"
import { resolveAndLookUp } from "./migrations/0002_resolve_and_look_up.js"

/** Forward only. The position in this list, from 1, is the schema version that a migration leads to. */
export const migrations: ReadonlyArray<ReadonlyArray<string>> = [firstSchema, resolveAndLookUp]

export const schemaVersion = migrations.length
