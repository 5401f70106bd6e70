import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Stream from "effect/Stream"
import type { ContactRow } from "../../../src/contacts/ContactRow.js"
import { erase } from "../../../src/ledger/erase/Erase.js"
import * as Ledger from "../../../src/ledger/Ledger.js"
import type { Filter } from "../../../src/ledger/reports/ExportPages.js"
import * as ExportRows from "../../../src/ledger/reports/ExportRows.js"
import { exports } from "../../../src/ledger/reports/Exports.js"
import { listsOf, portions } from "../../../src/ledger/reports/wholeBatches.js"
import { reconcileStale } from "../../../src/ledger/conclusions/Reconciliation.js"
import { Outcome } from "../../../src/ledger/schema/words.js"
import { answer, inColumns, load, row, select } from "../../support/ledger.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))

const [outcomes] = exports

const rowsOf = (filter: Filter = {}, size?: number) =>
  Effect.gen(function* () {
    const { columns, rows } = yield* ExportRows.read(outcomes, filter, size)
    const all = Chunk.toReadonlyArray(yield* Stream.runCollect(rows))
    return all.map((values) => Object.fromEntries(values.map((value, at) => [columns[at] ?? "", value])))
  })

const sentAs = (
  email: string,
  batchId: string | null,
  contactId: string | null,
  note: unknown
): ContactRow => ({
  ...row(email, batchId, contactId),
  ...inColumns({ note })
})

/** Signs that JSON, SQLite's order of text or JavaScript's could take otherwise. */
const sign = FastCheck.constantFrom(
  "a",
  "B",
  '"',
  "\\",
  "\n",
  "\u0000",
  "\u001f",
  "\u00e9",
  "\uffff",
  "😀",
  "'"
)

const address = FastCheck.array(sign, { minLength: 1, maxLength: 2 }).map(
  (signs) => `x${signs.join("")}@x.test`
)

const contact = FastCheck.record({
  email: address,
  batchId: FastCheck.constantFrom("b1", "b2", "b3", null),
  contactId: FastCheck.constantFrom(null, "1", "22", "123456789012345678", "'\u001f"),
  note: FastCheck.oneof(
    FastCheck.constantFrom(null, 1.5, -0, "", "12345678901234567890", { deep: [1, null] }),
    FastCheck.array(sign, { maxLength: 3 }).map((signs) => signs.join(""))
  )
})

const sources = FastCheck.array(FastCheck.array(contact, { maxLength: 9 }), { minLength: 1, maxLength: 3 })

