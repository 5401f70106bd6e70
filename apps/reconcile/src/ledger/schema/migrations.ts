import { firstSchema } from "./migrations/0001_first_schema.js"

/** The position in this list, from 1, is the schema version that a migration leads to. */
export type Migrations = ReadonlyArray<ReadonlyArray<string>>

/** Forward only. Once released, the text of one must not change: words it takes from `words.ts` are then written out. */
export const migrations: Migrations = [firstSchema]

export const schemaVersion = migrations.length
