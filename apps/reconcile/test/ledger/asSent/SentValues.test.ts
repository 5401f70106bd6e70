import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { SentRecord } from "../../../src/asSent/SentMember.js"
import { payload, type Sends } from "../../../src/asSent/Sends.js"
import type { ContactRow } from "../../../src/contacts/ContactRow.js"
import { ofAddresses, ofBatches } from "../../../src/ledger/asSent/SentValues.js"
import { Ledger, layer } from "../../../src/ledger/Ledger.js"
import * as LocalContacts from "../../../src/ledger/load/LocalContacts.js"
import { inColumns, now, row, select } from "../../support/ledger.js"

const load = (rows: ReadonlyArray<ContactRow>, sends?: Sends, name = "crm") =>
  LocalContacts.load(
    { name, rejected: () => 0, ...(sends === undefined ? {} : { sends: () => sends }) },
    Stream.succeed(rows),
    now
  )

const contact = (email: string, columns: Readonly<Record<string, unknown>>, batchId = "b"): ContactRow => ({
  ...row(email, batchId),
  ...inColumns({ email, batch: batchId, ...columns })
})

const said = ({ members }: SentRecord) => members.map(({ kind, name, value }) => [kind, name, value])

const all = Effect.map(ofBatches([1, 2, 3]), (records) => records.map(said))

const inMemory = Effect.provide(layer(":memory:"))

