/**
 * Which submissions were about to leave, and the reply to each. Each can be claimed once, by one process, ever: that is what
 * keeps a submission from being sent twice. A process that comes later, because the work has moved, finds the reply here.
 *
 * @since 0.1.0
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
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
 * How long ago a submission was claimed, and the reply to it. Without a reply, nobody but its process knows whether it
 * arrived.
 *
 * @since 0.1.0
 * @category models
 */
export interface Claimed {
  readonly age: Duration.Duration
  readonly reply: Option.Option<Reply>
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** Records that a submission is about to leave. True for the first one who asks, and false for everybody after. */
  readonly claim: (executionId: string) => Effect.Effect<boolean>
  /** Records the reply to a submission that was claimed. */
  readonly replied: (executionId: string, reply: Reply) => Effect.Effect<void>
  /** What is known of a submission that somebody has claimed. */
  readonly claimed: (executionId: string) => Effect.Effect<Claimed>
}

/**
 * @since 0.1.0
 * @category tags
 */
export class Intents extends Context.Tag("effect-activecampaign-cluster/Intents")<Intents, Service>() {}

const ReplyText = Schema.parseJson(Reply)
const encodeReply = Schema.encodeSync(ReplyText)
const decodeClaimed = Schema.decodeUnknown(
  Schema.Tuple(Schema.Struct({ age: Schema.DurationFromMillis, reply: Schema.OptionFromNullOr(ReplyText) }))
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
      sql`CREATE TABLE IF NOT EXISTS activecampaign_intents (execution_id VARCHAR(255) PRIMARY KEY, claimed_at TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP, reply TEXT)`
    )
    return {
      // A database that is away is a defect: the engine runs the workflow again when it is back.
      claim: (executionId) =>
        Effect.orDie(
          Effect.map(
            sql`INSERT INTO activecampaign_intents (execution_id) VALUES (${executionId}) ON CONFLICT DO NOTHING RETURNING execution_id`,
            (rows) => rows.length === 1
          )
        ),
      replied: (executionId, reply) =>
        Effect.orDie(
          sql`UPDATE activecampaign_intents SET reply = ${encodeReply(reply)} WHERE execution_id = ${executionId}`
        ),
      claimed: (executionId) =>
        sql`SELECT greatest(0, extract(epoch FROM clock_timestamp() - claimed_at) * 1000)::float8 AS age, reply
          FROM activecampaign_intents WHERE execution_id = ${executionId}`.pipe(
          Effect.flatMap(decodeClaimed),
          Effect.map(([claimed]) => claimed),
          Effect.orDie
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
  const all = new Map<string, { readonly at: number; readonly reply: Option.Option<Reply> }>()
  return {
    claim: (executionId) =>
      Effect.map(Clock.currentTimeMillis, (at) => {
        const isFirst = !all.has(executionId)
        if (isFirst) all.set(executionId, { at, reply: Option.none() })
        return isFirst
      }),
    replied: (executionId, reply) =>
      Effect.map(Clock.currentTimeMillis, (at) => all.set(executionId, { at, reply: Option.some(reply) })),
    claimed: (executionId) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const { at, reply } = all.get(executionId) ?? { at: now, reply: Option.none() }
        return { age: Duration.millis(now - at), reply }
      })
  }
})
