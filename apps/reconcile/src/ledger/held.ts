import type Sqlite from "better-sqlite3"

/** How much a ledger holds. */
export interface Held {
  readonly schema: number
  readonly batches: number
  readonly settled: number
  readonly sent: number
  readonly answers: number
  readonly localContacts: number
}

const nothing: Held = { schema: 0, batches: 0, settled: 0, sent: 0, answers: 0, localContacts: 0 }

export const held = (database: Sqlite.Database): Held =>
  database
    .prepare<[], Held>(`
      SELECT (SELECT user_version FROM pragma_user_version) AS schema,
        (SELECT count(*) FROM batches) AS batches,
        (SELECT count(DISTINCT batch_id) FROM batch_answers
          WHERE status IN ('completed', 'failed', 'interrupted')) AS settled,
        (SELECT count(*) FROM batch_sent) AS sent,
        (SELECT count(*) FROM batch_answers) AS answers,
        (SELECT count(*) FROM local_contacts) AS "localContacts"`)
    .get() ?? nothing
