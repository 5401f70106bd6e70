import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Ledger from "../../../src/ledger/Ledger.js"
import {
  conclusionStatements,
  markAllStale,
  prepareStatements,
  reconcileStale
} from "../../../src/ledger/conclusions/Reconciliation.js"
import { answer, conclusions, findings, load, row, select, verdicts } from "../../support/ledger.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))

const documented = {
  success: ["123", "124", "125", "126"],
  failure: ["invalid.email@invalidDomain", "invalid'character@example.com"]
}
const six = [
  row("ada@example.test", "b"),
  row("Invalid.Email@invaliddomain", "b"),
  row("bo@example.test", "b"),
  row("invalid'character@example.com", "b"),
  row("cy@example.test", "b"),
  row("di@example.test", "b")
]

describe("outcomes", () => {
  it.effect("are pending until the batch settles", () =>
    Effect.gen(function* () {
      yield* load([row("ada@example.test", "b")])
      yield* answer("b", "active", { success: ["1"] })
      assert.deepStrictEqual(yield* verdicts, ["ada@example.test: pending (unsettled)"])
    }).pipe(inMemory)
  )

  it.effect("are imported by count if the numbers close, without any known ID", () =>
    Effect.gen(function* () {
      yield* load(six)
      yield* answer("b", "completed", documented)
      assert.deepStrictEqual(yield* verdicts, [
        "ada@example.test: imported (count)",
        "bo@example.test: imported (count)",
        "cy@example.test: imported (count)",
        "di@example.test: imported (count)",
        "invalid'character@example.com: rejected (failure)",
        "invalid.email@invaliddomain: rejected (failure)"
      ])
      assert.deepStrictEqual(yield* findings, [])
    }).pipe(inMemory)
  )

  it.effect("are never guessed: with one contact more than reported, all others stay unaccounted", () =>
    Effect.gen(function* () {
      yield* load([...six, row("extra@example.test", "b")])
      yield* answer("b", "completed", documented)
      const all = yield* verdicts
      assert.strictEqual(all.filter((line) => line.endsWith("unaccounted (silence)")).length, 5)
      assert.strictEqual(all.filter((line) => line.endsWith("rejected (failure)")).length, 2)
    }).pipe(inMemory)
  )

  it.effect("are imported by ID if the contact's ID is known locally, even if the numbers do not close", () =>
    Effect.gen(function* () {
      yield* load([row("ada@example.test", "b", "7"), row("bo@example.test", "b")])
      yield* answer("b", "completed", { success: ["7"], failure: [] })
      assert.deepStrictEqual(yield* verdicts, [
        "ada@example.test: imported (id)",
        "bo@example.test: unaccounted (silence)"
      ])
    }).pipe(inMemory)
  )

  it.effect("are contradictory if an address failed and its ID succeeded", () =>
    Effect.gen(function* () {
      yield* load([row("ada@example.test", "b", "7"), row("bo@example.test", "b")])
      yield* answer("b", "completed", { success: ["7"], failure: ["ADA@example.test"] })
      assert.deepStrictEqual(yield* verdicts, [
        "ada@example.test: contradictory (failure-and-id)",
        "bo@example.test: unaccounted (silence)"
      ])
    }).pipe(inMemory)
  )

  for (const status of ["failed", "interrupted"] as const) {
    it.effect(`of a batch that ended ${status} keep what its lists say, and call the rest unaccounted`, () =>
      Effect.gen(function* () {
        yield* load([row("a@x.test", "b", "1"), row("b@x.test", "b"), row("c@x.test", "b")])
        // The counts would close, which proves nothing about a batch that did not complete.
        yield* answer("b", status, { success: ["1", "2"], failure: ["c@x.test"] })
        assert.deepStrictEqual(yield* verdicts, [
          "a@x.test: imported (id)",
          "b@x.test: unaccounted (silence)",
          "c@x.test: rejected (failure)"
        ])
      }).pipe(inMemory)
    )
  }

  it.effect("treat a missing success list as unknown, not as empty", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b")])
      yield* answer("b", "completed", { failure: [] })
      assert.deepStrictEqual(yield* verdicts, ["a@x.test: unaccounted (silence)"])
      assert.deepStrictEqual(yield* select("SELECT success_count, failure_count FROM batch_answers"), [
        { success_count: null, failure_count: 0 }
      ])
    }).pipe(inMemory)
  )

  it.effect("treat a missing failure list as unknown, too", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b")])
      yield* answer("b", "completed", { success: ["1"] })
      assert.deepStrictEqual(yield* verdicts, ["a@x.test: unaccounted (silence)"])
    }).pipe(inMemory)
  )

  it.effect("do not use counting while a row of the batch's file is unreadable, and do after that", () =>
    Effect.gen(function* () {
      const rows = [row("a@x.test", "b"), row("c@x.test", "b")]
      yield* load(rows, "contacts.csv", { rejected: 1 })
      yield* answer("b", "completed", { success: ["1", "2"], failure: [] })
      assert.deepStrictEqual(yield* verdicts, [
        "a@x.test: unaccounted (silence)",
        "c@x.test: unaccounted (silence)"
      ])
      yield* load(rows)
      assert.deepStrictEqual(yield* verdicts, ["a@x.test: imported (count)", "c@x.test: imported (count)"])
      assert.deepStrictEqual(yield* select("SELECT * FROM batch_sent_gaps"), [])
    }).pipe(inMemory)
  )

  it.effect("count a contact sent twice as one contact, and give each sent row an outcome", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b"), row("A@X.test", "b"), row("c@x.test", "b")])
      yield* answer("b", "completed", { success: ["1", "2"], failure: [] })
      assert.deepStrictEqual(yield* verdicts, [
        "a@x.test: imported (count)",
        "a@x.test: imported (count)",
        "c@x.test: imported (count)"
      ])
      assert.deepStrictEqual(yield* findings, ["duplicate-sent: a@x.test"])
    }).pipe(inMemory)
  )
})

