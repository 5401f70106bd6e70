import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { BatchId } from "effect-activecampaign/BatchId"
import type { ContactRow } from "../contacts/ContactRow.js"
import { Ledger } from "./Ledger.js"
import { ColumnNames } from "./SourceColumns.js"

export interface LoadReport {
  readonly rows: number
  readonly added: number
  readonly updated: number
  readonly unchanged: number
  /** Batches that the file named for the first time. */
  readonly batchesAdded: number
  /** Rows that name a batch. */
  readonly sent: number
  /** Of these, the ones newly recorded as sent. */
  readonly sentAdded: number
}

export interface Source {
  /** Loading a source of the same name again updates its contacts. */
  readonly name: string
  /** Rows that could not be read, known once the others have been: what was sent is then not wholly known. */
  readonly rejected: () => number
  /** The batch of every row, where the rows do not name theirs. */
  readonly batchId?: BatchId
  /** Refuse a source in which no row names a batch. */
  readonly namesBatches?: boolean
}

/** Batches were asked for by a column that no row has. */
export class NoBatchNamed extends Schema.TaggedError<NoBatchNamed>("ac-reconcile/NoBatchNamed")(
  "NoBatchNamed",
  {
    source: Schema.String,
    rows: Schema.Int
  }
) {
  override get message() {
    return `${this.source}: none of its ${this.rows} contacts names a batch; nothing was loaded. Check the name given with --batch-column.`
  }
}

/** Rows in one INSERT: 250 × 5 parameters, far below SQLite's limit and where larger statements stop paying. */
const rowsPerInsert = 250

// Staged without an index and sorted once: many times faster than keeping an index up to date row by row.
const createStage = `CREATE TEMP TABLE IF NOT EXISTS staged_contacts (
  email_key TEXT NOT NULL, email TEXT NOT NULL, contact_id TEXT, batch_id TEXT, source_columns TEXT NOT NULL
) STRICT`

const insertStaged = (rows: number) =>
  `INSERT INTO staged_contacts VALUES ${Array.from({ length: rows }, () => "(?,?,?,?,?)").join(",")}`

const insertFullStaged = insertStaged(rowsPerInsert)

/**
 * Straight to the transaction's connection: a `sql` template costs ten times what SQLite needs for the
 * statement, which a million rows would feel.
 */
const transactionConnection = Effect.flatMap(
  Effect.serviceOption(SqlClient.TransactionConnection),
  Option.match({
    onNone: () => Effect.dieMessage("rows are staged within a transaction"),
    onSome: ([connection]) => Effect.succeed(connection)
  })
)

const stage = <E, R>(rows: Stream.Stream<ReadonlyArray<ContactRow>, E, R>, batchId: BatchId | undefined) =>
  Effect.gen(function* () {
    const connection = yield* transactionConnection
    let parameters: Array<string | null> = []
    let total = 0
    const columns = new Set<string>()
    let named: ReadonlyArray<string> = []
    const flush = (count: number) => {
      const values = parameters
      parameters = []
      return connection.executeRaw(count === rowsPerInsert ? insertFullStaged : insertStaged(count), values)
    }
    yield* Stream.runForEach(
      rows,
      Effect.fnUntraced(function* (chunk) {
        for (const row of chunk) {
          parameters.push(row.emailKey, row.email, row.contactId, batchId ?? row.batchId, row.columns)
          total += 1
          if (row.names !== named) {
            named = row.names
            for (const name of named) columns.add(name)
          }
          if (parameters.length === rowsPerInsert * 5) yield* flush(rowsPerInsert)
        }
      })
    )
    if (parameters.length > 0) yield* flush(parameters.length / 5)
    return { total, columns: [...columns] }
  })

/** Contacts whose ID is new or another decide their batches anew; so do batches that reported such an ID. */
const markStale = (sourceId: number) => `
  INSERT INTO stale_batches
  WITH relinked AS MATERIALIZED (
    SELECT n.email_key, n.contact_id, old.contact_id AS old_contact_id FROM (
      SELECT email_key, contact_id, row_number() OVER (PARTITION BY email_key ORDER BY rowid) AS occurrence
      FROM staged_contacts) n
    LEFT JOIN local_contacts old ON old.email_key = n.email_key AND old.local_source_id = ${sourceId}
      AND old.occurrence = n.occurrence
    WHERE n.contact_id IS NOT old.contact_id
  ), ids AS (
    SELECT contact_id FROM relinked WHERE contact_id IS NOT NULL
    UNION SELECT old_contact_id FROM relinked WHERE old_contact_id IS NOT NULL
  )
  SELECT s.batch_id FROM relinked r JOIN batch_sent s ON s.email_key = r.email_key
  UNION SELECT x.batch_id FROM ids JOIN batch_successes x ON x.contact_id = ids.contact_id
  UNION SELECT s.batch_id FROM ids JOIN local_contacts l ON l.contact_id = ids.contact_id
    JOIN batch_sent s ON s.email_key = l.email_key
  ON CONFLICT DO NOTHING`

const upsertContacts = (sourceId: number) => `
  INSERT INTO local_contacts (local_source_id, email_key, occurrence, email, contact_id, batch_id, source_columns)
  SELECT ${sourceId}, email_key, row_number() OVER (PARTITION BY email_key ORDER BY rowid), email, contact_id, batch_id,
    source_columns
  FROM staged_contacts WHERE true ORDER BY email_key
  ON CONFLICT (email_key, local_source_id, occurrence) DO UPDATE SET
    email = excluded.email, contact_id = excluded.contact_id, source_columns = excluded.source_columns,
    batch_id = coalesce(excluded.batch_id, batch_id)
  WHERE email <> excluded.email OR contact_id IS NOT excluded.contact_id OR source_columns <> excluded.source_columns
    OR batch_id <> excluded.batch_id OR (batch_id IS NULL AND excluded.batch_id IS NOT NULL)`

