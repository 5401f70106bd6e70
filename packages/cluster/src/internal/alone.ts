import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"

const key = "hashtext('effect-activecampaign-cluster'), 1"

/**
 * Runs an effect while no other process of this database runs one of these. Of two that create the same table at once,
 * PostgreSQL refuses one, also with `IF NOT EXISTS`.
 */
export const alone = <A, E, R>(
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E | SqlError, R | SqlClient.SqlClient> =>
  Effect.scopedWith((scope) =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const connection = yield* sql.reserve
      // PostgreSQL releases the lock of a connection that is lost.
      yield* Effect.acquireReleaseInterruptible(
        connection.executeRaw(`SELECT pg_advisory_lock(${key})`, []),
        () => Effect.ignore(connection.executeRaw(`SELECT pg_advisory_unlock(${key})`, []))
      )
    }).pipe(Effect.provideService(Scope.Scope, scope), Effect.zipRight(effect))
  )
