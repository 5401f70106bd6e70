import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { BatchId } from "effect-activecampaign/BatchId"
import { forgetAddresses } from "../facts/addresses.js"
import { markAddresses, markBatches, markListed, sentTo } from "../facts/stale.js"
import { Ledger, rowOf } from "../Ledger.js"
import type { LedgerError } from "../LedgerError.js"
import { changesOf } from "../file/transaction.js"
import * as links from "../load/links.js"
import { spellOut } from "../load/shapes.js"
import { Outcome } from "../schema/words.js"
import { reconcileStale } from "../conclusions/Reconciliation.js"
import { knownAs } from "../schema/recordViews.js"

const Lost = rowOf("outcomes", { outcome: Outcome, contacts: Schema.Int })

const Change = rowOf("outcome_changes", { before: Outcome, after: Outcome, contacts: Schema.Int })

/** What a removal deletes, and what else it changes. */
export interface Removal {
  /** Deleted rows, table by table. Tables that lose none are left out. */
  readonly removed: ReadonlyArray<{ readonly table: string; readonly rows: number }>
  /** The outcomes of the deleted sent contacts. */
  readonly lost: ReadonlyArray<typeof Lost.Type>
  /** Contacts that stay but get another outcome. */
  readonly changed: ReadonlyArray<typeof Change.Type>
  /** Contacts that may be sent again, before and after. */
  readonly retry: { readonly before: number; readonly after: number }
}

export interface BatchRemoval extends Removal {
  /** Your contacts that named one of the batches. They stay, and now name none. */
  readonly unnamed: number
}

export interface SourceRemoval extends Removal {
  /** Batches that stay, but without any known sent contact. */
  readonly emptied: ReadonlyArray<string>
}

const NamedSource = rowOf("local_sources", { id: Schema.Int, name: Schema.String })

export type NamedSource = typeof NamedSource.Type

/** The sources that were loaded. */
export const sources = Ledger.query(
  NamedSource,
  (sql) => sql`SELECT local_source_id AS id, name FROM local_sources ORDER BY name`
)

const countRetries = Ledger.number(
  "retry_candidates",
  (sql) => sql`SELECT count(*) AS number FROM retry_candidates`
)

class RolledBack<A> extends Data.TaggedError("RolledBack")<{ readonly would: A }> {}

/** What a change would do: it is made and rolled back, so that the preview is exact. */
export const preview = <A, E, R>(change: Effect.Effect<A, E, R>) =>
  Ledger.transact(() => Effect.flatMap(change, (would) => Effect.fail(new RolledBack({ would })))).pipe(
    Effect.catchIf(
      (error): error is RolledBack<A> => error instanceof RolledBack,
      ({ would }) => Effect.succeed(would)
    )
  )

const changedSince = (last: number) =>
  Ledger.query(
    Change,
    (sql) => sql`
      SELECT outcome_before AS before, outcome_after AS after, count(*) AS contacts FROM verdict_changes
      WHERE outcome_change_id > ${last} GROUP BY outcome_before, outcome_after ORDER BY outcome_before, outcome_after`
  )

const lastChange = Ledger.number(
  "outcome_changes",
  (sql) => sql`SELECT coalesce(max(outcome_change_id), 0) AS number FROM verdict_changes`
)

/** Deletes what `take` deletes and decides the affected batches again, in one transaction. */
const removal = <A extends Pick<Removal, "removed" | "lost">>(
  take: (sql: SqlClient.SqlClient) => Effect.Effect<A, SqlError | LedgerError, Ledger>
) =>
  Ledger.transact((sql) =>
    Effect.gen(function* () {
      // Batches that were stale before are not an effect of the removal.
      yield* reconcileStale()
      const before = yield* countRetries
      yield* sql.unsafe("PRAGMA defer_foreign_keys = ON")
      for (const statement of createLeft) yield* sql.unsafe(statement)
      const taken = yield* take(sql)
      yield* sql.unsafe(forgetAddresses("SELECT address_id FROM left_addresses"))
      const last = yield* lastChange
      yield* reconcileStale()
      const changed = yield* changedSince(last)
      return { ...taken, changed, retry: { before, after: yield* countRetries } }
    })
  )

type Deletion = readonly [table: string, where: string]

const deleteAll = (sql: SqlClient.SqlClient, deletions: ReadonlyArray<Deletion>) =>
  Effect.map(
    Effect.forEach(deletions, ([table, where]) =>
      Effect.map(sql.unsafe(`DELETE FROM ${table} WHERE ${where}`).raw, (result) => ({
        table: knownAs(table),
        rows: changesOf(result)
      }))
    ),
    (removed) => removed.filter(({ rows, table }) => rows > 0 && !untold.includes(table))
  )

const isTaken = (row: string) =>
  `(${row}.batch, ${row}.address_id, ${row}.occurrence) IN (SELECT batch, address_id, occurrence FROM taken_sent)`

