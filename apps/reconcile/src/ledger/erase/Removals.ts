import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { BatchId } from "effect-activecampaign/BatchId"
import { markAddresses, markListed } from "../facts/stale.js"
import { Ledger, rowOf } from "../Ledger.js"
import type { LedgerError } from "../LedgerError.js"
import { changesOf } from "../file/transaction.js"
import * as links from "../load/links.js"
import { spellOut } from "../load/shapes.js"
import { Outcome } from "../schema/words.js"
import { reconcileStale } from "../conclusions/Reconciliation.js"
import { knownAs } from "../schema/recordViews.js"
import {
  addressesOfBatches,
  createLeft,
  createTaken,
  deleteAll,
  deleteBatches,
  type Deleted,
  type Deletion,
  forgetLeft,
  isOfTaken,
  isTaken,
  type Lost,
  lostOutcomes,
  markSentElsewhere,
  noteAddresses,
  sum,
  takeBatches,
  tablesOfSent,
  takeSentOfBatches,
  unusedOfSent
} from "./deletions.js"

const Change = rowOf("outcome_changes", { before: Outcome, after: Outcome, contacts: Schema.Int })

/** What a removal deletes, and what else it changes. */
export interface Removal {
  /** Deleted rows, table by table. Tables that lose none are left out. */
  readonly removed: Deleted
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

export const countRetries = Ledger.number(
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
      yield* createLeft(sql)
      const taken = yield* take(sql)
      yield* forgetLeft(sql)
      const last = yield* lastChange
      yield* reconcileStale()
      yield* deleteAll(sql, unusedOfSent)
      const changed = yield* changedSince(last)
      return { ...taken, changed, retry: { before, after: yield* countRetries } }
    })
  )

const Emptied = rowOf("batches", { batch_id: Schema.String })

/** Deletes a source, and the sent contacts that only it named. */
const takeSource = (sql: SqlClient.SqlClient, source: NamedSource) =>
  Effect.gen(function* () {
    yield* createTaken(sql)
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
    // Whatever was taken, or kept as it was, is of an address that the source names or named.
    yield* sql.unsafe(
      markAddresses(
        `SELECT address_id FROM local_rows WHERE local_source_id = ${source.id}
         UNION SELECT address_id FROM former_sent WHERE local_source_id = ${source.id}`
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
      ...tablesOfSent.map((table): Deletion => [table, isTaken(table)]),
      ["consent_breaks", "(batch, address_id) IN (SELECT batch, address_id FROM taken_sent)"],
      ...declaredBy(source),
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

const isShapeOf = ({ id }: Pick<NamedSource, "id">) =>
  `shape_id IN (SELECT shape_id FROM row_shapes WHERE local_source_id = ${id})`

/**
 * What a source that says what was sent leaves of contacts that stay. They were looked at for what it said: after it they
 * are looked at again for what others say.
 */
const declaredBy = ({ id }: NamedSource): ReadonlyArray<Deletion> => {
  const isDeclared = `(batch, address_id) IN (SELECT batch, address_id FROM (${namedBy(`local_source_id = ${id}`)}))
    AND EXISTS (SELECT 1 FROM local_sources WHERE local_source_id = ${id} AND sends IS NOT NULL)`
  return [
    ["found_values", isDeclared],
    ["contact_looks", isDeclared],
    ["former_cells", isShapeOf({ id })]
  ]
}

/** The source that `batches add --sent` creates for a batch. It is a part of the batch. */
export const sourceOfSent = (batchId: BatchId) => `sent in ${batchId}`

const takeNamed = (sql: SqlClient.SqlClient, batchIds: ReadonlyArray<BatchId>) =>
  Effect.gen(function* () {
    yield* takeBatches(
      sql,
      "SELECT batch FROM numbered_batches WHERE batch_id IN (SELECT value FROM json_each(?))",
      [JSON.stringify(batchIds)]
    )
    yield* createTaken(sql)
    yield* sql.unsafe(takeSentOfBatches)
    yield* sql.unsafe(markSentElsewhere)
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
    yield* noteAddresses(sql, addressesOfBatches)
    const removed = yield* deleteBatches(sql)
    return { removed: sum([...ofSources.flatMap((one) => one.removed), ...removed]), lost, unnamed }
  })

/** Deletes batches with all that belongs to them. What the account said about contacts stays: it is not about the batch. */
export const removeBatches = (batchIds: ReadonlyArray<BatchId>) => removal((sql) => takeNamed(sql, batchIds))

/** Deletes a source: its contacts, and the sent contacts that only it named. Batches stay. */
export const removeSource = (source: NamedSource) => removal((sql) => takeSource(sql, source))
