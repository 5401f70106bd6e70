import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Ledger from "../../../src/ledger/Ledger.js"
import { reconcileStale } from "../../../src/ledger/conclusions/Reconciliation.js"
import { answer, inColumns, load, row, select, verdicts } from "../../support/ledger.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))

const contacts = select(
  "SELECT email, contact_id, batch_id FROM local_contacts ORDER BY email_key, occurrence"
)

describe("a load", () => {
  it.effect("keeps the batch that each row named, if any", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b1"), row("c@x.test")])
      yield* load([row("a@x.test", "b2"), row("c@x.test")])
      assert.deepStrictEqual(yield* contacts, [
        { email: "a@x.test", contact_id: null, batch_id: "b2" },
        { email: "c@x.test", contact_id: null, batch_id: null }
      ])
    }).pipe(inMemory)
  )

  it.effect("says which contact IDs were added, replaced and removed", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test"), row("b@x.test", null, "1"), row("c@x.test", null, "2"), row("d@x.test")])
      const report = yield* load([
        row("a@x.test", null, "7"),
        row("b@x.test", null, "8"),
        row("c@x.test"),
        row("d@x.test"),
        row("e@x.test", null, "9")
      ])
      assert.include(report, { added: 1, updated: 3, unchanged: 1, idsGained: 1, idsChanged: 1, idsLost: 1 })
    }).pipe(inMemory)
  )

  it.effect("counts the contacts of its source that it lacks, and keeps them", () =>
    Effect.gen(function* () {
      yield* load([row("z@x.test")], "other.csv")
      yield* load([row("a@x.test"), row("b@x.test"), row("c@x.test")])
      const report = yield* load([row("b@x.test"), row("d@x.test")])
      assert.include(report, { added: 1, unchanged: 1, absent: 2 })
      assert.strictEqual((yield* contacts).length, 5)
    }).pipe(inMemory)
  )

  it.effect("counts the rows that repeat another's address and batch, the first time and later", () =>
    Effect.gen(function* () {
      const rows = [
        row("a@x.test", "b1"),
        row("A@x.test", "b1"),
        row("a@x.test", "b2"),
        row("c@x.test"),
        row("C@x.test"),
        row("c@x.test")
      ]
      assert.include(yield* load(rows), { rows: 6, added: 6, duplicates: 3, sentAdded: 3 })
      assert.include(yield* load(rows), { unchanged: 6, duplicates: 3, sentAdded: 0 })
      assert.include(yield* load([row("a@x.test", "b1"), row("a@x.test", "b2")]), {
        duplicates: 0,
        absent: 4
      })
    }).pipe(inMemory)
  )

  it.effect("with many repeated addresses numbers each in the order of the file", () =>
    Effect.gen(function* () {
      const rows = Array.from({ length: 30_000 }, (_, i) => ({
        ...row(`c${i % 10_000}@x.test`, `b${i % 7}`),
        ...inColumns({ turn: Math.floor(i / 10_000) + 1 })
      }))
      assert.include(yield* load(rows), { added: 30_000, sentAdded: 30_000 })
      assert.deepStrictEqual(
        yield* select(
          "SELECT count(*) AS contacts FROM local_contacts WHERE occurrence = source_columns ->> 'turn'"
        ),
        [{ contacts: 30_000 }]
      )
      assert.include(yield* load(rows), { unchanged: 30_000 })
    }).pipe(inMemory)
  )

  it.effect("of many rows leaves the tables with all the indexes they had", () =>
    Effect.gen(function* () {
      const indexes = select("SELECT name, sql FROM sqlite_schema WHERE type = 'index' ORDER BY name")
      const before = yield* indexes
      yield* load(Array.from({ length: 12_000 }, (_, i) => row(`c${i}@x.test`, "b1", String(i))))
      assert.deepStrictEqual(yield* indexes, before)
      assert.deepStrictEqual(yield* select("PRAGMA integrity_check"), [{ integrity_check: "ok" }])
    }).pipe(inMemory)
  )

  it.effect("that changes nothing leaves no batch stale", () =>
    Effect.gen(function* () {
      const rows = [row("a@x.test", "b1", "1"), row("c@x.test", "b1")]
      yield* load(rows)
      yield* reconcileStale()
      yield* load(rows)
      assert.deepStrictEqual(yield* select("SELECT * FROM stale_batches"), [])
    }).pipe(inMemory)
  )

  it.effect("of another source with an ID decides the batch that reported it again", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b1"), row("c@x.test", "b1")])
      yield* answer("b1", "completed", { success: ["7"], failure: [] })
      assert.deepStrictEqual(yield* verdicts, [
        "a@x.test: unaccounted (silence)",
        "c@x.test: unaccounted (silence)"
      ])
      yield* load([row("c@x.test", null, "7")], "crm.csv")
      assert.deepStrictEqual(yield* verdicts, ["a@x.test: unaccounted (silence)", "c@x.test: imported (id)"])
      yield* load([row("c@x.test")], "crm.csv")
      assert.deepStrictEqual(yield* verdicts, [
        "a@x.test: unaccounted (silence)",
        "c@x.test: unaccounted (silence)"
      ])
    }).pipe(inMemory)
  )

  it.effect("frees an ID with two addresses when one of them is gone from the file", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", null, "7"), row("b@x.test", null, "7")])
      yield* load([row("b@x.test", null, "7")])
      assert.deepStrictEqual(yield* contacts, [
        { email: "a@x.test", contact_id: null, batch_id: null },
        { email: "b@x.test", contact_id: "7", batch_id: null }
      ])
    }).pipe(inMemory)
  )

  it.effect("of a corrected file closes the gap in what is known as sent", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b1")], "contacts.csv", { rejected: 1 })
      yield* answer("b1", "completed", { success: ["1"], failure: [] })
      assert.deepStrictEqual(yield* verdicts, ["a@x.test: unaccounted (silence)"])
      yield* load([row("a@x.test", "b1")])
      assert.deepStrictEqual(yield* verdicts, ["a@x.test: imported (count)"])
    }).pipe(inMemory)
  )
})
