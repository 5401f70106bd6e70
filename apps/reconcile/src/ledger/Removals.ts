import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { BatchId } from "effect-activecampaign/BatchId"
import { Ledger } from "./Ledger.js"
import { changesOf } from "./LocalContacts/changesOf.js"
import * as links from "./LocalContacts/links.js"
import { tablesOfBatches } from "./notes.js"
import type { OutcomeWord } from "./outcomeWords.js"
import { reconcileStale } from "./Reconciliation.js"

/** What a removal takes out, and what else it changes. */
export interface Removal {
  /** Rows taken out, table by table; tables that lose none are left out. */
  readonly removed: ReadonlyArray<{ readonly table: string; readonly rows: number }>
  /** The outcomes of the sent contacts that are taken out. */
  readonly lost: ReadonlyArray<{ readonly outcome: OutcomeWord; readonly contacts: number }>
  /** Contacts that stay and come to another outcome. */
  readonly changed: ReadonlyArray<{
    readonly before: OutcomeWord
    readonly after: OutcomeWord
    readonly contacts: number
  }>
  /** Contacts that may be sent again, before and after. */
  readonly retry: { readonly before: number; readonly after: number }
}

export interface BatchRemoval extends Removal {
  /** Your contacts that named one of the batches; they stay and name none. */
  readonly unnamed: number
}

export interface SourceRemoval extends Removal {
  /** Batches that stay, though nothing is known any more of what was sent in them. */
  readonly emptied: ReadonlyArray<string>
}

export interface NamedSource {
  readonly id: number
  readonly name: string
}

/** The sources that were loaded. */
export const sources = Effect.flatMap(Ledger, ({ sql, use }) =>
  use(sql<NamedSource>`SELECT local_source_id AS id, name FROM local_sources ORDER BY name`)
)

const count = (sql: SqlClient.SqlClient, query: string) =>
  Effect.map(
    sql.unsafe<{ readonly rows: number }>(`SELECT count(*) AS rows FROM ${query}`),
    ([row]) => row?.rows ?? 0
  )

class RolledBack<A> extends Data.TaggedError("RolledBack")<{ readonly would: A }> {}

/** What a change of the file would come to: it is made and rolled back, so that what is shown is what would be done. */
export const preview = <A, E, R>(change: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Ledger, ({ transact }) =>
    transact(Effect.flatMap(change, (would) => Effect.fail(new RolledBack({ would })))).pipe(
      Effect.catchIf(
        (error): error is RolledBack<A> => error instanceof RolledBack,
        ({ would }) => Effect.succeed(would)
      )
    )
  )

const changedSince = (sql: SqlClient.SqlClient, last: number) => sql<Removal["changed"][number]>`
  SELECT outcome_before AS before, outcome_after AS after, count(*) AS contacts FROM outcome_changes
  WHERE outcome_change_id > ${last} GROUP BY outcome_before, outcome_after ORDER BY outcome_before, outcome_after`

/** Takes out what `take` takes and decides again what that concerns, all in one transaction. */
const removal = <A extends Pick<Removal, "removed" | "lost">>(
  take: (sql: SqlClient.SqlClient) => Effect.Effect<A, SqlError>
) =>
  Effect.flatMap(Ledger, ({ sql, transact }) =>
    transact(
      Effect.gen(function* () {
        // What was stale before is no doing of the removal.
        yield* reconcileStale()
        const before = yield* count(sql, "retry_candidates")
        yield* sql.unsafe("PRAGMA defer_foreign_keys = ON")
        const taken = yield* take(sql)
        const [last] = yield* sql<{ readonly id: number }>`
          SELECT coalesce(max(outcome_change_id), 0) AS id FROM outcome_changes`
        yield* reconcileStale()
        const changed = yield* changedSince(sql, last?.id ?? 0)
        return { ...taken, changed, retry: { before, after: yield* count(sql, "retry_candidates") } }
      })
    )
  )

type Deletion = readonly [table: string, where: string]

const deleteAll = (sql: SqlClient.SqlClient, deletions: ReadonlyArray<Deletion>) =>
  Effect.map(
    Effect.forEach(deletions, ([table, where]) =>
      Effect.map(sql.unsafe(`DELETE FROM ${table} WHERE ${where}`).raw, (result) => ({
        table,
        rows: changesOf(result)
      }))
    ),
    (removed) => removed.filter(({ rows }) => rows > 0)
  )

