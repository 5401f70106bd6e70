import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { BatchId } from "effect-activecampaign/BatchId"
import { erase } from "../../../src/ledger/erase/Erase.js"
import { purge } from "../../../src/ledger/erase/Purge.js"
import * as Removals from "../../../src/ledger/erase/Removals.js"
import { search } from "../../../src/ledger/erase/search.js"
import * as Ledger from "../../../src/ledger/Ledger.js"
import { asSentConclusions, asSentFacts } from "../../../src/ledger/schema/migrations/asSentTables.js"
import { answer, inColumns, load, row, select } from "../../support/ledger.js"
import { insertSentValues } from "../../support/sentValues.js"
import { temporaryFolder } from "../../support/temporary.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))

const inFile = <A, E>(effect: Effect.Effect<A, E, Ledger.Ledger>) =>
  Effect.scoped(
    Effect.flatMap(temporaryFolder, (folder) =>
      Effect.provide(effect, Ledger.layer(join(folder, "ledger.db")))
    )
  )

const tables = [...asSentFacts, ...asSentConclusions].flatMap(
  (statement) => /^CREATE TABLE (\w+)/.exec(statement)?.[1] ?? []
)

const contact = (email: string, batch: string | null, company: string) => ({
  ...row(email, batch),
  ...inColumns({ email, batch, Company: company })
})

const crm = [
  contact("ada@x.test", "one", "Ada Ltd"),
  contact("bo@x.test", "one", "Bo"),
  contact("ada@x.test", "two", "Ada")
]

/** The rows of each table of sent values. */
const counts = Effect.map(
  Effect.forEach(tables, (table) =>
    Effect.map(
      Ledger.Ledger.number(table, (sql) => sql.unsafe(`SELECT count(*) AS number FROM ${table}`)),
      (rows) => [table, rows] as const
    )
  ),
  (all): Readonly<Record<string, number>> => Object.fromEntries(all)
)

const world = Effect.gen(function* () {
  yield* load(crm)
  yield* answer("one", "completed", { success: ["1", "2"], failure: [] })
  yield* answer("two", "completed", { success: ["1"], failure: [] })
  yield* insertSentValues
  const filled = yield* counts
  for (const table of tables) assert.isAbove(filled[table] ?? 0, 0, `${table} is empty`)
})

/** Each number that has no foreign key refers to a row, and each look and member is in use. */
const dangling = `
  SELECT 'look' AS what FROM contact_looks WHERE look_id NOT IN (SELECT look_id FROM looks)
  UNION ALL SELECT 'status' FROM list_statuses WHERE look_id NOT IN (SELECT look_id FROM looks)
  UNION ALL SELECT 'break' FROM consent_breaks
    WHERE look_before NOT IN (SELECT look_id FROM looks) OR look_after NOT IN (SELECT look_id FROM looks)
  UNION ALL SELECT 'found' FROM found_values WHERE member_id NOT IN (SELECT member_id FROM sent_members)
  UNION ALL SELECT 'count' FROM value_counts WHERE member_id NOT IN (SELECT member_id FROM sent_members)
  UNION ALL SELECT 'cells' FROM former_cells WHERE shape_id NOT IN (SELECT shape_id FROM row_shapes)
  UNION ALL SELECT 'unused look' FROM looks WHERE look_id NOT IN (SELECT look_id FROM contact_looks
    UNION SELECT look_id FROM list_statuses)
  UNION ALL SELECT 'unused member' FROM sent_members WHERE member_id NOT IN (SELECT member_id FROM value_counts
    UNION SELECT member_id FROM found_values)`

const expectSound = Effect.gen(function* () {
  assert.deepStrictEqual(yield* select("PRAGMA foreign_key_check"), [])
  assert.deepStrictEqual(yield* select("SELECT * FROM stale_batches"), [])
  assert.deepStrictEqual(yield* select(dangling), [])
})

const looksOf = (batch: string) =>
  select<{ readonly email_key: string }>(`SELECT a.email_key FROM contact_looks k
    JOIN addresses a USING (address_id) JOIN numbered_batches b USING (batch) WHERE b.batch_id = '${batch}' ORDER BY 1`)

const removeSource = (name: string) =>
  Effect.flatMap(Removals.sources, (all) => {
    const source = all.find((one) => one.name === name)
    return source === undefined
      ? Effect.dieMessage(`there is no source ${name}`)
      : Removals.removeSource(source)
  })