describe("all that was sent", () => {
  it.effect.prop(
    "reads the same batch by batch as in pages of one row, in the order of contact_status",
    [sources, FastCheck.constantFrom(...Outcome.literals)],
    ([files, outcome]) =>
      Effect.gen(function* () {
        yield* load([sentAs("known@x.test", "b1", "1", "known")], "0.csv")
        for (const [at, contacts] of files.entries()) {
          const rows = contacts.map(({ batchId, contactId, email, note }) =>
            sentAs(email, batchId, contactId, note)
          )
          yield* load(rows, `${at + 1}.csv`)
        }
        yield* answer("b1", "completed", {
          success: ["1"],
          failure: files
            .flat()
            .map(({ email }) => email)
            .slice(1, 3)
        })
        yield* reconcileStale()
        const whole = yield* rowsOf()
        assert.deepStrictEqual(whole, yield* rowsOf({}, 1))
        assert.deepStrictEqual(whole, yield* rowsOf({}, 4))
        assert.deepStrictEqual(
          whole.map((one) => [one.batch_id, one.email, one.outcome, one.evidence, one.contact_id]),
          (yield* select<Readonly<Record<string, unknown>>>(
            "SELECT batch_id, email, outcome, evidence, contact_id FROM contact_status ORDER BY batch_id, email_key, occurrence"
          )).map((one) => Object.values(one))
        )
        for (const filter of [{ outcome }, { batchId: "b2" }, { batchId: "b1", outcome }]) {
          assert.deepStrictEqual(yield* rowsOf(filter), yield* rowsOf(filter, 1))
          assert.deepStrictEqual(
            yield* rowsOf(filter),
            whole.filter(
              (one) =>
                (filter.batchId === undefined || one.batch_id === filter.batchId) &&
                (filter.outcome === undefined || one.outcome === filter.outcome)
            )
          )
        }
      }).pipe(inMemory),
    { fastCheck: { numRuns: 25 } }
  )

  it.effect("has each contact once, with the row of the source that first named its batch", () =>
    Effect.gen(function* () {
      yield* load(
        [sentAs("a@x.test", "b1", "7", "first"), sentAs("a@x.test", "b2", "7", "second")],
        "one.csv"
      )
      yield* load(
        [sentAs("c@x.test", "b1", null, "only"), sentAs("a@x.test", "b1", "8", "sent in both")],
        "two.csv"
      )
      yield* reconcileStale()
      for (const size of [1, 100]) {
        assert.deepStrictEqual(
          (yield* rowsOf({}, size)).map((one) => `${one.batch_id} ${one.email} ${one.note}`),
          ["b1 a@x.test first", "b1 c@x.test only", "b2 a@x.test second"]
        )
      }
    }).pipe(inMemory)
  )

  it.effect("comes in SQLite's order of addresses, which is not JavaScript's", () =>
    Effect.gen(function* () {
      const inOrder = ["x@x.test", "x\uffff@x.test", "x😀@x.test"]
      yield* load(inOrder.toReversed().map((email) => sentAs(email, "b", null, "n")))
      for (const size of [1, 100]) {
        assert.deepStrictEqual(
          (yield* rowsOf({}, size)).map((one) => one.email),
          inOrder
        )
      }
    }).pipe(inMemory)
  )

  it.effect("has nothing of a person who was erased but the name given instead", () =>
    Effect.gen(function* () {
      yield* load([
        sentAs("ada@x.test", "b", "1234567", "Ada"),
        sentAs("bob@x.test", "b", "12345678901234", "Bob")
      ])
      yield* answer("b", "completed", { success: ["12345678901234"], failure: [] })
      yield* erase("ada@x.test")
      yield* reconcileStale()
      const whole = yield* rowsOf()
      assert.deepStrictEqual(whole, yield* rowsOf({}, 1))
      assert.deepStrictEqual(
        whole.map((one) => [one.email, one.note, one.contact_id]),
        [
          ["bob@x.test", "Bob", "12345678901234"],
          ["erased-1", null, whole[1]?.contact_id]
        ]
      )
      assert.notInclude(JSON.stringify(whole), "ada")
      assert.notInclude(JSON.stringify(whole), '1234567"')
    }).pipe(inMemory)
  )

  it.effect("is found by indexes, and sorted nowhere in SQLite", () =>
    Effect.gen(function* () {
      for (const outcome of [undefined, "rejected"] as const) {
        const { sql, use } = yield* Ledger.Ledger
        const plan = yield* use(
          sql.unsafe<{ readonly detail: string }>(
            `EXPLAIN QUERY PLAN ${listsOf(outcome)}`,
            outcome === undefined ? ["a", "b"] : ["a", "b", outcome]
          )
        )
        const told = plan.map(({ detail }) => detail).join("\n")
        assert.match(told, /^SEARCH b USING/)
        assert.notMatch(told, /SCAN|TEMP B-TREE/)
      }
    }).pipe(inMemory)
  )
})

describe("batches that follow each other", () => {
  it("are read together, as many as have room, and one that has more than that by itself", () => {
    const sizes = [2, 0, 3, 5, 9, 1, 1].map((contacts, at) => ({ batch_id: `b${at}`, contacts }))
    assert.deepStrictEqual(
      portions(sizes, 5).map(({ contacts, first, last }) => `${first}–${last}: ${contacts}`),
      ["b0–b2: 5", "b3–b3: 5", "b4–b4: 9", "b5–b6: 2"]
    )
    assert.deepStrictEqual(portions([], 5), [])
  })
})
