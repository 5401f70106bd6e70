import { join } from "node:path"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import { applicationId } from "../../src/ledger/identity.js"
import { migrations } from "../../src/ledger/migrations.js"
import { temporaryFolder } from "./temporary.js"

/** The path of a file as an older schema left it, filled by this SQL, for as long as the scope lasts. */
export const olderLedger = (schema: number, fill: string) =>
  Effect.map(temporaryFolder, (folder) => {
    const path = join(folder, "reconcile.db")
    const database = new Sqlite(path)
    database.pragma("legacy_alter_table = ON")
    for (const statement of migrations.slice(0, schema).flat()) database.exec(statement)
    database.exec(fill)
    database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schema}`)
    database.close()
    return path
  })
