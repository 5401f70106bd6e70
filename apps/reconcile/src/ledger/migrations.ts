import { firstSchema } from "./migrations/0001_first_schema.js"

/** Forward only. The position in this list, from 1, is the schema version that a migration leads to. */
export const migrations: ReadonlyArray<ReadonlyArray<string>> = [firstSchema]

export const schemaVersion = migrations.length
