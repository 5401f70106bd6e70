import { firstSchema } from "./migrations/0001_first_schema.js"
import { localContactKeys } from "./migrations/0003_local_contacts.js"

/** Forward only. The position in this list, from 1, is the schema version that a migration leads to. */
export const migrations: ReadonlyArray<ReadonlyArray<string>> = [firstSchema, localContactKeys]

export const schemaVersion = migrations.length
