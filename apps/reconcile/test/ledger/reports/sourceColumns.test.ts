import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { BatchId } from "effect-activecampaign/BatchId"
import { cellsOf } from "../../../src/contacts/JsonText.js"
import type { ContactRow } from "../../../src/contacts/ContactRow.js"
import * as ExportRows from "../../../src/ledger/reports/ExportRows.js"
import * as Ledger from "../../../src/ledger/Ledger.js"
import * as LocalContacts from "../../../src/ledger/load/LocalContacts.js"
import { reconcileStale } from "../../../src/ledger/conclusions/Reconciliation.js"
import { inColumns, load, now, row, select } from "../../support/ledger.js"
import { exported, named } from "../../support/exported.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))

const columnsOf = (name: string) => Effect.map(ExportRows.read(named(name)), ({ columns }) => columns)

/** A row of a source with columns of its own. */
const withColumns = (
  email: string,
  columns: Readonly<Record<string, unknown>>,
  batchId: string | null = null
): ContactRow => ({
  ...row(email, batchId),
  ...inColumns(columns)
})

describe("the columns of the source", () => {
  it.effect("come first: those of all sources, each once, in the order first seen", () =>
    Effect.gen(function* () {
      yield* load([withColumns("a@x.test", { Mail: "a@x.test", "2024": "x" }, "b")], "one.csv")
      yield* load([withColumns("c@x.test", { Name: "C", Mail: "c@x.test", outcome: "won" })], "two.csv")
      yield* load([withColumns("a@x.test", { Mail: "a@x.test", extra: 1 }, "b")], "one.csv")
      const originals = ["2024", "Mail", "extra", "Name", "outcome"]
      assert.deepStrictEqual(yield* columnsOf("unaccounted"), [
        ...originals,
        "batch_id",
        "reconcile_email",
        "reconcile_outcome",
        "evidence",
        "reason"
      ])
      assert.deepStrictEqual(yield* columnsOf("findings"), ["batch_id", "finding", "subject", "detail"])
    }).pipe(inMemory)
  )

  it.effect("have the values of the row that the contact was loaded from", () =>
    Effect.gen(function* () {
      const n = (value: string) => ({ n: value })
      const sent = (email: string, value: string, batchId: string) => withColumns(email, n(value), batchId)
      yield* load(
        [
          sent("a@x.test", "a in 1", "b1"),
          sent("A@x.test", "a in 1 again", "b1"),
          sent("a@x.test", "a in 2", "b2"),
          sent("c@x.test", "c in 1", "b1")
        ],
        "sent.csv"
      )
      yield* load(
        [sent("a@x.test", "a sent later", "b1"), withColumns("c@x.test", n("c later"))],
        "later.csv"
      )
      yield* reconcileStale()
      const found = yield* exported("outcomes")
      assert.deepStrictEqual(
        found.map((one) => `${one.batch_id} ${one.n}`),
        ["b1 a in 1", "b1 a in 1 again", "b1 c in 1", "b2 a in 2"]
      )
    }).pipe(inMemory)
  )

  it.effect(
    "are those last loaded with the address if no row names the batch, and empty if no row has it",
    () =>
      Effect.gen(function* () {
        const source = (name: string, at: string, rows: ReadonlyArray<ContactRow>) =>
          LocalContacts.load({ name, rejected: () => 0 }, Stream.succeed(rows), at)
        yield* LocalContacts.load(
          { name: "sent", rejected: () => 0, batchId: BatchId.make("b") },
          Stream.succeed([row("a@x.test"), row("gone@x.test")]),
          now
        )
        yield* source("old", "2031-04-01T00:00:00.000Z", [withColumns("a@x.test", { n: "old" })])
        yield* source("new", "2031-04-03T00:00:00.000Z", [withColumns("a@x.test", { n: "new" })])
        yield* source("old", "2031-04-04T00:00:00.000Z", [withColumns("a@x.test", { n: "old, again" })])
        yield* select("UPDATE local_rows SET batch = NULL")
        yield* select(`DELETE FROM local_rows WHERE local_contact_id IN (SELECT local_contact_id FROM local_contacts
          WHERE email_key = 'gone@x.test' OR source_columns NOT LIKE '%"n"%')`)
        yield* reconcileStale()
        const found = yield* exported("outcomes")
        assert.deepStrictEqual(
          found.map((one) => [one.reconcile_email, one.email, one.n]),
          [
            ["a@x.test", null, "old, again"],
            ["gone@x.test", null, null]
          ]
        )
      }).pipe(inMemory)
  )

  it.effect("keep every digit, and values of any kind", () =>
    Effect.gen(function* () {
      const text =
        '{"id":12345678901234567890,"s":"12345678901234567890","f":0.30000000000000004,"no":null,"deep":{"a":[1]}}'
      const names = ["id", "s", "f", "no", "deep", "__proto__"]
      yield* load([{ ...row("a@x.test", "b"), cells: cellsOf(text, names), names }])
      yield* reconcileStale()
      const { columns, rows } = yield* ExportRows.read(named("outcomes"))
      const [only] = Chunk.toReadonlyArray(yield* Stream.runCollect(rows))
      assert.strictEqual(columns[5], "__proto__")
      assert.deepStrictEqual(only?.slice(0, 6), [
        "12345678901234567890",
        "12345678901234567890",
        0.30000000000000004,
        null,
        { a: [1] },
        null
      ])
    }).pipe(inMemory)
  )
})
