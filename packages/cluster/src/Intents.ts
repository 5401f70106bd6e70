/**
 * Which submissions were about to leave. Each can be claimed once, by one process, ever: that is what keeps a submission from
 * being sent twice.
 *
 * @since 0.1.0
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { alone } from "./internal/alone.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** Records that a submission is about to leave. True for the first one who asks, and false for everybody after. */
  readonly claim: (executionId: string) => Effect.Effect<boolean>
}

/**
 * @since 0.1.0
 * @category tags
 */
export class Intents extends Context.Tag("effect-activecampaign-cluster/Intents")<Intents, Service>() {}

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
      sql`CREATE TABLE IF NOT EXISTS activecampaign_intents (execution_id VARCHAR(255) PRIMARY KEY, claimed_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)`
    )
    return {
      claim: (executionId) =>
        // A database that is away is a defect: the engine runs the workflow again when it is back.
        Effect.orDie(
          Effect.map(
            sql`INSERT INTO activecampaign_intents (execution_id) VALUES (${executionId}) ON CONFLICT DO NOTHING RETURNING execution_id`,
            (rows) => rows.length === 1
          )
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
  const claimed = new Set<string>()
  return {
    claim: (executionId) =>
      Effect.sync(() => {
        const isFirst = !claimed.has(executionId)
        claimed.add(executionId)
        return isFirst
      })
  }
})
