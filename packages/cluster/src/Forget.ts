/**
 * Deletes what the cluster has stored of contacts and answers, from its tables `cluster_messages` and `cluster_replies` in
 * PostgreSQL, or those of another prefix. Effect's cluster itself keeps all of it.
 *
 * @since 0.1.0
 */
import { MachineId } from "@effect/cluster/MachineId"
import * as Snowflake from "@effect/cluster/Snowflake"
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Workflow from "@effect/workflow/Workflow"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import type { BatchId } from "effect-activecampaign/BatchId"
import { InvalidOption } from "effect-activecampaign/SetupError"
import type { Options } from "./ClusterTables.js"
import * as FollowImport from "./FollowImport.js"
import { anchorOf, erased } from "./internal/erased.js"
import { Forgotten } from "./SubmitImport.js"

const ours = "Workflow/ActiveCampaign/%"
const follow = `Workflow/${FollowImport.workflow.name}`

const forgotten = JSON.stringify(
  Schema.encodeSync(
    Schema.Exit({
      success: Workflow.Result({ success: Schema.Void, error: Forgotten }),
      failure: Schema.Never,
      defect: Schema.Defect
    })
  )(Exit.succeed(new Workflow.Complete({ exit: Exit.fail(new Forgotten()) })))
)

interface Stored {
  /** As text: it is too large for a number. */
  readonly id: string
  readonly payload: string
}

const tables = ({ prefix = "cluster" }: Options = {}) =>
  Effect.map(SqlClient.SqlClient, (client) => {
    const sql = client.withoutTransforms()
    return { sql, messages: sql(`${prefix}_messages`), replies: sql(`${prefix}_replies`) }
  })

/**
 * Erases one person by address: the contact in stored submissions, and the address wherever answers name it, in any letter
 * case. A submission that a runner has already read still leaves. Returns how many rows changed. Fails with `InvalidOption`
 * if the address has no `@`: other text could be anyone's. Erase the person in the ledgers, too.
 *
 * @since 0.1.0
 * @category erasing
 */
export const person = (
  address: string,
  options?: Options
): Effect.Effect<number, SqlError | InvalidOption, SqlClient.SqlClient> =>
  Effect.gen(function* () {
    if (!address.includes("@")) {
      return yield* new InvalidOption({ option: "address", reason: "an e-mail address, with an @" })
    }
    const { messages, replies, sql } = yield* tables(options)
    const anchor = anchorOf(address)
    const sent = yield* sql<Stored>`
      SELECT CAST(id AS TEXT) AS id, payload FROM ${messages}
      WHERE entity_type LIKE ${ours} AND position(${anchor} IN lower(payload)) > 0`
    const answered = yield* sql<Stored>`
      SELECT CAST(r.id AS TEXT) AS id, r.payload FROM ${replies} r JOIN ${messages} m ON m.id = r.request_id
      WHERE m.entity_type LIKE ${ours} AND position(${anchor} IN lower(r.payload)) > 0`
    const changed = (rows: ReadonlyArray<Stored>) =>
      rows
        .map(({ id, payload }) => ({
          id,
          payload,
          without: JSON.stringify(erased(JSON.parse(payload), address))
        }))
        .filter(({ payload, without }) => payload !== without)
    const updated = [
      ...changed(sent).map((row) => ({ ...row, table: messages })),
      ...changed(answered).map((row) => ({ ...row, table: replies }))
    ]
    yield* Effect.forEach(
      updated,
      ({ id, table, without }) => sql`UPDATE ${table} SET payload = ${without} WHERE CAST(id AS TEXT) = ${id}`
    )
    return updated.length
  }).pipe(inTransaction)

/**
 * Forgets the result of one batch, so that it is asked about anew when it is executed again: after an error, for instance.
 * Does nothing while it is still followed.
 *
 * @since 0.1.0
 * @category erasing
 */