/** The sent contacts to delete, by key. */
const createTaken: ReadonlyArray<string> = [
  `CREATE TEMP TABLE IF NOT EXISTS taken_sent (
    batch INTEGER NOT NULL, address_id INTEGER NOT NULL, occurrence INTEGER NOT NULL,
    PRIMARY KEY (batch, address_id, occurrence)
  ) STRICT, WITHOUT ROWID`,
  "DELETE FROM taken_sent"
]

/** Addresses that may have no row left. */
const createLeft: ReadonlyArray<string> = [
  "CREATE TEMP TABLE IF NOT EXISTS left_addresses (address_id INTEGER PRIMARY KEY) STRICT",
  "DELETE FROM left_addresses"
]

const noteAddresses = (sql: SqlClient.SqlClient, selects: ReadonlyArray<string>) =>
  sql.unsafe(
    `INSERT INTO left_addresses SELECT address_id FROM (${selects.join(" UNION ")}) WHERE true ON CONFLICT DO NOTHING`
  )

const lostOutcomes = Ledger.query(
  Lost,
  (sql) => sql`
    SELECT coalesce(o.outcome, 'pending') AS outcome, count(*) AS contacts FROM taken_sent t
    LEFT JOIN verdicts o ON o.batch = t.batch AND o.address_id = t.address_id AND o.occurrence = t.occurrence
    GROUP BY 1 ORDER BY 1`
)

const Emptied = rowOf("batches", { batch_id: Schema.String })

/** Deletes a source, and the sent contacts that only it named. */
const takeSource = (sql: SqlClient.SqlClient, source: NamedSource) =>
  Effect.gen(function* () {
    for (const statement of createTaken) yield* sql.unsafe(statement)
    // Of the contacts of an address in a batch, as many stay as another source names. If more were sent than this source
    // ever named, the others came from elsewhere, and all stay.
    yield* sql.unsafe(`
      INSERT INTO taken_sent
      SELECT s.batch, s.address_id, s.occurrence
      FROM (SELECT batch, address_id, max(contacts) AS contacts FROM (${namedBy(`local_source_id = ${source.id}`)})
        GROUP BY batch, address_id) own
      CROSS JOIN sent_contacts s ON s.batch = own.batch AND s.address_id = own.address_id
      WHERE (SELECT max(m.occurrence) FROM sent_contacts m WHERE m.batch = own.batch AND m.address_id = own.address_id)
          <= own.contacts
        AND s.occurrence > coalesce((SELECT max(contacts) FROM (
          ${namedBy(`address_id = own.address_id AND batch = own.batch AND local_source_id <> ${source.id}`)})), 0)`)
    const lost = yield* lostOutcomes
    yield* sql.unsafe(
      markBatches(
        `SELECT batch FROM taken_sent UNION ${sentTo(
          `SELECT DISTINCT address_id FROM local_rows WHERE local_source_id = ${source.id}`
        )}`
      )
    )
    const gaps = yield* sql<{ readonly batch: number }>`
      DELETE FROM sent_gaps WHERE source = ${source.name} RETURNING batch`
    yield* markListed(sql, gaps)
    const emptied = yield* Ledger.query(
      Emptied,
      () => sql`
      SELECT b.batch_id FROM (SELECT DISTINCT batch FROM taken_sent) t
      CROSS JOIN numbered_batches b ON b.batch = t.batch
      WHERE (SELECT count(*) FROM taken_sent x WHERE x.batch = t.batch)
        = (SELECT count(*) FROM sent_contacts s WHERE s.batch = t.batch) ORDER BY b.batch_id`
    )
    yield* links.noteRemoved(sql, source.id)
    yield* noteAddresses(sql, [
      "SELECT address_id FROM taken_sent",
      `SELECT address_id FROM local_rows WHERE local_source_id = ${source.id}`,
      `SELECT address_id FROM former_sent WHERE local_source_id = ${source.id}`
    ])
    const removed = yield* deleteAll(sql, [
      ["verdict_changes", isTaken("verdict_changes")],
      ["verdicts", isTaken("verdicts")],
      ["sent_contacts", isTaken("sent_contacts")],
      ["local_rows", `local_source_id = ${source.id}`],
      ["former_sent", `local_source_id = ${source.id}`],
      ["row_shapes", `local_source_id = ${source.id}`],
      ["local_sources", `local_source_id = ${source.id}`]
    ])
    yield* links.relinkRemoved(sql)
    const ofGaps = { table: knownAs("sent_gaps"), rows: gaps.length }
    return {
      removed: gaps.length === 0 ? removed : [ofGaps, ...removed],
      lost,
      emptied: emptied.map((row) => row.batch_id)
    }
  })

