import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { BatchId } from "effect-activecampaign/BatchId"
import { ContactId } from "effect-activecampaign/ContactId"
import { Gone, Link } from "effect-activecampaign/Resolved"
import { fromAddress } from "effect-activecampaign/EmailKey"
import * as ImportAnswer from "effect-activecampaign/ImportAnswer"
import * as Answers from "../../src/ledger/facts/Answers.js"
import * as Batches from "../../src/ledger/facts/Batches.js"
import * as Ledger from "../../src/ledger/Ledger.js"
import * as Links from "../../src/ledger/facts/Links.js"
import * as LocalContacts from "../../src/ledger/load/LocalContacts.js"
import * as Lookups from "../../src/ledger/facts/Lookups.js"
import { rebuild, reconcileStale } from "../../src/ledger/conclusions/Reconciliation.js"
import * as Trouble from "../../src/ledger/facts/Trouble.js"
import * as Removals from "../../src/ledger/erase/Removals.js"
import { contactOf } from "../support/contactOf.js"
import { load, momentAt, now, row, select } from "../support/ledger.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))
const turn = Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))

/**
 * What a value may hold that two ways into SQLite, or the way back, could read in two ways. Half a surrogate pair is not
 * among it: files that hold one are refused row by row, and the client reads it as U+FFFD.
 */
const part = FastCheck.constantFrom(
  "\ufffd",
  "\ud83d\ude00",
  "\u0000",
  "\u0085",
  "\ufeff",
  "\uffff",
  "\u0130",
  "\u212b",
  "'",
  '"',
  "\\ud800",
  "\\",
  "%",
  "\n",
  "1",
  "e5",
  "a@x.test"
)
const odd = FastCheck.oneof(
  FastCheck.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("")),
  FastCheck.constantFrom(
    "x".repeat(10_000),
    "\u00e9".repeat(100_000),
    "null",
    "true",
    "1e999",
    "[]",
    '{"a":1}'
  )
)

const statusOf = Schema.decodeUnknownSync(ImportAnswer.ImportAnswer)

const takeAnswer = (
  batchId: string,
  status: string,
  success: ReadonlyArray<string>,
  failure: ReadonlyArray<string>
) => {
  const body = { status, success, failure }
  return Answers.record({
    batchId: BatchId.make(batchId),
    answer: statusOf(body),
    receivedAt: DateTime.unsafeMake(now),
    body: JSON.stringify(body)
  })
}

/** Texts that other tools could not read. */
const unreadable = Effect.gen(function* () {
  const columns = yield* select<{ readonly name: string; readonly column: string }>(`
    SELECT t.name, c.name AS "column" FROM pragma_table_list t JOIN pragma_table_xinfo(t.name) c
    WHERE t.schema = 'main' AND t.type = 'table' AND c.type = 'TEXT'`)
  const found = yield* Effect.forEach(columns, ({ column, name }) =>
    Effect.map(
      select<{ readonly bytes: string }>(
        `SELECT hex(CAST("${column}" AS BLOB)) AS bytes FROM "${name}" WHERE "${column}" IS NOT NULL`
      ),
      (rows) =>
        rows
          .filter(({ bytes }) => {
            try {
              new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(bytes, "hex"))
              return false
            } catch {
              return true
            }
          })
          .map(({ bytes }) => `${name}.${column}: ${bytes.slice(0, 40)}`)
    )
  )
  return found.flat()
})

/** The neighbours of the odd value are as they would be without it, and the file is sound. */
const expectSound = Effect.gen(function* () {
  yield* reconcileStale()
  yield* rebuild
  assert.deepStrictEqual(yield* select("PRAGMA foreign_key_check"), [])
  assert.deepStrictEqual(yield* unreadable, [])
  assert.deepStrictEqual(yield* select("SELECT * FROM stale_batches"), [])
  assert.deepStrictEqual(
    yield* select(`SELECT email, outcome, evidence FROM contact_status
      WHERE batch_id = 'plain' AND email IN ('in@x.test', 'out@x.test') ORDER BY email`),
    [
      { email: "in@x.test", outcome: "imported", evidence: "id" },
      { email: "out@x.test", outcome: "rejected", evidence: "failure" }
    ]
  )
})

const plainRows = [row("in@x.test", "plain", "77"), row("out@x.test", "plain")]
const plainAnswer = takeAnswer("plain", "completed", ["77"], ["out@x.test"])

/** Each law is a sequence of several steps, with values that may be long. */
const numRuns = Math.ceil(Number(process.env.AC_SEQUENCES ?? 60) / 6)

const law = (name: string, take: (value: string) => Effect.Effect<unknown, unknown, Ledger.Ledger>) =>
  it.effect.prop(
    name,
    [odd],
    ([value]) =>
      Effect.gen(function* () {
        yield* take(value)
        yield* expectSound
      }).pipe(Effect.zipLeft(turn), inMemory),
    { fastCheck: { numRuns }, timeout: 600_000 }
  )