describe("erasing a person who was sent with values", () => {
  it.effect(
    "leaves them in no table: not in what was sent, found or concluded, nor in names and exclusions",
    () =>
      Effect.gen(function* () {
        yield* world
        const erased = yield* erase("ada@x.test")
        assert.deepStrictEqual((yield* search(erased.person)).remaining, [])
        yield* expectSound
        for (const table of tables) {
          const columns = yield* select<{ readonly name: string }>(
            `SELECT name FROM pragma_table_info('${table}') WHERE name = 'address_id'`
          )
          if (columns.length === 0) continue
          const left = yield* select(
            `SELECT * FROM ${table} t JOIN addresses a USING (address_id) WHERE a.email_key = '${erased.token}'`
          )
          assert.deepStrictEqual(left, [], table)
        }
        const told = erased.held.map(({ table }) => table)
        assert.include(told, "list_statuses")
      }).pipe(inFile)
  )

  it.effect("keeps what others were sent with, and takes only the person out of it", () =>
    Effect.gen(function* () {
      yield* world
      yield* erase("ada@x.test")
      assert.deepStrictEqual(yield* select("SELECT found FROM found_values"), [{ found: "care of erased-1" }])
      assert.deepStrictEqual(yield* select("SELECT cells FROM former_cells"), [
        { cells: '["","one","Ltd of erased-1"]' }
      ])
      assert.deepStrictEqual(yield* looksOf("one"), [{ email_key: "bo@x.test" }])
      assert.deepStrictEqual(
        yield* select("SELECT match_phrase AS phrase FROM account_exclusions ORDER BY exclusion_id"),
        [{ phrase: "joada@x.test" }, { phrase: "@y.test" }]
      )
      assert.deepStrictEqual(yield* select("SELECT name FROM account_tags"), [
        { name: "met erased-1" },
        { name: "vip" }
      ])
    }).pipe(inMemory)
  )
})

describe("removing a batch whose contacts were sent with values", () => {
  it.effect("removes what was found of it, and keeps the list statuses of the contacts", () =>
    Effect.gen(function* () {
      yield* world
      yield* Removals.removeBatches([BatchId.make("one")])
      yield* expectSound
      assert.deepStrictEqual(yield* looksOf("two"), [{ email_key: "ada@x.test" }])
      assert.deepInclude(yield* counts, {
        contact_looks: 1,
        found_values: 1,
        former_cells: 0,
        list_statuses: 3
      })
      assert.deepStrictEqual(
        yield* select("SELECT max(after_answer_id) AS last FROM looks"),
        yield* select("SELECT max(answer_id) AS last FROM answers")
      )
    }).pipe(inMemory)
  )
})

describe("removing a source that said what was sent", () => {
  it.effect("removes every trace of the contacts that only it named", () =>
    Effect.gen(function* () {
      yield* world
      const before = yield* counts
      const { removed } = yield* removeSource("contacts.csv")
      assert.deepInclude(removed, { table: "consent_breaks", rows: before.consent_breaks ?? 0 })
      yield* expectSound
      assert.deepInclude(yield* counts, {
        contact_looks: 0,
        found_values: 0,
        former_cells: 0,
        value_verdicts: 0,
        consent_breaks: 0
      })
    }).pipe(inMemory)
  )

  it.effect("has contacts that stay looked at again", () =>
    Effect.gen(function* () {
      yield* world
      yield* load([contact("bo@x.test", "one", "Bo")], "other.csv")
      yield* removeSource("contacts.csv")
      yield* expectSound
      assert.deepStrictEqual(yield* select("SELECT email_key FROM batch_sent"), [{ email_key: "bo@x.test" }])
      assert.deepInclude(yield* counts, { contact_looks: 0, found_values: 0, former_cells: 0 })
    }).pipe(inMemory)
  )

  it.effect("keeps the looks of contacts that a source without sent values names, too", () =>
    Effect.gen(function* () {
      yield* load([contact("bo@x.test", "one", "Bo")], "other.csv")
      yield* world
      yield* removeSource("other.csv")
      yield* expectSound
      assert.deepInclude(yield* counts, { contact_looks: 3, found_values: 3 })
    }).pipe(inMemory)
  )
})

describe("a purge of batches with sent values", () => {
  const times = { now: "2032-01-01T00:00:00.000Z", before: "2031-12-01T00:00:00.000Z" }

  it.effect("leaves nothing of them", () =>
    Effect.gen(function* () {
      yield* world
      yield* settleIds
      const purged = yield* purge(times)
      assert.deepStrictEqual(purged.stay, [])
      assert.strictEqual(purged.batches, 2)
      yield* expectSound
      assert.deepInclude(yield* counts, {
        contact_looks: 0,
        found_values: 0,
        former_cells: 0,
        list_statuses: 0,
        value_verdicts: 0,
        value_counts: 0,
        consent_breaks: 0,
        looks: 0,
        sent_members: 0
      })
    }).pipe(inMemory)
  )

  it.effect("keeps a batch that sent a contact again while its earlier batch stays", () =>
    Effect.gen(function* () {
      yield* world
      yield* settleIds
      // Something was learnt about the first batch later on.
      yield* select("UPDATE answers SET received_at = '2031-12-24T00:00:00.000Z' WHERE batch = 1")
      const purged = yield* purge(times)
      assert.deepStrictEqual(purged.stay, [{ because: "needed", batches: 1 }])
      yield* expectSound
    }).pipe(inMemory)
  )
})

/** Nobody has the contact IDs: the batches need nothing more from the account. */
const settleIds = select(
  "INSERT INTO gone_contacts SELECT DISTINCT contact_id, '2031-04-02' FROM unmatched_ids"
)