export const batch = (
  account: string,
  batchId: BatchId,
  options?: Options
): Effect.Effect<void, SqlError, SqlClient.SqlClient> =>
  Effect.gen(function* () {
    const { messages, replies, sql } = yield* tables(options)
    const id = yield* FollowImport.workflow.executionId({ account, batchId })
    const [run] = yield* sql`
      SELECT 1 FROM ${messages}
      WHERE entity_type = ${follow} AND entity_id = ${id} AND tag = 'run' AND processed`
    if (run === undefined) return
    yield* sql`
      DELETE FROM ${replies} WHERE request_id IN (
        SELECT id FROM ${messages} WHERE entity_type = ${follow} AND entity_id = ${id})`
    yield* sql`DELETE FROM ${messages} WHERE entity_type = ${follow} AND entity_id = ${id}`
  }).pipe(inTransaction)

/** The IDs of the cluster are PostgreSQL's `BIGINT`, which ends in 2094 and begins in 1955. */
const farthestId = 2n ** 63n - 1n

/** The first ID that is made at a time or later. */
const firstIdFrom = (millis: number): bigint => {
  const whole = Math.ceil(Math.max(-Number.MAX_SAFE_INTEGER, Math.min(millis, Number.MAX_SAFE_INTEGER)))
  const id = Snowflake.make({ machineId: MachineId.make(0), sequence: 0, timestamp: whole })
  return id > farthestId ? farthestId : id < -farthestId ? -farthestId : id
}

/**
 * Deletes everything about imports that ended before a time, contacts and answers. What stays is that they were executed:
 * a submission or a job then ends as `Forgotten`, and is not sent again. A batch that is followed again is asked about anew.
 * Returns how many imports were deleted. Any time will do, also one far away; fails with `InvalidOption` if a calculation
 * has made it NaN. Keep imports for longer than a job takes, and until their answers are in your ledgers.
 *
 * @example
 * ```ts
 * import * as DateTime from "effect/DateTime"
 * import * as Effect from "effect/Effect"
 * import { Forget } from "effect-activecampaign-cluster"
 *
 * const afterThirtyDays = Effect.flatMap(DateTime.now, (now) => Forget.finished(DateTime.subtract(now, { days: 30 })))
 * ```
 *
 * @since 0.1.0
 * @category erasing
 */
export const finished = (
  before: DateTime.Utc,
  options?: Options
): Effect.Effect<number, SqlError | InvalidOption, SqlClient.SqlClient> =>
  Effect.gen(function* () {
    const millis = DateTime.toEpochMillis(before)
    if (Number.isNaN(millis)) {
      return yield* new InvalidOption({ option: "before", reason: "a time, not NaN" })
    }
    const { messages, replies, sql } = yield* tables(options)
    // The ID of a reply begins with the time at which it was made.
    const first = String(firstIdFrom(millis))
    const ended = yield* sql<{ id: string; entity_type: string; entity_id: string }>`
      SELECT CAST(m.id AS TEXT) AS id, m.entity_type, m.entity_id
      FROM ${messages} m JOIN ${replies} r ON r.request_id = m.id AND r.kind = 0
      WHERE m.entity_type LIKE ${ours} AND m.tag = 'run' AND m.processed
        AND r.id < CAST(${first} AS BIGINT) AND r.payload <> ${forgotten}`
    yield* Effect.forEach(ended, ({ entity_id, entity_type, id }) =>
      Effect.gen(function* () {
        const kept = entity_type === follow ? "" : id
        yield* sql`
          DELETE FROM ${replies} WHERE request_id IN (
            SELECT id FROM ${messages}
            WHERE entity_type = ${entity_type} AND entity_id = ${entity_id} AND CAST(id AS TEXT) <> ${kept})`
        yield* sql`
          DELETE FROM ${messages}
          WHERE entity_type = ${entity_type} AND entity_id = ${entity_id} AND CAST(id AS TEXT) <> ${kept}`
        yield* sql`UPDATE ${messages} SET payload = '{}' WHERE CAST(id AS TEXT) = ${kept}`
        yield* sql`UPDATE ${replies} SET payload = ${forgotten} WHERE CAST(request_id AS TEXT) = ${kept}`
      })
    )
    return ended.length
  }).pipe(inTransaction)

function inTransaction<A, E, R>(effect: Effect.Effect<A, E, R>) {
  return Effect.flatMap(SqlClient.SqlClient, (sql) => sql.withTransaction(effect))
}
