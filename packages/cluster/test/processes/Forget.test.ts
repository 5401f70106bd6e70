import * as SqlClient from "@effect/sql/SqlClient"
import { assert } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { BatchId } from "effect-activecampaign"
import { FollowImport, Forget, SubmitImport } from "../../src/index.js"
import { client, startAccount, startRunner } from "./cluster.js"
import { onPostgres, postgres } from "./postgres.js"

const storedAs = (prefix: string) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const rows = yield* sql<{ payload: string }>`
      SELECT payload FROM ${sql(`${prefix}_messages`)} UNION ALL SELECT payload FROM ${sql(`${prefix}_replies`)}`
    return rows.map(({ payload }) => payload).join("\n")
  })

const stored = storedAs("cluster")

/** The tables of a cluster that has another prefix. */
const copyTo = (prefix: string) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    Effect.forEach(
      ["messages", "replies"],
      (name) => sql`CREATE TABLE ${sql(`${prefix}_${name}`)} AS TABLE ${sql(`cluster_${name}`)}`
    )
  )

onPostgres(
  "erases a person, and finished imports, without ever sending them again",
  () =>
    Effect.gen(function* () {
      const database = yield* postgres
      const account = yield* startAccount({ submissions: { stages: { active: 500 } } })
      yield* startRunner({ postgres: database.url, accounts: { acme: account.url } })
      const execute = SubmitImport.workflow.execute({
        account: "acme",
        key: "upload",
        submission: {
          contacts: [{ email: "ada@example.test" }, { email: "Bob@nodot", first_name: "Robert" }]
        }
      })
      yield* Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        yield* execute
        assert.include(yield* stored, "Bob@nodot")
        const later = DateTime.add(yield* DateTime.now, { minutes: 10 })
        yield* copyTo("other")
        assert.isAbove(yield* Forget.person("ada@example.test", { prefix: "other" }), 0)
        assert.notInclude(yield* storedAs("other"), "ada@example.test")
        assert.strictEqual(yield* Forget.finished(later, { prefix: "other" }), 2)
        assert.notInclude(yield* storedAs("other"), "Bob@nodot")
        assert.include(yield* stored, "ada@example.test")
        assert.isAbove(yield* Forget.person("bob@nodot"), 1)
        const afterPerson = yield* stored
        assert.notMatch(afterPerson, /bob@nodot|Robert/i)
        assert.include(afterPerson, "ada@example.test")
        const { settled } = yield* execute
        assert.strictEqual(settled.answer.status, "completed")

        for (const address of ["", "status"]) {
          assert.strictEqual((yield* Effect.flip(Forget.person(address)))._tag, "InvalidOption")
        }
        for (const past of ["-009999-01-01T00:00:00Z", "1900-01-01T00:00:00Z", "1970-01-01T00:00:00Z"]) {
          assert.strictEqual(yield* Forget.finished(DateTime.unsafeMake(past)), 0)
        }
        assert.strictEqual(yield* Forget.finished(DateTime.subtractDuration(later, Duration.infinity)), 0)
        const noTime = DateTime.subtract(later, { years: 1_000_000 })
        assert.strictEqual((yield* Effect.flip(Forget.finished(noTime)))._tag, "InvalidOption")
        assert.strictEqual(yield* stored, afterPerson)
        yield* copyTo("far")
        assert.strictEqual(
          yield* Forget.finished(DateTime.addDuration(later, Duration.infinity), { prefix: "far" }),
          2
        )
        yield* sql`DROP TABLE far_messages, far_replies`
        yield* copyTo("far")
        assert.strictEqual(
          yield* Forget.finished(DateTime.unsafeMake("2100-01-01T00:00:00Z"), { prefix: "far" }),
          2
        )
        assert.strictEqual(yield* Forget.finished(DateTime.subtractDuration(later, "0.5 millis")), 2)
        assert.notInclude(yield* stored, "ada@example.test")
        assert.strictEqual((yield* Effect.flip(execute))._tag, "Forgotten")
        assert.lengthOf(account.submitted, 1)
      }).pipe(Effect.provide(client(database.url)))
    }),
  60_000
)

onPostgres(
  "forgets the result of a batch that is no longer followed, so that it is asked about anew",
  () =>
    Effect.gen(function* () {
      const database = yield* postgres
      const account = yield* startAccount({
        batches: [
          { batchId: "ended", contacts: [] },
          { batchId: "running", contacts: [], stages: { active: 3_600_000 } }
        ]
      })
      yield* startRunner({ postgres: database.url, accounts: { acme: account.url } })
      const follow = (id: string) => ({ account: "acme", batchId: BatchId.make(id) })
      const asked = (id: string) =>
        Effect.map(account.requests, (all) => all.filter(({ url }) => url.includes(id)).length)
      yield* Effect.gen(function* () {
        const first = yield* FollowImport.workflow.execute(follow("ended"))
        assert.deepStrictEqual(yield* FollowImport.workflow.execute(follow("ended")), first)
        assert.strictEqual(yield* asked("ended"), 1)
        yield* Forget.batch("acme", BatchId.make("ended"))
        const second = yield* FollowImport.workflow.execute(follow("ended"))
        assert.isTrue(DateTime.greaterThan(second.receivedAt, first.receivedAt))
        assert.strictEqual(yield* asked("ended"), 2)

        yield* FollowImport.workflow.execute(follow("running"), { discard: true })
        yield* Effect.repeat(asked("running"), { until: (calls) => calls > 0 })
        const before = yield* stored
        yield* Forget.batch("acme", BatchId.make("running"))
        assert.strictEqual(yield* stored, before)
      }).pipe(Effect.provide(client(database.url)))
    }),
  60_000
)