const upsertSent = `
  INSERT INTO batch_sent (batch_id, email_key, occurrence, email)
  SELECT batch_id, email_key, row_number() OVER (PARTITION BY batch_id, email_key ORDER BY rowid), email
  FROM staged_contacts WHERE batch_id IS NOT NULL ORDER BY batch_id, email_key
  ON CONFLICT (batch_id, email_key, occurrence) DO NOTHING`

const changesOf = (result: unknown) =>
  typeof result === "object" && result !== null && "changes" in result ? Number(result.changes) : 0

const recordSent = (sql: SqlClient.SqlClient, source: Source, now: string) =>
  Effect.gen(function* () {
    const [named] = yield* sql<{ readonly rows: number }>`
      SELECT count(*) AS rows FROM staged_contacts WHERE batch_id IS NOT NULL`
    const batches = yield* sql`
      INSERT INTO batches (batch_id, added_at)
      SELECT DISTINCT batch_id, ${now} FROM staged_contacts WHERE batch_id IS NOT NULL ON CONFLICT DO NOTHING`
      .raw
    const sent = yield* sql.unsafe(upsertSent).raw
    const gaps = yield* sql`DELETE FROM batch_sent_gaps WHERE source = ${source.name} RETURNING batch_id`
    if (source.rejected() > 0) {
      yield* sql`INSERT INTO batch_sent_gaps
        SELECT DISTINCT batch_id, ${source.name}, ${source.rejected()} FROM staged_contacts WHERE batch_id IS NOT NULL`
    }
    if (changesOf(batches) > 0 || changesOf(sent) > 0 || gaps.length > 0 || source.rejected() > 0) {
      yield* sql`INSERT INTO stale_batches SELECT DISTINCT batch_id FROM staged_contacts WHERE batch_id IS NOT NULL ON CONFLICT DO NOTHING`
    }
    return { batchesAdded: changesOf(batches), sent: named?.rows ?? 0, sentAdded: changesOf(sent) }
  })

/** An ID that the source now gives to another address has left the old one. */
const releaseMovedIds = (sourceId: number) => `
  UPDATE local_contacts SET contact_id = NULL
  WHERE local_source_id = ${sourceId} AND contact_id IS NOT NULL
    AND contact_id IN (SELECT contact_id FROM staged_contacts WHERE contact_id IS NOT NULL)
    AND (contact_id, email_key) NOT IN (SELECT contact_id, email_key FROM staged_contacts WHERE contact_id IS NOT NULL)`

/**
 * Loads the contacts of one source, and with them which batch each was sent in. Loading a source again
 * changes the contacts that changed; nothing is taken out, and what was recorded as sent stays.
 */
export const load = <E, R>(
  source: Source,
  rows: Stream.Stream<ReadonlyArray<ContactRow>, E, R>,
  now: string
) =>
  Effect.flatMap(Ledger, ({ sql, transact, use }) =>
    Effect.gen(function* () {
      // Staging writes to the temporary database alone, in a transaction that never locks the file: a run
      // can go on recording while a large file is read.
      const staged = yield* use(
        sql.withTransaction(
          Effect.gen(function* () {
            yield* sql.unsafe(createStage)
            yield* sql`DELETE FROM staged_contacts`
            return yield* stage(rows, source.batchId)
          })
        )
      )
      return yield* transact(Effect.zipLeft(take(sql, source, staged, now), sql`DELETE FROM staged_contacts`))
    })
  )

/** The names known of a source, in the order first seen; contacts of an earlier load may have others. */
const columnsWith = (before: string | null | undefined, columns: ReadonlyArray<string>) => {
  if (before === null) return null
  const known = before === undefined ? [] : Schema.decodeSync(ColumnNames)(before)
  return JSON.stringify([...new Set([...known, ...columns])])
}

interface Staged {
  readonly total: number
  readonly columns: ReadonlyArray<string>
}

const take = (sql: SqlClient.SqlClient, source: Source, { columns, total }: Staged, now: string) =>
  Effect.gen(function* () {
    const [known] = yield* sql<{ readonly columns: string | null }>`
      SELECT columns FROM local_sources WHERE name = ${source.name}`
    const [local] = yield* sql<{ readonly id: number }>`
      INSERT INTO local_sources (name, loaded_at, columns)
      VALUES (${source.name}, ${now}, ${columnsWith(known?.columns, columns)})
      ON CONFLICT (name) DO UPDATE SET loaded_at = excluded.loaded_at, columns = excluded.columns RETURNING local_source_id AS id`
    const sourceId = local?.id ?? 0
    const count = sql<{ readonly contacts: number }>`SELECT count(*) AS contacts FROM local_contacts`
    const [before] = yield* count
    yield* sql.unsafe(markStale(sourceId))
    const changed = changesOf(yield* sql.unsafe(upsertContacts(sourceId)).raw)
    yield* sql.unsafe(releaseMovedIds(sourceId))
    const [after] = yield* count
    const added = (after?.contacts ?? 0) - (before?.contacts ?? 0)
    const sent = yield* recordSent(sql, source, now)
    if (source.namesBatches === true && total > 0 && sent.sent === 0) {
      return yield* new NoBatchNamed({ source: source.name, rows: total })
    }
    const report: LoadReport = {
      rows: total,
      added,
      updated: changed - added,
      unchanged: total - changed,
      ...sent
    }
    return report
  })
