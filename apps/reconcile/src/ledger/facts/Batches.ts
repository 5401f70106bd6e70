import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { BatchId } from "effect-activecampaign/BatchId"
import { markListed, markMoved } from "./stale.js"
import { Ledger, rowOf } from "../Ledger.js"
import { hasSettled, Settled } from "../schema/words.js"

/** A batch that has not settled, with the time from which its age counts. */
const OpenBatch = rowOf("batches", {
  batchId: BatchId,
  since: Schema.DateTimeUtc,
  /** Since when it has answered `unset`, if it has answered nothing else. */
  unsetSince: Schema.NullOr(Schema.DateTimeUtc),
  /** Whether the account has answered about it before. */
  wasAnswered: Schema.Literal(0, 1)
})

export type OpenBatch = typeof OpenBatch.Type

/** A time of submission that was replaced, by which, and for how many batches. */
export interface Resubmission {
  readonly before: string
  readonly after: string
  readonly batches: number
}

/**
 * Records when batches were submitted, in place of an earlier time. Look-ups are judged by it, and which batch was sent
 * last, so batches whose time changed have to be decided again. `which` selects `batch_id` and `submitted_at`.
 */
export const recordSubmission = (
  sql: SqlClient.SqlClient,
  which: ReturnType<SqlClient.SqlClient["literal"]>
) =>
  Effect.gen(function* () {
    const replaced = yield* sql<Resubmission>`
      SELECT b.submitted_at AS before, g.submitted_at AS after, count(*) AS batches
      FROM (${which}) g CROSS JOIN numbered_batches b ON b.batch_id = g.batch_id
      WHERE b.submitted_at <> g.submitted_at GROUP BY 1, 2 ORDER BY 1, 2`
    const changed = yield* sql<{ readonly batch: number }>`
      UPDATE numbered_batches SET submitted_at = g.submitted_at FROM (${which}) g
      WHERE numbered_batches.batch_id = g.batch_id AND numbered_batches.submitted_at IS NOT g.submitted_at
      RETURNING batch`
    yield* markMoved(sql, changed)
    return replaced
  })

/** Adds batches submitted by any tool, purged ones again. For known ones, only the time of submission is replaced. */
export const add = (
  batchIds: ReadonlyArray<BatchId>,
  times: { readonly addedAt: string; readonly submittedAt?: string | undefined }
) =>
  Ledger.transact((sql) =>
    Effect.gen(function* () {
      const ids = sql`SELECT value FROM json_each(${JSON.stringify(batchIds)})`
      const added = yield* sql<{ readonly batch: number }>`
          INSERT INTO numbered_batches (batch_id, submitted_at, added_at)
          SELECT DISTINCT value, ${times.submittedAt ?? null}, ${times.addedAt} FROM (${ids}) WHERE true
          ON CONFLICT (batch_id) DO NOTHING RETURNING batch`
      yield* markListed(sql, added)
      yield* sql`DELETE FROM purged_batches WHERE batch_id IN (${ids})`
      const resubmitted =
        times.submittedAt === undefined
          ? []
          : yield* recordSubmission(
              sql,
              sql`SELECT value AS batch_id, ${times.submittedAt} AS submitted_at FROM (${ids})`
            )
      return { added: added.length, resubmitted }
    })
  )

/** The IDs of purged batches. There may be many, so rows are not decoded. */
export const purged = Ledger.use((sql) =>
  Effect.map(
    sql<{ readonly batch_id: string }>`SELECT batch_id FROM purged_batches`,
    (rows): ReadonlySet<string> => new Set(rows.map(({ batch_id }) => batch_id))
  )
)

/** Two batches whose IDs differ only in letter case: the one just named, then the known one. */
export type CaseTwins = readonly [named: string, known: string]

const fold = (batchId: string) => batchId.toUpperCase().toLowerCase()

/**
 * Batches of the file whose IDs differ only in letter case from one just named. There may be many, so rows are not decoded.
 */
