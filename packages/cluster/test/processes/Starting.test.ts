import * as SqlClient from "@effect/sql/SqlClient"
import * as PgClient from "@effect/sql-pg/PgClient"
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { BatchId } from "effect-activecampaign"
import { FollowImport } from "../../src/index.js"
import { client, startAccount, startRunner } from "./cluster.js"
import { onPostgres, postgres } from "./postgres.js"

const count = 3

const rows = (query: string) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe(query)).pipe(
    Effect.map(({ length }) => length),
    // The table has not been made yet.
    Effect.orElseSucceed(() => 0)
  )

const soon = Schedule.spaced("100 millis")

onPostgres(
  `lets ${count} runners make the tables of a new database at the same moment`,
  () =>
    Effect.gen(function* () {
      const { url } = yield* postgres
      const account = yield* startAccount({ batches: [{ batchId: "b-1", contacts: [] }] })
      yield* Effect.gen(function* () {
        // While this is locked, runners can find that there are no tables, but make none.
        const locking = yield* Effect.flatMap(SqlClient.SqlClient, ({ reserve }) => reserve)
        yield* locking.executeRaw("BEGIN", [])
        yield* locking.executeRaw("LOCK TABLE pg_class IN SHARE MODE", [])
        const runners = yield* Effect.replicateEffect(
          startRunner({ postgres: url, accounts: { acme: account.url } }),
          count
        )
        const failed = () => runners.filter(({ hasEnded }) => hasEnded()).length
        yield* Effect.repeat(
          rows("SELECT DISTINCT application_name FROM pg_stat_activity WHERE wait_event_type = 'Lock'"),
          { until: (waiting) => waiting === count, schedule: soon }
        )
        yield* locking.executeRaw("COMMIT", [])
        yield* Effect.repeat(rows("SELECT address FROM cluster_runners"), {
          until: (registered) => registered + failed() === count,
          schedule: soon
        })
        assert.strictEqual(failed(), 0, "runners that failed")
      }).pipe(Effect.provide(PgClient.layer({ url: Redacted.make(url) })))

      const { answer } = yield* Effect.provide(
        FollowImport.workflow.execute({ account: "acme", batchId: BatchId.make("b-1") }),
        client(url)
      )
      assert.strictEqual(answer.status, "completed")
    }),
  60_000
)
