import { firstSchema } from "./migrations/0001_first_schema.js"

/** The position in this list, from 1, is the schema version that a migration leads to. */
export type Migrations = ReadonlyArray<ReadonlyArray<string>>

/** Forward only. The text of a released migration must not change, so it no longer takes words from `words.ts` then. */
export const migrations: Migrations = [firstSchema]

export const schemaVersion = migrations.length
