/**
 * Which submissions were about to leave, and the reply to each. Each can be claimed once, by one process, ever: that is what
 * keeps a submission from being sent twice. A process that comes later, because the work has moved, finds the reply here.
 *
 * @since 0.1.0
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { QueuedImport } from "effect-activecampaign/Submission"
import { alone } from "./internal/alone.js"

/**
 * The reply that queued a submission, and when it came.
 *
 * @since 0.1.0
 * @category models
 */
export const Reply = Schema.Struct({ queued: QueuedImport, submittedAt: Schema.DateTimeUtc }).annotations({
  identifier: "Reply"
})

/**
 * @since 0.1.0
 * @category models
 */
export interface Reply extends Schema.Schema.Type<typeof Reply> {}

/**
 * The answer to a claim: the submission may leave now, or it was claimed before. Without a reply, nobody knows whether that
 * one arrived.
 *
 * @since 0.1.0
 * @category models
 */
export type Claim =
  | { readonly _tag: "MayLeave" }
  | { readonly _tag: "WasClaimed"; readonly reply: Option.Option<Reply> }

/**
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** Records that a submission is about to leave. Only the first one who asks may let it leave. */
  readonly claim: (executionId: string) => Effect.Effect<Claim>
  /** Records the reply to a submission that was claimed. */
  readonly replied: (executionId: string, reply: Reply) => Effect.Effect<void>
}

/**
 * @since 0.1.0
 * @category tags
 */
export class Intents extends Context.Tag("effect-activecampaign-cluster/Intents")<Intents, Service>() {}

const mayLeave: Claim = { _tag: "MayLeave" }
const wasClaimed = (reply: Option.Option<Reply>): Claim => ({ _tag: "WasClaimed", reply })

const ReplyText = Schema.parseJson(Reply)
const encodeReply = Schema.encodeSync(ReplyText)
const decodeRows = Schema.decodeUnknown(
  Schema.Array(Schema.Struct({ reply: Schema.OptionFromNullOr(ReplyText) }))
)

/**
 * Keeps them in the table `activecampaign_intents` of the cluster's database, which it creates. Never delete from it: what is
 * deleted may be sent again. It has no contacts and no keys. After a fail-over to a copy that has lost the latest
 * transactions, a submission of that time could be sent twice.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerSql: Layer.Layer<Intents, SqlError, SqlClient.SqlClient> = Layer.effect(
  Intents,
  Effect.gen(function* () {
    const sql = (yield* SqlClient.SqlClient).withoutTransforms()
    yield* alone(
      sql`CREATE TABLE IF NOT EXISTS activecampaign_intents (execution_id VARCHAR(255) PRIMARY KEY, claimed_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, reply TEXT)`
    )
    return {
      // A database that is away is a defect: the engine runs the workflow again when it is back.
      claim: (executionId) =>
        Effect.gen(function* () {
          const inserted =
            yield* sql`INSERT INTO activecampaign_intents (execution_id) VALUES (${executionId}) ON CONFLICT DO NOTHING RETURNING execution_id`
          if (inserted.length === 1) return mayLeave
          const rows =
            yield* sql`SELECT reply FROM activecampaign_intents WHERE execution_id = ${executionId}`
          const [found] = yield* decodeRows(rows)
          return wasClaimed(found?.reply ?? Option.none())
        }).pipe(Effect.orDie),
      replied: (executionId, reply) =>
        Effect.orDie(
          sql`UPDATE activecampaign_intents SET reply = ${encodeReply(reply)} WHERE execution_id = ${executionId}`
        )
    }
  })
)

/**
 * For tests: forgets them with the process.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerMemory: Layer.Layer<Intents> = Layer.sync(Intents, () => {
  const claimed = new Map<string, Option.Option<Reply>>()
  return {
    claim: (executionId) =>
      Effect.sync(() => {
        const reply = claimed.get(executionId)
        if (reply !== undefined) return wasClaimed(reply)
        claimed.set(executionId, Option.none())
        return mayLeave
      }),
    replied: (executionId, reply) => Effect.sync(() => claimed.set(executionId, Option.some(reply)))
  }
})