const isTaken = (row: string) =>
  `(${row}.batch_id, ${row}.email_key, ${row}.occurrence) IN (SELECT batch_id, email_key, occurrence FROM taken_sent)`

/** The sent contacts to be taken out, each by its key. */
const createTaken: ReadonlyArray<string> = [
  `CREATE TEMP TABLE IF NOT EXISTS taken_sent (
    batch_id TEXT NOT NULL, email_key TEXT NOT NULL, occurrence INTEGER NOT NULL,
    PRIMARY KEY (batch_id, email_key, occurrence)
  ) STRICT, WITHOUT ROWID`,
  "DELETE FROM taken_sent"
]

const lostOutcomes = (sql: SqlClient.SqlClient) =>
  sql.unsafe<Removal["lost"][number]>(`
    SELECT coalesce(o.outcome, 'pending') AS outcome, count(*) AS contacts FROM taken_sent t
    LEFT JOIN outcomes o ON o.batch_id = t.batch_id AND o.email_key = t.email_key AND o.occurrence = t.occurrence
    GROUP BY 1 ORDER BY 1`)

/** Takes a source out with what it alone says was sent. */
const takeSource = (sql: SqlClient.SqlClient, source: NamedSource) =>
  Effect.gen(function* () {
    for (const statement of createTaken) yield* sql.unsafe(statement)
    // Of an address in a batch, as many stay as another source names. Where more were sent than this source ever named,
    // others are not known to account for them, and all stay.
    yield* sql.unsafe(`
      INSERT INTO taken_sent
      SELECT s.batch_id, s.email_key, s.occurrence
      FROM (SELECT batch_id, email_key, max(contacts) AS contacts FROM (${namedBy(`local_source_id = ${source.id}`)})
        GROUP BY batch_id, email_key) own
      CROSS JOIN batch_sent s ON s.batch_id = own.batch_id AND s.email_key = own.email_key
      WHERE (SELECT max(m.occurrence) FROM batch_sent m WHERE m.batch_id = own.batch_id AND m.email_key = own.email_key)
          <= own.contacts
        AND s.occurrence > coalesce((SELECT max(contacts) FROM (
          ${namedBy(`email_key = own.email_key AND batch_id = own.batch_id AND local_source_id <> ${source.id}`)})), 0)`)
    const lost = yield* lostOutcomes(sql)
    yield* sql.unsafe(`
      INSERT INTO stale_batches
      SELECT batch_id FROM taken_sent
      UNION SELECT s.batch_id FROM (SELECT DISTINCT email_key FROM local_contacts WHERE local_source_id = ${source.id}) l
        CROSS JOIN batch_sent s ON s.email_key = l.email_key
      ON CONFLICT DO NOTHING`)
    yield* sql`INSERT INTO stale_batches SELECT batch_id FROM batch_sent_gaps WHERE source = ${source.name}
      ON CONFLICT DO NOTHING`
    const emptied = yield* sql<{ readonly batch_id: string }>`
      SELECT batch_id FROM (SELECT DISTINCT batch_id FROM taken_sent) t
      WHERE (SELECT count(*) FROM taken_sent x WHERE x.batch_id = t.batch_id)
        = (SELECT count(*) FROM batch_sent s WHERE s.batch_id = t.batch_id) ORDER BY batch_id`
    yield* links.noteRemoved(sql, source.id)
    const gaps = changesOf(yield* sql`DELETE FROM batch_sent_gaps WHERE source = ${source.name}`.raw)
    const removed = yield* deleteAll(sql, [
      ["outcome_changes", isTaken("outcome_changes")],
      ["outcomes", isTaken("outcomes")],
      ["batch_sent", isTaken("batch_sent")],
      ["local_contacts", `local_source_id = ${source.id}`],
      ["local_former_sent", `local_source_id = ${source.id}`],
      ["local_sources", `local_source_id = ${source.id}`]
    ])
    yield* links.relinkRemoved(sql)
    return {
      removed: gaps === 0 ? removed : [{ table: "batch_sent_gaps", rows: gaps }, ...removed],
      lost,
      emptied: emptied.map((row) => row.batch_id)
    }
  })