/** The most contacts of an address that each source names in a batch at one time, now or before. */
const namedBy = (which: string) => `
  SELECT batch, address_id, local_source_id, count(*) AS contacts FROM local_rows
  WHERE batch IS NOT NULL AND ${which} GROUP BY batch, address_id, local_source_id
  UNION ALL
  SELECT batch, address_id, local_source_id, contacts FROM former_sent WHERE ${which}`

/** The source that `batches add --sent` creates for a batch. It is a part of the batch. */
export const sourceOfSent = (batchId: BatchId) => `sent in ${batchId}`

const takeBatches = (sql: SqlClient.SqlClient, batchIds: ReadonlyArray<BatchId>) =>
  Effect.gen(function* () {
    yield* sql.unsafe("CREATE TEMP TABLE IF NOT EXISTS taken_batches (batch INTEGER PRIMARY KEY) STRICT")
    yield* sql.unsafe("DELETE FROM taken_batches")
    yield* sql`INSERT INTO taken_batches SELECT batch FROM numbered_batches
      WHERE batch_id IN (SELECT value FROM json_each(${JSON.stringify(batchIds)}))`
    for (const statement of createTaken) yield* sql.unsafe(statement)
    const isOfTaken = "batch IN (SELECT batch FROM taken_batches)"
    yield* sql.unsafe(
      `INSERT INTO taken_sent SELECT batch, address_id, occurrence FROM sent_contacts WHERE ${isOfTaken}`
    )
    const lost = yield* lostOutcomes
    const ownSources = yield* Ledger.query(
      NamedSource,
      () => sql`
      SELECT local_source_id AS id, name FROM local_sources s
      WHERE name IN (SELECT value FROM json_each(${JSON.stringify(batchIds.map(sourceOfSent))}))
        AND NOT EXISTS (SELECT 1 FROM local_rows l WHERE l.local_source_id = s.local_source_id
          AND l.batch NOT IN (SELECT batch FROM taken_batches))`
    )
    const ofSources = yield* Effect.forEach(ownSources, (source) => takeSource(sql, source))
    // Two contacts with one address that name no batch are a finding in every batch the address was sent in.
    yield* sql.unsafe(markAddresses(`SELECT DISTINCT address_id FROM local_rows WHERE ${isOfTaken}`))
    yield* spellOut(sql, "batch_id_at", `SELECT local_contact_id FROM local_rows WHERE ${isOfTaken}`)
    const unnamed = changesOf(yield* sql.unsafe(`UPDATE local_rows SET batch = NULL WHERE ${isOfTaken}`).raw)
    yield* noteAddresses(sql, [
      "SELECT address_id FROM taken_sent",
      `SELECT address_id FROM former_sent WHERE ${isOfTaken}`,
      `SELECT f.address_id FROM answers r CROSS JOIN answer_failures f ON f.answer_id = r.answer_id WHERE r.${isOfTaken}`
    ])
    const ofAnswers = `answer_id IN (SELECT answer_id FROM answers WHERE ${isOfTaken})`
    // The stale marks are deleted last: their trigger compares what was sent with the outcomes.
    const removed = yield* deleteAll(sql, [
      ...["answer_successes", "answer_failures", "unreadable_items"].map(
        (table): Deletion => [table, ofAnswers]
      ),
      ...tablesOfBatches.map((table): Deletion => [table, isOfTaken])
    ])
    // New answers reuse the numbers of the deleted ones. Earlier look-ups must not count for them.
    yield* sql`UPDATE address_lookups SET after_answer_id = min(after_answer_id,
      (SELECT coalesce(max(answer_id), 0) FROM answers))`
    return { removed: sum([...ofSources.flatMap((one) => one.removed), ...removed]), lost, unnamed }
  })

/** Every table with rows of single batches, except the user's own contacts. The batches themselves are last. */
const tablesOfBatches: ReadonlyArray<string> = [
  "former_sent",
  "sent_contacts",
  "sent_gaps",
  "answers",
  "batch_troubles",
  "verdicts",
  "unmatched_ids",
  "batch_findings",
  "nearest_sent",
  "verdict_changes",
  "stale_marks",
  "numbered_batches"
]

/** Rows of these need no mention. */
const untold = [knownAs("stale_marks"), "row_shapes"]

const sum = (rows: Removal["removed"]): Removal["removed"] => {
  const byTable = new Map<string, number>()
  for (const { rows: some, table } of rows) {
    byTable.set(table, (byTable.get(table) ?? 0) + some)
  }
  return [...byTable].map(([table, all]) => ({ table, rows: all }))
}

/** Deletes batches with all that belongs to them. What the account said about contacts stays: it is not about the batch. */
export const removeBatches = (batchIds: ReadonlyArray<BatchId>) =>
  removal((sql) => takeBatches(sql, batchIds))

/** Deletes a source: its contacts, and the sent contacts that only it named. Batches stay. */
export const removeSource = (source: NamedSource) => removal((sql) => takeSource(sql, source))
