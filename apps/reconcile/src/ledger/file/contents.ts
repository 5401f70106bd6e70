import type Sqlite from "better-sqlite3"
import { hasSettled } from "../schema/words.js"

/** How much a ledger holds. */
export interface Contents {
  readonly schema: number
  readonly batches: number
  readonly settled: number
  readonly sent: number
  readonly answers: number
  readonly localContacts: number
}

const nothing: Contents = { schema: 0, batches: 0, settled: 0, sent: 0, answers: 0, localContacts: 0 }

export const contentsOf = (database: Sqlite.Database): Contents =>
  database
    .prepare<[], Contents>(`
      SELECT (SELECT user_version FROM pragma_user_version) AS schema,
        (SELECT count(*) FROM numbered_batches) AS batches,
        (SELECT count(DISTINCT batch) FROM answers
          WHERE ${hasSettled("status")}) AS settled,
        (SELECT count(*) FROM sent_contacts) AS sent,
        (SELECT count(*) FROM answers) AS answers,
        (SELECT count(*) FROM local_rows) AS "localContacts"`)
    .get() ?? nothing