describe("the numbers do not close", () => {
  const unaccounted = (name: string, rows: Parameters<typeof load>[0], lists: Parameters<typeof answer>[2]) =>
    it.effect(name, () =>
      Effect.gen(function* () {
        yield* load([...rows, row("silent@x.test", "b")])
        yield* answer("b", "completed", lists)
        assert.include(yield* verdicts, "silent@x.test: unaccounted (silence)")
      }).pipe(inMemory)
    )

  unaccounted("if a failed address was not sent", [row("a@x.test", "b")], {
    success: ["1"],
    failure: ["stranger@x.test"]
  })
  unaccounted(
    "where a success belongs to a contact that was not sent",
    [row("a@x.test", "b"), row("z@x.test", null, "9")],
    {
      success: ["1", "9"],
      failure: []
    }
  )
  unaccounted(
    "where a success belongs to an address that failed",
    [row("a@x.test", "b", "1"), row("c@x.test", "b")],
    {
      success: ["1", "2"],
      failure: ["a@x.test"]
    }
  )
  unaccounted(
    "where two successes belong to one address",
    [row("a@x.test", "b", "1"), row("a@x.test", null, "2")],
    { success: ["1", "2"], failure: [] }
  )
  unaccounted("where a contact whose ID is known is not among the successes", [row("a@x.test", "b", "1")], {
    success: ["8", "9"],
    failure: []
  })
  unaccounted("where an ID is repeated", [row("a@x.test", "b")], { success: ["1", "1"], failure: [] })
})

describe("findings", () => {
  it.effect("name successes and failures that match no sent contact, and IDs with two addresses", () =>
    Effect.gen(function* () {
      yield* load([
        row("a@x.test", "b"),
        row("known@x.test", null, "9"),
        row("one@x.test", "b", "5"),
        row("two@x.test", null, "5")
      ])
      yield* answer("b", "completed", { success: ["5", "9"], failure: ["A@y.test"] })
      assert.deepStrictEqual(yield* findings, [
        "id-conflict: 5",
        "unmatched-failure: A@y.test",
        "unmatched-success: 9"
      ])
      // An ID that belongs to two addresses is evidence for neither.
      assert.include(yield* verdicts, "one@x.test: unaccounted (silence)")
    }).pipe(inMemory)
  )

  it.effect("do not name an ID without a known address", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b"), row("c@x.test", "b")])
      yield* answer("b", "completed", { success: ["1"], failure: [] })
      assert.deepStrictEqual(yield* findings, [])
    }).pipe(inMemory)
  )
})

describe("conclusions", () => {
  it.effect(
    "are computed from the batches of the slice alone: no statement reads a whole table of facts",
    () =>
      Effect.gen(function* () {
        for (const statement of prepareStatements) yield* select(statement)
        for (const statement of conclusionStatements({ doubted: false, repeated: true, linked: true })) {
          const plan = yield* select<{ readonly detail: string }>(`EXPLAIN QUERY PLAN ${statement}`)
          const details = plan.map(({ detail }) => detail)
          const scans = details.filter(
            (detail) => detail.startsWith("SCAN") && !details.includes(detail.replace("SCAN", "CO-ROUTINE"))
          )
          assert.deepStrictEqual(
            scans.filter((scan) => !/^SCAN (r|d|reconcile_scope|any_link|k|x|\(subquery-\d+\))$/.test(scan)),
            []
          )
        }
      }).pipe(inMemory)
  )

  it.effect("are the same rows when recomputed from the facts", () =>
    Effect.gen(function* () {
      yield* load([...six, row("known@x.test", null, "9"), row("Ada@example.test", "b")])
      yield* load([row("p@x.test", "open")], "other.csv")
      yield* answer("b", "completed", { ...documented, success: ["9", "124"] })
      yield* reconcileStale()
      const before = yield* conclusions
      yield* markAllStale
      assert.deepStrictEqual(yield* reconcileStale(), { batches: 2, changed: 0 })
      assert.deepStrictEqual(yield* conclusions, before)
      assert.strictEqual(before.outcomes.length, 7)
    }).pipe(inMemory)
  )

  it.effect("are recomputed only for the affected batches when a contact gets an ID", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b1"), row("c@x.test", "b1"), row("d@x.test", "b2")])
      yield* answer("b1", "completed", { success: ["1"], failure: [] })
      yield* answer("b2", "completed", { success: [], failure: [] })
      assert.include(yield* verdicts, "a@x.test: unaccounted (silence)")
      yield* load([row("a@x.test", "b1", "1"), row("c@x.test", "b1"), row("d@x.test", "b2")])
      assert.deepStrictEqual(yield* reconcileStale(), { batches: 1, changed: 1 })
      assert.include(yield* verdicts, "a@x.test: imported (id)")
    }).pipe(inMemory)
  )

  it.effect("are recomputed when more contacts turn out to have been sent", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b")])
      yield* answer("b", "completed", { success: ["1"], failure: [] })
      assert.deepStrictEqual(yield* verdicts, ["a@x.test: imported (count)"])
      yield* load([row("c@x.test", "b")], "more.csv")
      assert.deepStrictEqual(yield* verdicts, [
        "a@x.test: unaccounted (silence)",
        "c@x.test: unaccounted (silence)"
      ])
    }).pipe(inMemory)
  )
})
