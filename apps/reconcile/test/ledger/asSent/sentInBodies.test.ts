import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { payload } from "../../../src/asSent/Sends.js"
import { ofBatches } from "../../../src/ledger/asSent/SentValues.js"
import { Ledger } from "../../../src/ledger/Ledger.js"
import { now, select } from "../../support/ledger.js"
import { inMemory } from "./support/looks.js"
import { all, contact, load, mapping, said } from "./support/sources.js"

describe("what was sent, beside the body of a request", () => {
  it.effect("is what that says, where a table was loaded before it", () =>
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

  it.effect("is what that says, also of a contact that a table named in another batch", () =>
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
    "is what that says of contacts that it names, whatever another source declares: loaded $how",
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

  it.effect("is refused from a table where that has said it, and nothing changes", () =>
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

  it.effect("stays where a second body has other values, and these are counted", () =>
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
})