describe("one odd value keeps no other from being recorded and decided", () => {
  law("as the ID of a batch that is added", (value) =>
    Effect.gen(function* () {
      yield* Batches.add([BatchId.make(value), BatchId.make("plain")], { addedAt: now, submittedAt: now })
      yield* load(plainRows)
      yield* plainAnswer
      for (const { batchId } of yield* Batches.open) {
        yield* takeAnswer(batchId, "completed", ["5"], [])
      }
      yield* reconcileStale()
      assert.deepStrictEqual(yield* Batches.open, [])
    })
  )

  law("as the batch that a row names", (value) =>
    Effect.gen(function* () {
      yield* load([row("z@x.test", value, "9"), ...plainRows], "contacts.csv", { rejected: 1 })
      yield* load([row("z@x.test", value, "8"), ...plainRows], "contacts.csv")
      yield* plainAnswer
      for (const { batchId } of yield* Batches.open) yield* takeAnswer(batchId, "completed", ["8"], [])
      assert.deepStrictEqual(yield* Batches.open, [])
    })
  )

  law("as an address, a contact ID, a key or the name of a source", (value) =>
    Effect.gen(function* () {
      yield* load([row(value, "plain", "5"), row("z@x.test", "plain", value), ...plainRows], value)
      yield* load([row(`${value}2`, "plain", value), ...plainRows], value, { rejected: 1 })
      yield* LocalContacts.load(
        {
          name: "keyed",
          rejected: () => 0,
          key: { column: "id", place: "line", setAside: () => Effect.void }
        },
        Stream.succeed([row(value, "plain", value, value), row("z@x.test", "plain", "6", "k2")]),
        now
      )
      yield* plainAnswer
      yield* expectSound
      for (const source of yield* Removals.sources) {
        if (source.name !== "keyed") yield* Removals.removeSource(source)
      }
      yield* load(plainRows)
    })
  )

  law("as an ID and an address of the lists", (value) =>
    Effect.gen(function* () {
      yield* load([row(value, "plain"), ...plainRows])
      yield* takeAnswer("plain", "completed", ["77", value], ["out@x.test", value])
      assert.strictEqual(
        yield* takeAnswer("plain", "completed", ["77", value], ["out@x.test", value]),
        false,
        "the same answer is news again"
      )
    })
  )

  law("as a status word", (value) =>
    Effect.gen(function* () {
      yield* load([row("z@x.test", "odd"), ...plainRows])
      yield* plainAnswer
      yield* takeAnswer("odd", value, [], [])
      assert.strictEqual(yield* takeAnswer("odd", value, [], []), false, "the same answer is news again")
    })
  )

  law("as what the account says of contacts", (value) =>
    Effect.gen(function* () {
      yield* load([row(value, "plain"), row("z@x.test", "plain"), ...plainRows])
      yield* takeAnswer("plain", "completed", ["77", "78", value, `${value}1`], ["out@x.test"])
      yield* reconcileStale()
      const ids = yield* Links.unknownIds
      assert.include(ids, ContactId.make("78"))
      yield* Links.record(
        ids.map((id, index) =>
          index % 2 === 0
            ? new Link({ id: ContactId.make(id), contact: contactOf(id, value) })
            : new Gone({ id: ContactId.make(id) })
        ),
        now
      )
      yield* reconcileStale()
      assert.strictEqual(yield* Links.countUnknown, 0, "an ID is asked for again and again")
    })
  )

  law("as an address that is looked up", (value) =>
    Effect.gen(function* () {
      // Files are refused such a row: it has no address.
      if (fromAddress(value) === "") {
        yield* load(plainRows)
        yield* plainAnswer
        return
      }
      yield* load([row(value, "plain"), row("z@x.test", "plain"), ...plainRows])
      yield* takeAnswer("plain", "failed", ["77"], ["out@x.test"])
      yield* reconcileStale()
      let asked = 0
      for (const one of yield* Lookups.unaccounted) {
        asked += 1
        yield* Lookups.record(
          [
            {
              ...one,
              contact: asked % 2 === 0 ? Option.none() : Option.some(contactOf(`${value}${asked}`, value))
            }
          ],
          "address",
          yield* momentAt(now)
        )
      }
      yield* reconcileStale()
      assert.strictEqual(yield* Lookups.countUnaccounted, 0, "an address is asked for again and again")
      const begun = yield* momentAt(now)
      yield* Lookups.recordWalked([contactOf(value, value)], { begun, now })
      yield* Lookups.recordAbsent(begun)
      assert.strictEqual(fromAddress(value), fromAddress(fromAddress(value)))
    })
  )

  law("as the error of a call", (value) =>
    Effect.gen(function* () {
      yield* load(plainRows)
      yield* plainAnswer
      yield* Trouble.recordOfBatch(BatchId.make("plain"), {
        firstAt: now,
        lastAt: now,
        times: 1,
        error: value,
        message: value,
        body: value
      })
    })
  )
})
