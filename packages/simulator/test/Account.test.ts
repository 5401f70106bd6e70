import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import { InProcess, Scenario } from "effect-activecampaign-simulator"
import { get } from "./support.js"

const served = (scenario: Scenario.ScenarioInput = {}) =>
  InProcess.layer(Scenario.make({ rateLimit: null, ...scenario }))

const Contact = Schema.Struct({
  id: Schema.String,
  email: Schema.String,
  cdate: Schema.String,
  udate: Schema.String
})
const Page = Schema.parseJson(
  Schema.Struct({
    contacts: Schema.Array(Contact),
    meta: Schema.optional(Schema.Struct({ total: Schema.Unknown }))
  })
)

const list = (query = "") =>
  Effect.flatMap(get(`/api/3/contacts${query}`), ({ body }) => Schema.decode(Page)(body))
const idsOf = (query = "") => Effect.map(list(query), ({ contacts }) => contacts.map(({ id }) => id))

const quick = { unset: 0, waiting: 0, claimed: 0, active: 1000 }
const batch = {
  batchId: "b-1",
  stages: quick,
  contacts: [
    { email: "New@example.test", contactId: "11" },
    { email: "old@example.test", contactId: "5", becomes: "updated" },
    { email: "bad@example", becomes: "rejected" },
    { email: "quiet@example.test", becomes: "silent" },
    { email: "unseen@example.test", contactId: "12", becomes: "unreported" }
  ]
} as const
const crowd = Array.from({ length: 130 }, (_, index) => ({
  email: `c${index}@example.test`,
  contactId: String(index + 1)
}))

describe("the contacts of the account", () => {
  it.effect("come as the batches progress", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* idsOf(), ["5"])
      yield* TestClock.adjust(200)
      assert.deepStrictEqual(yield* idsOf(), ["5", "11"])
      yield* TestClock.adjust(800)
      assert.deepStrictEqual(yield* idsOf(), ["5", "11", "12"])
    }).pipe(Effect.provide(served({ batches: [batch] })))
  )

  it.effect("say when they were created and last changed", () =>
    Effect.gen(function* () {
      yield* TestClock.adjust("1 hour")
      const { contacts } = yield* list()
      assert.deepStrictEqual(
        contacts.map(({ cdate, udate }) => [cdate, udate]),
        [
          ["1969-12-01T19:00:00-05:00", "1969-12-31T19:00:00-05:00"],
          ["1969-12-31T19:00:00-05:00", "1969-12-31T19:00:00-05:00"],
          ["1969-12-31T19:00:01-05:00", "1969-12-31T19:00:01-05:00"]
        ]
      )
    }).pipe(Effect.provide(served({ batches: [batch] })))
  )

  it.effect("may be deleted or renamed right after the import", () =>
    Effect.gen(function* () {
      yield* TestClock.adjust("1 hour")
      const { contacts } = yield* list()
      assert.deepStrictEqual(
        contacts.map(({ email, id }) => [id, email]),
        [["2", "other@example.test"]]
      )
      const { body, status } = yield* get("/api/3/contacts/1")
      assert.strictEqual(status, 404)
      assert.strictEqual(body, '{"message":"No Result found for Subscriber with id 1"}')
      assert.strictEqual((yield* get("/api/3/contacts/2")).status, 200)
    }).pipe(
      Effect.provide(
        served({
          batches: [
            {
              batchId: "b-1",
              contacts: [
                { email: "a@example.test", contactId: "1", deletedAfterwards: true },
                { email: "b@example.test", contactId: "2", renamedTo: "other@example.test" }
              ]
            }
          ]
        })
      )
    )
  )

  it.effect("include the strangers that a batch lists once it has settled", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* idsOf(), [])
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(yield* idsOf(), ["99"])
    }).pipe(Effect.provide(served({ batches: [{ batchId: "b-1", strangers: { success: ["99"] } }] })))
  )
})

