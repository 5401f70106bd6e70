import { createHash } from "node:crypto"
import Sqlite from "better-sqlite3"

export type Row = Readonly<Record<string, unknown>>

/** Does something with a file on a read-only connection of its own. */
const reading = <A>(file: string, use: (database: Sqlite.Database) => A): A => {
  const database = new Sqlite(file, { readonly: true, fileMustExist: true })
  try {
    return use(database)
  } finally {
    database.close()
  }
}

export const rows = (file: string, sql: string): ReadonlyArray<Row> =>
  reading(file, (database) => database.prepare<[], Row>(sql).all())

/** The first column of a query. */
export const values = (file: string, sql: string): ReadonlyArray<unknown> =>
  reading(file, (database) => database.prepare(sql).pluck().all())

export const pragma = (file: string, name: string): unknown =>
  reading(file, (database) => database.pragma(name, { simple: true }))

/** Every row of every table, and the schema: equal dumps are equal content. */
export const dump = (file: string): Readonly<Record<string, ReadonlyArray<Row>>> =>
  reading(file, (database) => {
    const names = database
      .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
      .pluck()
      .all()
    const table = (name: string) => database.prepare<[], Row>(`SELECT * FROM "${name}"`).all()
    const schema = database.prepare<[], Row>("SELECT * FROM sqlite_schema ORDER BY type, name").all()
    return Object.fromEntries([["", schema], ...names.map((name) => [name, table(name)] as const)])
  })

/** What a dump holds, large tables told by their size and a checksum, columns with a time or the secret left out. */
export const digestWithoutTimes = (file: string) =>
  Object.fromEntries(
    Object.entries(dump(file)).map(([table, all]) => {
      const text = JSON.stringify(all, (key, value: unknown) =>
        key.endsWith("_at") || key === "secret" ? undefined : value
      )
      return [table, { rows: all.length, sha256: createHash("sha256").update(text).digest("hex") }] as const
    })
  )

/**
 * What a ledger says in the end, whenever it was asked: settled answers with their lists, what was sent, and
 * the conclusions. Answers before the last depend on when they were asked for, and so do sequence numbers.
 */
export const conclusions = (file: string) => ({
  settled: rows(
    file,
    `SELECT batch_id, status, success_count, failure_count, raw_body FROM batch_answers
     WHERE status IN ('completed', 'failed', 'interrupted') ORDER BY batch_id`
  ),
  successes: rows(file, "SELECT batch_id, position, contact_id FROM batch_successes ORDER BY 1, 2"),
  failures: rows(file, "SELECT batch_id, position, email, email_key FROM batch_failures ORDER BY 1, 2"),
  sent: rows(file, "SELECT * FROM batch_sent ORDER BY 1, 2, 3"),
  contacts: rows(file, "SELECT * FROM local_contacts ORDER BY local_contact_id"),
  outcomes: rows(file, "SELECT * FROM outcomes ORDER BY 1, 2, 3"),
  findings: rows(file, "SELECT * FROM findings ORDER BY 1, 2, 3"),
  stale: rows(file, "SELECT * FROM stale_batches")
})

export const statusOfBatches = (db: string) =>
  rows(db, "SELECT batch_id, status FROM batch_overview ORDER BY batch_id").map((row) => ({ ...row }))
