import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { payload } from "../../../src/asSent/Sends.js"
import { ofAddresses, ofBatches } from "../../../src/ledger/asSent/SentValues.js"
import { Ledger } from "../../../src/ledger/Ledger.js"
import * as LocalContacts from "../../../src/ledger/load/LocalContacts.js"
import { now, select } from "../../support/ledger.js"
import { inMemory } from "./support/looks.js"
import { all, contact, load, mapping, said } from "./support/sources.js"

describe("what was sent", () => {
  it.effect("is read from the body of the request", () =>
    Effect.gen(function* () {
      yield* load(
        [
          contact("a@x.test", {
            first_name: "Ada",
            fields: [
              { id: 12, value: "ACME" },
              { id: "13", value: 5 }
            ],
            tags: ["vip", " new "],
            subscribe: [{ listid: 3 }],
            unsubscribe: [{ listid: "4" }]
          })
        ],
        payload
      )
      assert.deepStrictEqual(yield* all, [
        [
          ["first_name", "", "Ada"],
          ["field", "12", "ACME"],
          ["field", "13", "5"],
          ["tag", "vip", ""],
          ["tag", "new", ""],
          ["subscribe", "3", ""],
          ["unsubscribe", "4", ""]
        ]
      ])
      const [record] = yield* ofAddresses([1])
      assert.deepStrictEqual([record?.batch, record?.addressId, record?.occurrence], [1, 1, 1])
    }).pipe(inMemory)
  )

  it.effect("is read from the columns that a mapping names, also from those of the address and batch", () =>
    Effect.gen(function* () {
      yield* load([contact("A@x.test", { Groups: "red;blue", Company: "" })], {
        last_name: { column: "email" },
        phone: { value: 12 },
        fields: { Batch: { column: "batch" }, "12": { column: "Company" } },
        tags: [{ column: "Groups", separator: ";" }, { value: "vip" }]
      })
      assert.deepStrictEqual(yield* all, [
        [
          ["last_name", "", "A@x.test"],
          ["phone", "", "12"],
          ["field", "Batch", "b"],
          ["tag", "red", ""],
          ["tag", "blue", ""],
          ["tag", "vip", ""]
        ]
      ])
    }).pipe(inMemory)
  )

  it.effect("has empty cells only if they were sent", () =>
    Effect.gen(function* () {
      yield* load([contact("a@x.test", { Company: " " })], { ...mapping, empty: "sent" })
      assert.deepStrictEqual(yield* all, [[["field", "12", " "]]])
    }).pipe(inMemory)
  )

  it.effect("is not known of a source that declares nothing", () =>
    Effect.gen(function* () {
      yield* load([contact("a@x.test", { First: "Ada" })])
      assert.deepStrictEqual(yield* all, [])
    }).pipe(inMemory)
  )

  it.effect("stays as it was when the source has other values later", () =>
    Effect.gen(function* () {
      yield* load([contact("a@x.test", { First: "Ada" })], mapping)
      for (const First of ["Eve", "Zoe"]) yield* load([contact("a@x.test", { First })], mapping)
      assert.deepStrictEqual(yield* all, [[["first_name", "", "Ada"]]])
      yield* load([contact("a@x.test", { First: "Eve" }, "c")], mapping)
      assert.deepStrictEqual(yield* all, [[["first_name", "", "Ada"]], [["first_name", "", "Eve"]]])
    }).pipe(inMemory)
  )

  it.effect("is told apart for rows that repeat an address in a batch", () =>
    Effect.gen(function* () {
      const rows = (first: string) => [
        contact("a@x.test", { First: first }),
        contact("a@x.test", { First: "Eve" })
      ]
      yield* load(rows("Ada"), mapping)
      yield* load(rows("Zoe"), mapping)
      assert.deepStrictEqual(
        (yield* all).sort(),
        [[["first_name", "", "Ada"]], [["first_name", "", "Eve"]]].sort()
      )
    }).pipe(inMemory)
  )

  it.effect("stays as it was beside a source that names the same contact and declares nothing", () =>
    Effect.gen(function* () {
      yield* load([contact("a@x.test", { First: "Other" })], undefined, "plain")
      for (const First of ["Ada", "Eve"]) yield* load([contact("a@x.test", { First })], mapping)
      assert.deepStrictEqual(yield* all, [[["first_name", "", "Ada"]]])
    }).pipe(inMemory)
  )

  it.effect("is what the first of two declaring sources says, whichever changes", () =>
    Effect.gen(function* () {
      yield* load([contact("a@x.test", { First: "Ada" })], mapping)
      for (const First of ["Bea", "Eve"]) yield* load([contact("a@x.test", { First })], mapping, "second")
      assert.deepStrictEqual(yield* all, [[["first_name", "", "Ada"]]])
    }).pipe(inMemory)
  )

  it.effect("is what the source says that was loaded first, in whatever order the file gives them", () =>
    Effect.gen(function* () {
      for (const name of ["first", "second", "third"]) {
        yield* load([contact("a@x.test", { First: name })], mapping, name)
      }
      for (const order of [0, 1]) {
        yield* select(`PRAGMA reverse_unordered_selects = ${order}`)
        assert.deepStrictEqual(yield* all, [[["first_name", "", "first"]]])
      }
    }).pipe(inMemory)
  )

  it.effect("stays nothing where the cell was empty when it was sent", () =>
    Effect.gen(function* () {
      for (const First of ["", "Ada"]) yield* load([contact("a@x.test", { First })], mapping)
      assert.deepStrictEqual(yield* all, [])
    }).pipe(inMemory)
  )

  it.effect("stays as it was before a source declared anything", () =>
    Effect.gen(function* () {
      yield* load([contact("a@x.test", { First: "Ada" })])
      yield* load([contact("a@x.test", { First: "Eve" })], mapping)
      assert.deepStrictEqual(yield* all, [[["first_name", "", "Ada"]]])
    }).pipe(inMemory)
  )

  it.effect("stays with each of two rows of one address when one of them names another batch", () =>
    Effect.gen(function* () {
      yield* load([contact("a@x.test", { First: "Ada" }), contact("a@x.test", { First: "Bea" })], mapping)
      yield* load(
        [contact("a@x.test", { First: "Ada" }, "c"), contact("a@x.test", { First: "Bea" })],
        mapping
      )
      assert.deepStrictEqual(
        (yield* ofBatches([1])).map((record) => [record.occurrence, said(record)]),
        [
          [1, [["first_name", "", "Ada"]]],
          [2, [["first_name", "", "Bea"]]]
        ]
      )
    }).pipe(inMemory)
  )

  it.effect("keeps all digits of a number", () =>
    Effect.gen(function* () {
      const sentAs = contact("a@x.test", { fields: [{ id: 1, value: "LONG" }] })
      const cells = sentAs.cells.map((cell) => cell.replace('"LONG"', "12345678901234567890"))
      yield* load([{ ...sentAs, cells }], payload)
      assert.deepStrictEqual(yield* all, [[["field", "1", "12345678901234567890"]]])
    }).pipe(inMemory)
  )

  it.effect("follows a new declaration, and contacts are then looked at again", () =>
    Effect.gen(function* () {
      yield* load([contact("a@x.test", { First: "Ada", Last: "L" })], mapping)
      const { sql } = yield* Ledger
      yield* sql`INSERT INTO looks VALUES (1, ${now}, 0)`
      yield* sql`INSERT INTO contact_looks (batch, address_id, occurrence, look_id) VALUES (1, 1, 1, 1)`
      yield* sql`INSERT INTO sent_members VALUES (1, 'first_name', '', NULL, NULL)`
      yield* sql`INSERT INTO found_values VALUES (1, 1, 1, 1, 'Eve', NULL)`
      yield* load([contact("a@x.test", { First: "Ada", Last: "L" })])
      yield* load([contact("a@x.test", { First: "Ada", Last: "L" })], mapping)
      assert.strictEqual((yield* sql`SELECT * FROM found_values`).length, 1)
      yield* load([contact("a@x.test", { First: "Ada", Last: "L" })], { last_name: { column: "Last" } })
      assert.deepStrictEqual(yield* all, [[["last_name", "", "L"]]])
      assert.deepStrictEqual(yield* sql`SELECT * FROM found_values`, [])
      assert.deepStrictEqual(yield* sql`SELECT * FROM contact_looks`, [])
    }).pipe(inMemory)
  )

  it.effect("follows a new declaration also where the source names another batch since", () =>
    Effect.gen(function* () {
      yield* load([contact("a@x.test", { First: "Ada", Last: "L" })], mapping)
      yield* load([contact("a@x.test", { First: "Ada", Last: "L" }, "c")], mapping)
      const { sql } = yield* Ledger
      yield* sql`INSERT INTO looks VALUES (1, ${now}, 0)`
      yield* sql`INSERT INTO contact_looks (batch, address_id, occurrence, look_id) VALUES (1, 1, 1, 1)`
      yield* load([contact("a@x.test", { First: "Ada", Last: "L" }, "c")], { last_name: { column: "Last" } })
      assert.deepStrictEqual(yield* all, [[["last_name", "", "L"]], [["last_name", "", "L"]]])
      assert.deepStrictEqual(yield* sql`SELECT * FROM contact_looks`, [])
    }).pipe(inMemory)
  )

  it.effect("stays with a contact known by a key that has another address since", () =>
    Effect.gen(function* () {
      const keyed = (email: string, First: string) =>
        LocalContacts.load(
          {
            name: "crm",
            rejected: () => 0,
            key: { column: "id", place: "row", setAside: () => Effect.void },
            sends: () => mapping
          },
          Stream.succeed([{ ...contact(email, { id: "k1", First }), key: "k1" }]),
          now
        )
      yield* keyed("a@x.test", "Ada")
      yield* keyed("b@x.test", "Eve")
      assert.deepStrictEqual(yield* all, [[["first_name", "", "Ada"]]])
    }).pipe(inMemory)
  )
})