describe("the list of contacts", () => {
  it.effect("shows 20 without a limit and at most 100 with one", () =>
    Effect.gen(function* () {
      assert.lengthOf(yield* idsOf(), 20)
      assert.lengthOf(yield* idsOf("?limit=30"), 30)
      const { contacts, meta } = yield* list("?limit=1000")
      assert.lengthOf(contacts, 100)
      assert.strictEqual(meta?.total, "130")
      assert.lengthOf(yield* idsOf("?limit=100&offset=100"), 30)
    }).pipe(Effect.provide(served({ account: { existing: crowd } })))
  )

  it.effect("is filtered by IDs, by address and by a cursor, and ordered by ID", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* idsOf("?ids[]=3&ids[]=1&ids[]=999"), ["1", "3"])
      assert.deepStrictEqual(yield* idsOf("?ids%5B%5D=3"), ["3"])
      assert.deepStrictEqual(yield* idsOf("?email=C2%40example.test"), ["3"])
      assert.deepStrictEqual(yield* idsOf("?id_greater=128"), ["129", "130"])
      assert.deepStrictEqual(yield* idsOf("?id_greater=128&orders%5Bid%5D=DESC"), ["130", "129"])
    }).pipe(Effect.provide(served({ account: { existing: crowd } })))
  )

  it.effect("is the first contacts of the account if a filter is ignored", () =>
    Effect.gen(function* () {
      const first = yield* idsOf()
      assert.deepStrictEqual(yield* idsOf("?ids[]=77"), first)
      assert.deepStrictEqual(yield* idsOf("?email=c76@example.test"), ["77"])
    }).pipe(Effect.provide(served({ account: { existing: crowd, ignoredFilters: ["ids[]"] } })))
  )

  it.effect("can be cut at 20 under any limit", () =>
    Effect.map(idsOf("?limit=100"), (ids) => assert.lengthOf(ids, 20)).pipe(
      Effect.provide(served({ account: { existing: crowd, pageSize: "always-20" } }))
    )
  )

  it.effect("can write totals, addresses and dates in other ways", () =>
    Effect.gen(function* () {
      const existing = [{ email: "Ada@example.test", createdAt: 0 }]
      const shown = (account: Scenario.ScenarioInput["account"]) =>
        Effect.provide(list(), served({ account: { existing, ...account } }))
      assert.strictEqual((yield* shown({ totalAs: "number" })).meta?.total, 1)
      assert.isUndefined((yield* shown({ totalAs: "missing" })).meta)
      assert.strictEqual((yield* shown({ emailCase: "upper" })).contacts[0]?.email, "ADA@EXAMPLE.TEST")
      assert.strictEqual((yield* shown({ emailCase: "lower" })).contacts[0]?.email, "ada@example.test")
      assert.strictEqual((yield* shown({ datesAs: "plain" })).contacts[0]?.cdate, "1970-01-01 00:00:00")
      assert.strictEqual((yield* shown({ datesAs: "zero" })).contacts[0]?.cdate, "0000-00-00 00:00:00")
    })
  )

  it.effect("is refused if its query cannot be read, and without the token", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* get("/api/3/contacts?limit=many")).status, 400)
      for (const path of ["/api/3/contacts", "/api/3/contacts/1", "/api/3/import/bulk_import"]) {
        const { body, status } = yield* get(path, { token: "wrong" })
        assert.deepStrictEqual([status, body], [403, '{"message":"Forbidden"}'])
      }
    }).pipe(Effect.provide(served()))
  )
})

describe("the daily totals", () => {
  it.effect("distinguish what is outstanding from what was completed in the last seven days", () =>
    Effect.gen(function* () {
      const totals = Effect.map(get("/api/3/import/bulk_import"), ({ body }) => JSON.parse(body))
      const day = { forDate: "1970-01-01", batches: "2", contacts: "2" }
      assert.deepStrictEqual(yield* totals, { outstanding: [day], recentlyCompleted: [] })
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(yield* totals, {
        outstanding: [{ ...day, batches: "1", contacts: "1" }],
        recentlyCompleted: [{ ...day, batches: "1", contacts: "1" }]
      })
      yield* TestClock.adjust("8 days")
      assert.deepStrictEqual((yield* totals).recentlyCompleted, [])
    }).pipe(
      Effect.provide(
        served({
          batches: [
            { batchId: "b-1", contacts: [{ email: "a@example.test" }] },
            { batchId: "b-2", contacts: [{ email: "b@example.test" }], ends: "never" }
          ]
        })
      )
    )
  )
})
