import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { BatchId } from "effect-activecampaign/BatchId"
import type { Sends } from "../../../src/asSent/Sends.js"
import { rebuild, reconcileStale } from "../../../src/ledger/conclusions/Reconciliation.js"
import { erase } from "../../../src/ledger/erase/Erase.js"
import * as Removals from "../../../src/ledger/erase/Removals.js"
import * as Ledger from "../../../src/ledger/Ledger.js"
import * as LocalContacts from "../../../src/ledger/load/LocalContacts.js"
import { answer, inColumns, load, now, row, select, verdicts } from "../../support/ledger.js"
import { sentConclusions } from "../../support/takenFacts.js"
import { contactWith, lookAt, send, submit } from "../../support/sentValues.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))

const mapping: Sends = { first_name: { column: "First" } }

/** A contact of a source that declares its first name, known by a key. */
const declare = (name: string, email: string, batch: string, First: string) =>
  LocalContacts.load(
    {
      name,
      rejected: () => 0,
      key: { column: "id", place: "row", setAside: () => Effect.void },
      sends: () => mapping
    },
    Stream.succeed([{ ...row(email, batch), ...inColumns({ email, batch, id: "k1", First }), key: "k1" }]),
    now
  )

const removeSource = (name: string) =>
  Effect.flatMap(Removals.sources, (all) => {
    const source = all.find((one) => one.name === name)
    return source === undefined ? Effect.dieMessage(name) : Removals.removeSource(source)
  })

const removeBatch = (batchId: string) => Removals.removeBatches([BatchId.make(batchId)])

const completed = (batch: string, ...success: ReadonlyArray<string>) =>
  answer(batch, "completed", { success, failure: [] })

const lookAtA = (firstName: string) =>
  lookAt("2031-04-03T00:00:00.000Z", contactWith("1", "a@x.test", { firstName }))

/** What stands at once, which is also what a rebuild gives: the comparisons, and values that were not looked at. */
const told = Effect.gen(function* () {
  const comparisons = select<{ readonly told: string }>(`
    SELECT b.batch_id || ' ' || v.comparison || coalesce(' ' || v.found, '') AS told
    FROM value_verdicts v JOIN numbered_batches b USING (batch)
    UNION ALL SELECT b.batch_id || ' ' || c.sent || ' sent, ' || c.not_checked || ' not checked'
    FROM value_counts c JOIN numbered_batches b USING (batch) ORDER BY 1`)
  const stands = yield* comparisons
  const all = yield* sentConclusions
  yield* rebuild
  assert.deepStrictEqual(all, yield* sentConclusions)
  return stands.map((one) => one.told)
})

describe("what was concluded of sent values goes at once", () => {
  it.effect("with the source that declared them, where another names the contact, too", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b1", "1")], "plain.csv")
      yield* declare("crm", "a@x.test", "b1", "Ada")
      yield* completed("b1", "1")
      yield* lookAtA("Zoe")
      assert.deepStrictEqual(yield* told, ["b1 1 sent, 0 not checked", "b1 different Zoe"])
      yield* removeSource("crm")
      assert.deepStrictEqual(yield* told, [])
    }).pipe(inMemory)
  )

  it.effect("with a source that named the contact under another address, which is looked at again", () =>
    Effect.gen(function* () {
      yield* declare("first", "a@x.test", "b1", "Ada")
      yield* declare("crm", "a@x.test", "b1", "Eve")
      yield* declare("crm", "b@x.test", "b1", "Eve")
      yield* completed("b1", "1")
      yield* lookAtA("Zoe")
      assert.deepStrictEqual(yield* told, ["b1 1 sent, 0 not checked", "b1 different Zoe"])
      yield* removeSource("crm")
      assert.deepStrictEqual(yield* told, ["b1 1 sent, 1 not checked"])
    }).pipe(inMemory)
  )

  it.effect("with an erased person who was not looked at", () =>
    Effect.gen(function* () {
      yield* send("b1", [
        { email: "a@x.test", first_name: "Ada" },
        { email: "b@x.test", first_name: "Bo" }
      ])
      yield* reconcileStale()
      assert.deepStrictEqual(yield* told, ["b1 2 sent, 2 not checked"])
      yield* erase("a@x.test")
      assert.deepStrictEqual(yield* told, ["b1 1 sent, 1 not checked"])
    }).pipe(inMemory)
  )

  it.effect("with an erased person who is named in what others were sent with", () =>
    Effect.gen(function* () {
      yield* send("b1", [{ email: "b@x.test", first_name: "with a@x.test" }])
      yield* completed("b1", "2")
      yield* lookAt("2031-04-03T00:00:00.000Z", contactWith("2", "b@x.test", { firstName: "Bo" }))
      yield* erase("a@x.test")
      assert.deepStrictEqual(yield* select("SELECT sent, found FROM dropped_values"), [
        { sent: "with erased-1", found: "Bo" }
      ])
      assert.deepStrictEqual(yield* told, ["b1 1 sent, 0 not checked", "b1 different Bo"])
    }).pipe(inMemory)
  )

  it.effect("with an erased person, and nobody else's", () =>
    Effect.gen(function* () {
      yield* send("b1", [
        { email: "a@x.test", first_name: "Ada" },
        { email: "b@x.test", first_name: "Bo" }
      ])
      yield* completed("b1", "1", "2")
      yield* lookAt(
        "2031-04-03T00:00:00.000Z",
        contactWith("1", "a@x.test", { firstName: "Zoe" }),
        contactWith("2", "b@x.test", { firstName: "of a@x.test" })
      )
      yield* erase("a@x.test")
      assert.deepStrictEqual(yield* told, ["b1 1 sent, 0 not checked", "b1 different of erased-1"])
    }).pipe(inMemory)
  )
})

