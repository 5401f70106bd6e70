import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { forgetAddresses } from "../facts/addresses.js"
import { markAddresses } from "../facts/stale.js"
import { changesOf } from "../file/transaction.js"
import { Ledger, rowOf } from "../Ledger.js"
import { knownAs } from "../schema/recordViews.js"
import { Outcome } from "../schema/words.js"

/** Deleted rows, table by table. Tables that lose none are left out. */
export type Deleted = ReadonlyArray<{ readonly table: string; readonly rows: number }>

export type Deletion = readonly [table: string, where: string, ...parameters: ReadonlyArray<string>]

/** Rows of these need no mention. */
const uncounted = [knownAs("stale_marks"), "row_shapes", "looks", "sent_members", "value_counts"]

export const sum = (rows: Deleted): Deleted => {
  const byTable = new Map<string, number>()
  for (const { rows: some, table } of rows) {
    if (some > 0 && !uncounted.includes(table)) byTable.set(table, (byTable.get(table) ?? 0) + some)
  }
  return [...byTable].map(([table, all]) => ({ table, rows: all }))
}

export const deleteAll = (sql: SqlClient.SqlClient, deletions: ReadonlyArray<Deletion>) =>
  Effect.map(
    Effect.forEach(deletions, ([table, where, ...parameters]) =>
      Effect.map(sql.unsafe(`DELETE FROM ${table} WHERE ${where}`, parameters).raw, (result) => ({
        table: knownAs(table),
        rows: changesOf(result)
      }))
    ),
    sum
  )

/** A temporary table that is empty. */
export const emptyTable = (sql: SqlClient.SqlClient, name: string, columns: string) =>
  Effect.zipRight(
    sql.unsafe(`CREATE TEMP TABLE IF NOT EXISTS ${name} (${columns}) STRICT`),
    sql.unsafe(`DELETE FROM ${name}`)
  )

/** The batches to delete, by number. */
export const isOfTaken = "batch IN (SELECT batch FROM taken_batches)"

/** `which` selects the numbers of the batches. Returns how many they are. */
export const takeBatches = (
  sql: SqlClient.SqlClient,
  which: string,
  parameters: ReadonlyArray<unknown> = []
) =>
  Effect.zipRight(
    emptyTable(sql, "taken_batches", "batch INTEGER PRIMARY KEY"),
    Effect.map(sql.unsafe(`INSERT INTO taken_batches ${which}`, parameters).raw, changesOf)
  )

/** The sent contacts to delete, by key. */
export const createTaken = (sql: SqlClient.SqlClient) =>
  emptyTable(
    sql,
    "taken_sent",
    `batch INTEGER NOT NULL, address_id INTEGER NOT NULL, occurrence INTEGER NOT NULL,
     PRIMARY KEY (batch, address_id, occurrence)`
  )

export const isTaken = (row: string) =>
  `(${row}.batch, ${row}.address_id, ${row}.occurrence) IN (SELECT batch, address_id, occurrence FROM taken_sent)`

export const takeSentOfBatches = `INSERT INTO taken_sent SELECT batch, address_id, occurrence FROM sent_contacts WHERE ${isOfTaken}`

export const Lost = rowOf("outcomes", { outcome: Outcome, contacts: Schema.Int })

/** The outcomes of the sent contacts to delete. */
export const lostOutcomes = Ledger.query(
  Lost,
  (sql) => sql`
    SELECT coalesce(o.outcome, 'pending') AS outcome, count(*) AS contacts FROM taken_sent t
    LEFT JOIN verdicts o ON o.batch = t.batch AND o.address_id = t.address_id AND o.occurrence = t.occurrence
    GROUP BY 1 ORDER BY 1`
)

/** Addresses that may have no row left. */
export const createLeft = (sql: SqlClient.SqlClient) =>
  emptyTable(sql, "left_addresses", "address_id INTEGER PRIMARY KEY")

export const noteAddresses = (sql: SqlClient.SqlClient, selects: ReadonlyArray<string>) =>
  sql.unsafe(
    `INSERT INTO left_addresses SELECT address_id FROM (${selects.join(" UNION ")}) WHERE true ON CONFLICT DO NOTHING`
  )

export const forgetLeft = (sql: SqlClient.SqlClient) =>
  sql.unsafe(forgetAddresses("SELECT address_id FROM left_addresses"))

/** The addresses that the taken batches were sent or reported. */
export const addressesOfBatches: ReadonlyArray<string> = [
  `SELECT address_id FROM sent_contacts WHERE ${isOfTaken}`,
  `SELECT address_id FROM former_sent WHERE ${isOfTaken}`,
  `SELECT f.address_id FROM answers r CROSS JOIN answer_failures f ON f.answer_id = r.answer_id WHERE r.${isOfTaken}`
]

/** What is known of single sent contacts: what they were sent with, what was found of it, and what follows. */
export const tablesOfSent: ReadonlyArray<string> = [
  "found_values",
  "contact_looks",
  "former_cells",
  "value_verdicts"
]

/** Every table with rows of single batches, except the user's own contacts. The batches themselves are last. */
const tablesOfBatches: ReadonlyArray<string> = [
  ...tablesOfSent,
  "value_counts",
  "consent_breaks",
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
  // Its trigger compares what was sent with the outcomes.
  "stale_marks",
  "numbered_batches"
]

/** Looks and names of sent values that no row uses now. */
export const unusedOfSent: ReadonlyArray<Deletion> = [
  [
    "looks",
    `look_id NOT IN (SELECT look_id FROM contact_looks UNION SELECT look_id FROM list_statuses
       UNION SELECT look_before FROM consent_breaks UNION SELECT look_after FROM consent_breaks)`
  ],
  [
    "sent_members",
    `member_id NOT IN (SELECT member_id FROM found_values UNION SELECT member_id FROM value_verdicts
       UNION SELECT member_id FROM value_counts)`
  ]
]

/**
 * Marks other batches that were sent the same contacts, if any were looked at: what a batch sent for a contact is compared
 * only if no later batch sent something else.
 */
export const markSentElsewhere = markAddresses(
  "SELECT DISTINCT address_id FROM taken_sent WHERE EXISTS (SELECT 1 FROM looks)"
)

/** Deletes the taken batches with all their facts and conclusions. No local contact may name them any more. */
export const deleteBatches = (sql: SqlClient.SqlClient) =>
  Effect.gen(function* () {
    const ofAnswers = `answer_id IN (SELECT answer_id FROM answers WHERE ${isOfTaken})`
    const removed = yield* deleteAll(sql, [
      ...["answer_successes", "answer_failures", "unreadable_items"].map(
        (table): Deletion => [table, ofAnswers]
      ),
      ...tablesOfBatches.map((table): Deletion => [table, isOfTaken])
    ])
    // New answers reuse the numbers of the deleted ones. Earlier look-ups and looks must not count for them.
    for (const table of ["address_lookups", "looks"]) {
      yield* sql.unsafe(`UPDATE ${table} SET after_answer_id = (SELECT coalesce(max(answer_id), 0) FROM answers)
        WHERE after_answer_id > (SELECT coalesce(max(answer_id), 0) FROM answers)`)
    }
    return removed
  })