const mapping: Sends = { first_name: { column: "First" }, fields: { "12": { column: "Company" } } }

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
      yield* sql`INSERT INTO sent_members VALUES (1, 'first_name', '', '', NULL, NULL)`
      yield* sql`INSERT INTO found_values VALUES (1, 1, 1, 1, 'Eve', NULL)`
      const row = contact("a@x.test", { First: "Ada", Last: "L" })
      for (const same of [yield* load([row]), yield* load([row], mapping)]) {
        assert.deepInclude(same, { declaredOtherwise: false, lookedAgain: 0 })
      }
      assert.strictEqual((yield* sql`SELECT * FROM found_values`).length, 1)
      const last = { last_name: { column: "Last" } }
      assert.deepInclude(yield* load([row], last), { declaredOtherwise: true, lookedAgain: 1, unchanged: 1 })
      assert.deepInclude(yield* load([row], mapping), { declaredOtherwise: true, lookedAgain: 0 })
      yield* load([row], last)
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

  it.effect("is what the body of a request says, where a table was loaded before it", () =>
    Effect.gen(function* () {
      const both = { First: "Eve", first_name: "Eve" }
      for (const [First, sends] of [["Zoe"], ["Amy", mapping], ["Pia", mapping]] as const) {
        yield* load([contact("a@x.test", { ...both, First }), contact("b@x.test", both)], sends)
      }
      assert.lengthOf(yield* select("SELECT * FROM former_cells"), 1)
      yield* load([contact("a@x.test", { ...both, first_name: "Ada" })], payload)
      assert.deepStrictEqual(yield* all, [[["first_name", "", "Ada"]]])
      const { sql } = yield* Ledger
      yield* sql`INSERT INTO looks VALUES (1, ${now}, 0)`
      yield* sql`INSERT INTO contact_looks (batch, address_id, occurrence, look_id) VALUES (1, 1, 1, 1), (1, 2, 1, 1)`
      assert.strictEqual((yield* load([contact("b@x.test", both)], payload)).sentOtherwise, 0)
      assert.deepStrictEqual(yield* select("SELECT address_id FROM contact_looks"), [{ address_id: 1 }])
      assert.deepStrictEqual(yield* all, [[["first_name", "", "Ada"]], [["first_name", "", "Eve"]]])
      assert.deepStrictEqual(yield* select("SELECT * FROM former_cells"), [])
    }).pipe(inMemory)
  )

  it.effect("is what the body of a request says, also of a contact that a table named in another batch", () =>
    Effect.gen(function* () {
      yield* load([contact("a@x.test", { First: "Ada" })], mapping)
      yield* load([contact("a@x.test", { First: "Ada" }, "c")], mapping)
      yield* load([contact("a@x.test", { first_name: "Eve" }, "c")], payload)
      assert.deepStrictEqual(yield* all, [[["first_name", "", "Eve"]]])
    }).pipe(inMemory)
  )

  const fromBody = (first: string) => load([contact("a@x.test", { first_name: first })], payload, "body")
  const fromTable = (first: string, name = "table") =>
    load(
      [
        contact("a@x.test", { First: first }),
        contact("a@x.test", { First: `${first} again` }),
        contact("b@x.test", { First: first })
      ],
      mapping,
      name
    )
  /** What was sent to each address, by its number. */
  const toEach = Effect.map(ofBatches([1]), (records) =>
    records.map((record) => `${record.addressId} ${said(record).join(" ")}`).sort()
  )

  it.effect.each<{ readonly how: string; readonly loads: Effect.Effect<unknown, unknown, Ledger> }>([
    { how: "after", loads: Effect.all([fromTable("Eve"), fromBody("Ada")]) },
    { how: "before", loads: Effect.all([fromBody("Ada"), fromTable("Eve")]) },
    {
      how: "after one that has changed since",
      loads: Effect.all([fromTable("Eve"), fromTable("Zoe"), fromBody("Ada"), fromBody("Bea")])
    },
    {
      how: "and has changed since, before one that changes",
      loads: Effect.all([fromBody("Ada"), fromTable("Eve"), fromBody("Bea"), fromTable("Zoe")])
    },
    {
      how: "between two",
      loads: Effect.all([fromTable("Eve"), fromBody("Ada"), fromTable("Zoe", "second"), fromTable("Pia")])
    }
  ])(
    "is what a body says of contacts that it names, whatever another source declares: loaded $how",
    ({ loads }) =>
      Effect.gen(function* () {
        yield* loads
        const { sql } = yield* Ledger
        const rows = yield* sql<{
          readonly id: number
        }>`SELECT address_id AS id FROM addresses WHERE email_key = 'a@x.test'`
        const own = rows.map(({ id }) => id).join()
        const [other] = yield* sql<{
          readonly id: number
        }>`SELECT address_id AS id FROM addresses WHERE email_key = 'b@x.test'`
        assert.deepStrictEqual(
          yield* toEach,
          [`${own} first_name,,Ada`, `${other?.id} first_name,,Eve`].sort()
        )
      }).pipe(inMemory)
  )

  it.effect("is refused from a table where the body of a request has said it, and nothing changes", () =>
    Effect.gen(function* () {
      yield* load([contact("a@x.test", { first_name: "Ada" })], payload)
      const before = yield* select("SELECT * FROM local_sources, local_rows")
      for (const sends of [undefined, mapping]) {
        const refused = yield* Effect.flip(load([contact("a@x.test", { first_name: "Eve" }, "c")], sends))
        assert.strictEqual(refused._tag, "OtherThanPayload")
        assert.strictEqual(
          refused.message,
          "crm: the body of a bulk import request says what its contacts were sent with, and these contacts are not from one; nothing was loaded. " +
            "To have them in its place, remove it first, and then load them: ac-reconcile contacts remove --source crm --db :memory:"
        )
      }
      assert.deepStrictEqual(yield* select("SELECT * FROM local_sources, local_rows"), before)
      assert.deepStrictEqual(yield* select("SELECT batch_id FROM batches"), [{ batch_id: "b" }])
    }).pipe(inMemory)
  )

  it.effect("stays where no row of a later load can be read, but not with another declaration", () =>
    Effect.gen(function* () {
      yield* load([contact("a@x.test", { first_name: "Ada" })], payload)
      assert.strictEqual((yield* load([])).rows, 0)
      assert.deepStrictEqual(yield* all, [[["first_name", "", "Ada"]]])
      assert.strictEqual((yield* Effect.flip(load([], mapping)))._tag, "OtherThanPayload")
    }).pipe(inMemory)
  )

  it.effect("stays where the body of a request has other values, and these are counted", () =>
    Effect.gen(function* () {
      const body = (first: string, batch = "b") => contact("a@x.test", { first_name: first }, batch)
      yield* load([body("Ada")], payload)
      const others = Effect.map(
        load([body("Eve"), contact("b@x.test", { first_name: "Bo" })], payload),
        (one) => one.sentOtherwise
      )
      assert.strictEqual(yield* others, 1)
      assert.strictEqual(yield* others, 0)
      assert.deepStrictEqual(yield* all, [[["first_name", "", "Ada"]], [["first_name", "", "Bo"]]])
      const moved = yield* load([body("Eve", "c")], payload)
      assert.strictEqual(moved.sentOtherwise, 0)
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