describe("what a batch sent is compared again", () => {
  it.effect("once the batch that sent it again is removed, though no source names its contact any more", () =>
    Effect.gen(function* () {
      yield* submit("b2", "2031-04-02T08:15:00.000Z")
      yield* send("b1", [{ email: "a@x.test", first_name: "Ada" }])
      yield* completed("b1", "1")
      yield* load([row("a@x.test", "b2", "1")], "plain.csv")
      yield* lookAtA("Zoe")
      // The contact of the source is somebody else by now.
      yield* declare("crm", "a@x.test", "b2", "Eve")
      yield* declare("crm", "c@x.test", "b3", "Eve")
      yield* removeSource("plain.csv")
      assert.include(yield* told, "b1 sent-again Zoe")
      yield* removeBatch("b2")
      assert.include(yield* told, "b1 different Zoe")
    }).pipe(inMemory)
  )

  it.effect("once the source is removed from which a later batch sent something else", () =>
    Effect.gen(function* () {
      yield* submit("b2", "2031-04-02T08:15:00.000Z")
      yield* send("b1", [{ email: "a@x.test", first_name: "Ada" }])
      yield* completed("b1", "1")
      yield* declare("crm", "a@x.test", "b2", "Eve")
      yield* lookAtA("Zoe")
      assert.include(yield* told, "b1 sent-again Zoe")
      yield* removeSource("crm")
      assert.include(yield* told, "b1 different Zoe")
    }).pipe(inMemory)
  )
})

describe("a batch is decided again", () => {
  it.effect("once the source is removed whose rows could not be read, also if the others were erased", () =>
    Effect.gen(function* () {
      yield* load([row("b@x.test", "b1")], "plain.csv")
      yield* load([row("a@x.test", "b1")], "bad.csv", { rejected: 1 })
      yield* completed("b1", "1", "2")
      yield* erase("a@x.test")
      const before = yield* verdicts
      yield* removeSource("bad.csv")
      const after = yield* verdicts
      assert.notDeepEqual(after, before)
      yield* rebuild
      assert.deepStrictEqual(yield* verdicts, after)
    }).pipe(inMemory)
  )

  it.effect("once contacts of an address name no batch any more", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b1"), row("a@x.test", "b1")], "twice.csv")
      yield* load([row("a@x.test", "b2")], "once.csv")
      yield* completed("b2", "1")
      yield* removeBatch("b1")
      const stands = yield* select("SELECT * FROM findings ORDER BY 1, 2, 3")
      assert.isNotEmpty(stands)
      yield* rebuild
      assert.deepStrictEqual(yield* select("SELECT * FROM findings ORDER BY 1, 2, 3"), stands)
    }).pipe(inMemory)
  )
})
