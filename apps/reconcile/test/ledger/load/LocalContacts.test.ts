import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Ledger from "../../../src/ledger/Ledger.js"
import * as LocalContacts from "../../../src/ledger/load/LocalContacts.js"
import { load, now, row, select } from "../../support/ledger.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))

const report = (counts: Partial<LocalContacts.LoadReport>): LocalContacts.LoadReport => ({
  rows: 0,
  added: 0,
  updated: 0,
  unchanged: 0,
  absent: 0,
  duplicates: 0,
  addressesChanged: 0,
  idsGained: 0,
  idsChanged: 0,
  idsLost: 0,
  batchesAdded: 0,
  sent: 0,
  sentAdded: 0,
  sentOtherwise: 0,
  declaredOtherwise: false,
  lookedAgain: 0,
  purged: 0,
  resubmitted: [],
  caseTwins: [],
  ...counts
})

describe("loading a source", () => {
  it.effect("again changes nothing", () =>
    Effect.gen(function* () {
      const rows = [row("a@x.test", "b", "1"), row("a@x.test", "b2"), row("c@x.test")]
      const first = yield* load(rows)
      assert.deepStrictEqual(first, report({ rows: 3, added: 3, batchesAdded: 2, sent: 2, sentAdded: 2 }))
      const second = yield* load(rows)
      assert.deepStrictEqual(second, report({ rows: 3, unchanged: 3, sent: 2 }))
    }).pipe(inMemory)
  )

  it.effect("with many contacts takes all of them, with valid references", () =>
    Effect.gen(function* () {
      const rows = Array.from({ length: 10_500 }, (_, i) => row(`c${i}@x.test`, `b${i % 50}`, String(i)))
      yield* load(rows)
      assert.deepStrictEqual(yield* select("PRAGMA foreign_key_check"), [])
      assert.deepStrictEqual(yield* select("PRAGMA foreign_keys"), [{ foreign_keys: 1 }])
      assert.deepStrictEqual(
        yield* select(`SELECT count(*) AS contacts, count(DISTINCT l.email_key) AS keys, sum(s.contact_id = l.contact_id) AS own
          FROM local_contacts l JOIN batch_sent s ON s.email_key = l.email_key AND s.batch_id = l.batch_id`),
        [{ contacts: 10_500, keys: 10_500, own: 10_500 }]
      )
    }).pipe(inMemory)
  )

  it.effect("that changed updates its contacts and keeps what was recorded as sent", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b1")])
      const loaded = yield* load([row("A@x.test", "b2", "7"), row("d@x.test")])
      assert.deepStrictEqual(
        loaded,
        report({ rows: 2, added: 1, updated: 1, idsGained: 1, batchesAdded: 1, sent: 1, sentAdded: 1 })
      )
      assert.deepStrictEqual(yield* select("SELECT batch_id, email FROM batch_sent ORDER BY batch_id"), [
        { batch_id: "b1", email: "a@x.test" },
        { batch_id: "b2", email: "A@x.test" }
      ])
      assert.deepStrictEqual(
        yield* select("SELECT email, contact_id FROM local_contacts ORDER BY email_key"),
        [
          { email: "A@x.test", contact_id: "7" },
          { email: "d@x.test", contact_id: null }
        ]
      )
    }).pipe(inMemory)
  )

  it.effect("keeps two contacts with one address apart", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test"), row("A@X.test")])
      assert.deepStrictEqual(
        yield* select("SELECT email, occurrence FROM local_contacts ORDER BY occurrence"),
        [
          { email: "a@x.test", occurrence: 1 },
          { email: "A@X.test", occurrence: 2 }
        ]
      )
    }).pipe(inMemory)
  )

  it.effect("loads any number of rows, in chunks of any size", () =>
    Effect.gen(function* () {
      const rows = Array.from({ length: 1234 }, (_, index) => row(`c${index}@x.test`, `b${index % 5}`))
      const chunks = Stream.fromIterable([rows.slice(0, 1), rows.slice(1, 700), [], rows.slice(700)])
      const loaded = yield* LocalContacts.load({ name: "contacts.csv", rejected: () => 0 }, chunks, now)
      assert.deepStrictEqual(
        loaded,
        report({ rows: 1234, added: 1234, batchesAdded: 5, sent: 1234, sentAdded: 1234 })
      )
    }).pipe(inMemory)
  )

  it.effect("that fails half-way leaves the file as it was", () =>
    Effect.gen(function* () {
      const broken = Stream.concat(Stream.succeed([row("a@x.test", "b")]), Stream.fail("unreadable"))
      assert.strictEqual(
        yield* Effect.flip(LocalContacts.load({ name: "contacts.csv", rejected: () => 0 }, broken, now)),
        "unreadable"
      )
      assert.deepStrictEqual(yield* select("SELECT * FROM local_contacts"), [])
      assert.deepStrictEqual(yield* select("SELECT * FROM local_sources"), [])
    }).pipe(inMemory)
  )

  it.effect("again lets an ID move to its new address", () =>
    Effect.gen(function* () {
      yield* load([row("old@x.test", null, "7"), row("other@x.test", null, "8")])
      yield* load([row("new@x.test", null, "7"), row("other@x.test", null, "8")])
      assert.deepStrictEqual(yield* select("SELECT email, contact_id FROM local_contacts ORDER BY email"), [
        { email: "new@x.test", contact_id: "7" },
        { email: "old@x.test", contact_id: null },
        { email: "other@x.test", contact_id: "8" }
      ])
    }).pipe(inMemory)
  )

  it.effect("is refused if batches were asked for and no row names one", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(load([row("a@x.test")], "contacts.jsonl", { namesBatches: true }))
      assert.strictEqual(error._tag, "NoBatchNamed")
      assert.deepStrictEqual(yield* select("SELECT * FROM local_contacts"), [])
    }).pipe(inMemory)
  )
})