/** How many contacts of an address each source names in a batch at once, now or before. */
const namedBy = (which: string) => `
  SELECT batch_id, email_key, local_source_id, count(*) AS contacts FROM local_contacts
  WHERE batch_id IS NOT NULL AND ${which} GROUP BY batch_id, email_key, local_source_id
  UNION ALL
  SELECT batch_id, email_key, local_source_id, contacts FROM local_former_sent WHERE ${which}`

/** The source that `batches add --sent` makes for a batch: it is a part of the batch. */
export const sourceOfSent = (batchId: BatchId) => `sent in ${batchId}`

const takeBatches = (sql: SqlClient.SqlClient, batchIds: ReadonlyArray<BatchId>) =>
  Effect.gen(function* () {
    yield* sql.unsafe(
      "CREATE TEMP TABLE IF NOT EXISTS taken_batches (batch_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID"
    )
    yield* sql.unsafe("DELETE FROM taken_batches")
    yield* sql`INSERT INTO taken_batches SELECT value FROM json_each(${JSON.stringify(batchIds)}) WHERE true
      ON CONFLICT DO NOTHING`
    for (const statement of createTaken) yield* sql.unsafe(statement)
    const isOfTaken = "batch_id IN (SELECT batch_id FROM taken_batches)"
    yield* sql.unsafe(
      `INSERT INTO taken_sent SELECT batch_id, email_key, occurrence FROM batch_sent WHERE ${isOfTaken}`
    )
    const lost = yield* lostOutcomes(sql)
    const ownSources = yield* sql<NamedSource>`
      SELECT local_source_id AS id, name FROM local_sources s
      WHERE name IN (SELECT value FROM json_each(${JSON.stringify(batchIds.map(sourceOfSent))}))
        AND NOT EXISTS (SELECT 1 FROM local_contacts l WHERE l.local_source_id = s.local_source_id
          AND l.batch_id NOT IN (SELECT batch_id FROM taken_batches))`
    const ofSources = yield* Effect.forEach(ownSources, (source) => takeSource(sql, source))
    // Two contacts of one address that name no batch are a finding, wherever the address was sent.
    yield* sql.unsafe(`
      INSERT INTO stale_batches
      SELECT s.batch_id FROM (SELECT DISTINCT email_key FROM local_contacts WHERE ${isOfTaken}) l
      CROSS JOIN batch_sent s ON s.email_key = l.email_key
      WHERE true ON CONFLICT DO NOTHING`)
    const unnamed = changesOf(
      yield* sql.unsafe(`UPDATE local_contacts SET batch_id = NULL WHERE ${isOfTaken}`).raw
    )
    // The mark of what is stale goes last: its trigger compares what was sent with the outcomes.
    const tables = tablesOfBatches.filter((table) => table !== "stale_batches" && table !== "batches")
    const removed = yield* deleteAll(
      sql,
      ["local_former_sent", ...tables, "stale_batches", "batches"].map(
        (table): Deletion => [table, isOfTaken]
      )
    )
    // The numbers of the answers taken out are given again: to what comes then, an earlier look-up says nothing.
    yield* sql`UPDATE lookups SET after_answer_id = min(after_answer_id,
      (SELECT coalesce(max(batch_answer_id), 0) FROM batch_answers))`
    return { removed: sum([...ofSources.flatMap((one) => one.removed), ...removed]), lost, unnamed }
  })

const sum = (rows: Removal["removed"]): Removal["removed"] => {
  const byTable = new Map<string, number>()
  for (const { rows: some, table } of rows) {
    if (table !== "stale_batches") byTable.set(table, (byTable.get(table) ?? 0) + some)
  }
  return [...byTable].map(([table, all]) => ({ table, rows: all }))
}

/** Takes batches out with all that belongs to them. What the account said of contacts stays: it is not about the batch. */
export const removeBatches = (batchIds: ReadonlyArray<BatchId>) =>
  removal((sql) => takeBatches(sql, batchIds))

/** Takes a source out: its contacts, and what it alone says was sent. Batches stay. */
export const removeSource = (source: NamedSource) => removal((sql) => takeSource(sql, source))