export const caseTwins = (sql: SqlClient.SqlClient, named: ReadonlyArray<string>) =>
  Effect.map(
    sql<{ readonly batch_id: string }>`SELECT batch_id FROM numbered_batches ORDER BY batch_id`,
    (rows) => {
      const byFold = new Map<string, Array<string>>()
      for (const { batch_id } of rows) {
        const alike = byFold.get(fold(batch_id))
        if (alike === undefined) byFold.set(fold(batch_id), [batch_id])
        else alike.push(batch_id)
      }
      const isNamed = new Set(named)
      return [...isNamed].flatMap((one) =>
        (byFold.get(fold(one)) ?? [])
          // If both were named, once is enough.
          .filter((other) => other !== one && !(isNamed.has(other) && other < one))
          .map((other): CaseTwins => [one, other])
      )
    }
  )

/** The same, outside a transaction. */
export const allCaseTwins = (named: ReadonlyArray<string>) => Ledger.use((sql) => caseTwins(sql, named))

/** Batches of the file whose IDs differ from this one only in letter case. */
export const inOtherCase = (batchId: string) =>
  Effect.map(allCaseTwins([batchId]), (twins) => twins.map(([, known]) => known))

/** Batches of the file whose IDs begin like this; not all of them if they are many. */
export const startingWith = (prefix: string) =>
  Effect.map(
    Ledger.query(
      rowOf("batches", { batch_id: Schema.String }),
      (sql) => sql`
        SELECT batch_id FROM numbered_batches WHERE substr(batch_id, 1, length(${prefix})) = ${prefix}
        ORDER BY batch_id LIMIT 6`
    ),
    (rows) => rows.map(({ batch_id }) => batch_id)
  )

/** Every batch without a settled answer, oldest first; those as old as each other in the order in which they were added. */
export const open = Ledger.query(
  OpenBatch,
  (sql) => sql`
        SELECT b.batch_id AS "batchId", coalesce(b.submitted_at, b.added_at) AS since,
          (SELECT CASE WHEN min(a.status) = 'unset' AND max(a.status) = 'unset' THEN min(a.received_at) END
            FROM answers a WHERE a.batch = b.batch AND a.origin = 'account') AS "unsetSince",
          EXISTS (SELECT 1 FROM answers a WHERE a.batch = b.batch AND a.origin = 'account') AS "wasAnswered"
        FROM numbered_batches b
        WHERE NOT EXISTS (SELECT 1 FROM answers a
          WHERE a.batch = b.batch AND ${sql.literal(hasSettled("a.status"))})
        ORDER BY since, b.batch`
)

/** The status of each of these batches that has settled, whoever recorded it: the last answer that says so. */
export const settledAmong = (batchIds: ReadonlyArray<BatchId>) =>
  Effect.map(
    Ledger.query(
      rowOf("batch_answers", { batchId: BatchId, status: Settled }),
      (sql) => sql`
        SELECT b.batch_id AS "batchId", a.status
        FROM numbered_batches b JOIN answers a ON a.batch = b.batch
        WHERE b.batch_id IN (SELECT value FROM json_each(${JSON.stringify(batchIds)}))
          AND ${sql.literal(hasSettled("a.status"))}
        ORDER BY b.batch, a.sequence`
    ),
    (rows) => new Map(rows.map(({ batchId, status }) => [batchId, status]))
  )

/** A settled batch, and when its status was seen. */
const SettledBatch = rowOf("batch_answers", {
  since: Schema.DateTimeUtc,
  settledAt: Schema.DateTimeUtc,
  /** Whether it was seen open before. */
  wasOpen: Schema.Literal(0, 1)
})

/** The batches that settled last according to the account, the latest first. */
export const lastSettled = (limit: number) =>
  Ledger.query(
    SettledBatch,
    (sql) => sql`
      SELECT coalesce(b.submitted_at, b.added_at) AS since, a.received_at AS "settledAt", a.sequence > 1 AS "wasOpen"
      FROM answers a CROSS JOIN numbered_batches b ON b.batch = a.batch
      WHERE a.origin = 'account' AND ${sql.literal(hasSettled("a.status"))}
      ORDER BY a.answer_id DESC LIMIT ${limit}`
  )
