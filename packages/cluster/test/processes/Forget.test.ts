import * as SqlClient from "@effect/sql/SqlClient"
import { assert } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { Forget, SubmitImport } from "../../src/index.js"
import { client, startAccount, startRunner } from "./cluster.js"
import { onPostgres, postgres } from "./postgres.js"

const stored = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ payload: string }>`
    SELECT payload FROM cluster_messages UNION ALL SELECT payload FROM cluster_replies`
  return rows.map(({ payload }) => payload).join("\n")
})

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
        yield* execute
        assert.include(yield* stored, "Bob@nodot")
        assert.isAbove(yield* Forget.person("bob@nodot"), 1)
        const afterPerson = yield* stored
        assert.notMatch(afterPerson, /bob@nodot|Robert/i)
        assert.include(afterPerson, "ada@example.test")
        const { settled } = yield* execute
        assert.strictEqual(settled.answer.status, "completed")

        assert.strictEqual(yield* Forget.finished(DateTime.unsafeMake(0)), 0)
        const later = DateTime.add(yield* DateTime.now, { minutes: 1 })
        assert.strictEqual(yield* Forget.finished(later), 2)
        assert.notInclude(yield* stored, "ada@example.test")
        assert.strictEqual((yield* Effect.flip(execute))._tag, "Forgotten")
        assert.lengthOf(account.submitted, 1)
      }).pipe(Effect.provide(client(database.url)))
    }),
  60_000
)
