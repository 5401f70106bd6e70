import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ContactRow, RejectedRow } from "../../../src/contacts/ContactRow.js"
import * as Ledger from "../../../src/ledger/Ledger.js"
import * as LocalContacts from "../../../src/ledger/load/LocalContacts.js"
import { answer, load, now, row, select, verdicts } from "../../support/ledger.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))

const keyed = (
  key: string,
  email: string,
  batchId: string | null = null,
  contactId: string | null = null
): ContactRow => row(email, batchId, contactId, key)

const loadByKey = (rows: ReadonlyArray<ContactRow>, column = "id", setAside: Array<RejectedRow> = []) =>
  LocalContacts.load(
    {
      name: "contacts.csv",
      rejected: () => setAside.length,
      key: {
        column,
        place: "line",
        setAside: (rejected) => Effect.sync(() => void setAside.push(...rejected))
      }
    },
    Stream.succeed(rows),
    now
  )

const contacts = select<{ readonly source_key: string | null; readonly email: string }>(
  "SELECT source_key, email FROM local_contacts ORDER BY local_contact_id"
)

describe("a source with a key column", () => {
  it.effect("updates the same contact if its address has changed", () =>
    Effect.gen(function* () {
      yield* loadByKey([keyed("1", "old@x.test"), keyed("2", "b@x.test")])
      const report = yield* loadByKey([
        keyed("2", "b@x.test"),
        keyed("1", "new@x.test"),
        keyed("3", "c@x.test")
      ])
      assert.include(report, { added: 1, updated: 1, unchanged: 1, addressesChanged: 1, absent: 0 })
      assert.deepStrictEqual(yield* contacts, [
        { source_key: "1", email: "new@x.test" },
        { source_key: "2", email: "b@x.test" },
        { source_key: "3", email: "c@x.test" }
      ])
    }).pipe(inMemory)
  )

  it.effect("lets contacts take each other's address, in a ring and onto one address", () =>
    Effect.gen(function* () {
      yield* loadByKey([keyed("1", "a@x.test"), keyed("2", "b@x.test"), keyed("3", "c@x.test")])
      const ring = yield* loadByKey([keyed("1", "b@x.test"), keyed("2", "c@x.test"), keyed("3", "a@x.test")])
      assert.include(ring, { updated: 3, addressesChanged: 3 })
      const one = yield* loadByKey([keyed("1", "b@x.test"), keyed("2", "b@x.test"), keyed("3", "b@x.test")])
      assert.include(one, { updated: 2, unchanged: 1, duplicates: 2 })
      assert.deepStrictEqual(
        yield* select(
          "SELECT email_key, count(DISTINCT occurrence) AS contacts FROM local_contacts GROUP BY email_key"
        ),
        [{ email_key: "b@x.test", contacts: 3 }]
      )
    }).pipe(inMemory)
  )

  it.effect("keeps what was sent, and records what is sent under the new address", () =>
    Effect.gen(function* () {
      const sent = select("SELECT batch_id, email FROM batch_sent ORDER BY batch_id, email")
      yield* loadByKey([keyed("1", "old@x.test", "b1")])
      yield* loadByKey([keyed("1", "new@x.test", "b1")])
      assert.deepStrictEqual(yield* sent, [{ batch_id: "b1", email: "old@x.test" }])
      yield* loadByKey([keyed("1", "new@x.test", "b2")])
      assert.deepStrictEqual(yield* sent, [
        { batch_id: "b1", email: "old@x.test" },
        { batch_id: "b2", email: "new@x.test" }
      ])
    }).pipe(inMemory)
  )

  it.effect("decides batches again in which the old address was known by its ID", () =>
    Effect.gen(function* () {
      yield* loadByKey([keyed("1", "old@x.test", "b1", "7"), keyed("2", "b@x.test", "b1")])
      yield* answer("b1", "completed", { success: ["7"], failure: [] })
      assert.deepStrictEqual(yield* verdicts, [
        "b@x.test: unaccounted (silence)",
        "old@x.test: imported (id)"
      ])
      yield* loadByKey([keyed("1", "new@x.test", "b1", "7"), keyed("2", "b@x.test", "b1")])
      assert.deepStrictEqual(yield* verdicts, [
        "b@x.test: unaccounted (silence)",
        "old@x.test: unaccounted (silence)"
      ])
    }).pipe(inMemory)
  )

  it.effect("sets aside rows with a repeated key, with their line, and loads the others", () =>
    Effect.gen(function* () {
      const at = (line: number, contact: ContactRow): ContactRow => ({
        ...contact,
        line,
        record: `${contact.key},${contact.email}`
      })
      const setAside: Array<RejectedRow> = []
      const report = yield* loadByKey(
        [
          at(2, keyed("1", "a@x.test", "b1")),
          at(3, keyed("2", "b@x.test", "b1")),
          at(4, keyed("1", "c@x.test", "b1")),
          at(5, keyed("1", "d@x.test"))
        ],
        "id",
        setAside
      )
      assert.include(report, { rows: 2, added: 2, sent: 2 })
      assert.deepStrictEqual(setAside, [
        {
          line: 4,
          column: null,
          reason: 'The key "1" in column "id" is that of line 2 already.',
          record: "1,c@x.test"
        },
        {
          line: 5,
          column: null,
          reason: 'The key "1" in column "id" is that of line 2 already.',
          record: "1,d@x.test"
        }
      ])
      assert.deepStrictEqual(yield* select("SELECT batch_id, rejected_rows FROM batch_sent_gaps"), [
        { batch_id: "b1", rejected_rows: 2 }
      ])
    }).pipe(inMemory)
  )

  it.effect("sets aside any number of repeats", () =>
    Effect.gen(function* () {
      const setAside: Array<RejectedRow> = []
      const rows = Array.from({ length: 2501 }, (_, i) => ({ ...keyed("same", `c${i}@x.test`), line: i + 2 }))
      assert.include(yield* loadByKey(rows, "id", setAside), { rows: 1, added: 1 })
      assert.deepStrictEqual(
        setAside.map(({ line }) => line),
        Array.from({ length: 2500 }, (_, i) => i + 3)
      )
    }).pipe(inMemory)
  )

  it.effect("takes over contacts that were loaded without a key, by their address", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test"), row("A@x.test"), row("gone@x.test")])
      const report = yield* loadByKey([
        keyed("1", "a@x.test"),
        keyed("2", "A@x.test"),
        keyed("3", "b@x.test")
      ])
      assert.include(report, { added: 1, updated: 0, unchanged: 2, absent: 1 })
      assert.deepStrictEqual(yield* contacts, [
        { source_key: "1", email: "a@x.test" },
        { source_key: "2", email: "A@x.test" },
        { source_key: null, email: "gone@x.test" },
        { source_key: "3", email: "b@x.test" }
      ])
      assert.include(yield* loadByKey([keyed("1", "moved@x.test")]), { updated: 1, addressesChanged: 1 })
    }).pipe(inMemory)
  )

  it.effect("is refused with another key column or without one, with the next step", () =>
    Effect.gen(function* () {
      yield* loadByKey([keyed("1", "a@x.test")], "Customer ID")
      assert.include(yield* loadByKey([keyed("1", "a@x.test")], "customer_id"), { unchanged: 1 })
      const other = yield* Effect.flip(loadByKey([keyed("9", "a@x.test")], "crm_id"))
      assert.strictEqual(
        other.message,
        'contacts.csv: its contacts are known by their column "Customer ID", not by "crm_id"; nothing was loaded. ' +
          'Load it with --key "Customer ID", or under another name with --source NAME.'
      )
      const none = yield* Effect.flip(load([row("a@x.test")]))
      assert.strictEqual(none._tag, "OtherKeyColumn")
      assert.deepStrictEqual(yield* contacts, [{ source_key: "1", email: "a@x.test" }])
    }).pipe(inMemory)
  )
})
