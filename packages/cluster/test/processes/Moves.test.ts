import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { SubmitImport } from "../../src/index.js"
import { client, startAccount, startRunner } from "./cluster.js"
import { onPostgres, postgres } from "./postgres.js"

const keys = Array.from({ length: 12 }, (_, index) => `upload ${index}`)

onPostgres(
  "knows what became of each submission, although its work moved to a new runner while it was under way",
  () =>
    Effect.gen(function* () {
      const { url } = yield* postgres
      const account = yield* startAccount({
        submissions: { stages: { waiting: 0, active: 0 } },
        // Longer than the new runner takes to start, and than an entity may take to end.
        faults: [{ on: { endpoint: "submit" }, fault: { _tag: "Slow", millis: 12_000 } }]
      })
      const setup = { postgres: url, accounts: { acme: account.url } }
      yield* startRunner(setup)
      const ends = yield* Effect.gen(function* () {
        const submitted = yield* Effect.fork(
          Effect.forEach(
            keys,
            (key) =>
              Effect.either(
                SubmitImport.workflow.execute({
                  account: "acme",
                  key,
                  submission: { contacts: [{ email: `${key.replace(" ", "-")}@example.test` }] }
                })
              ),
            { concurrency: "unbounded" }
          )
        )
        yield* Effect.repeat(Effect.sleep("100 millis"), {
          until: () => account.submitted.length === keys.length
        })
        yield* startRunner(setup)
        return yield* Fiber.join(submitted)
      }).pipe(Effect.provide(client(url)))
      assert.deepStrictEqual(
        ends.map(({ _tag }) => _tag),
        keys.map(() => "Right")
      )
      assert.lengthOf(account.submitted, keys.length)
    }),
  90_000
)
