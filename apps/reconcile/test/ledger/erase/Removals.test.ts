import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Stream from "effect/Stream"
import { BatchId } from "effect-activecampaign/BatchId"
import * as Batches from "../../../src/ledger/facts/Batches.js"
import { erase } from "../../../src/ledger/erase/Erase.js"
import * as Ledger from "../../../src/ledger/Ledger.js"
import * as LocalContacts from "../../../src/ledger/load/LocalContacts.js"
import { rebuild, reconcileStale } from "../../../src/ledger/conclusions/Reconciliation.js"
import * as Removals from "../../../src/ledger/erase/Removals.js"
import { answer, load, now, row, select, verdicts } from "../../support/ledger.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))
const limits = { fastCheck: { numRuns: Number(process.env.AC_SEQUENCES ?? 40) }, timeout: 1_200_000 }

/** SQLite answers at once: without a turn of the event loop the test runner would take us for dead. */
const turn = Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))

const removeSource = (name: string) =>
  Effect.gen(function* () {
    const source = (yield* Removals.sources).find((one) => one.name === name)
    if (source === undefined) return yield* Effect.dieMessage(`there is no source ${name}`)
    return yield* Removals.removeSource(source)
  })

const removeBatch = (batchId: string) => Removals.removeBatches([BatchId.make(batchId)])

/** Everything in the file but numbers of rows, times, batches about which nothing is known, and what changed when. */
const content = Effect.gen(function* () {
  yield* reconcileStale()
  return yield* Effect.all({
    batches: select(`SELECT batch_id, submitted_at FROM batches b
      WHERE EXISTS (SELECT 1 FROM batch_sent s WHERE s.batch_id = b.batch_id)
        OR EXISTS (SELECT 1 FROM batch_answers a WHERE a.batch_id = b.batch_id) ORDER BY 1`),
    sent: select("SELECT * FROM batch_sent ORDER BY 1, 2, 3"),
    gaps: select("SELECT * FROM batch_sent_gaps ORDER BY 1, 2"),
    answers: select("SELECT batch_id, sequence, status, raw_body, origin FROM batch_answers ORDER BY 1, 2"),
    successes: select("SELECT * FROM batch_successes ORDER BY 1, 2, 3, 4"),
    failures: select("SELECT * FROM batch_failures ORDER BY 1, 2, 3, 4"),
    sources: select("SELECT name, key_column, columns FROM local_sources ORDER BY 1"),
    contacts:
      select(`SELECT s.name, l.email_key, l.occurrence, l.email, l.contact_id, l.batch_id, l.source_columns
      FROM local_contacts l JOIN local_sources s USING (local_source_id) ORDER BY 1, 2, 3`),
    former: select(`SELECT s.name, f.batch_id, f.email_key, f.contacts
      FROM local_former_sent f JOIN local_sources s USING (local_source_id) ORDER BY 1, 2, 3`),
    outcomes: select("SELECT * FROM outcomes ORDER BY 1, 2, 3"),
    findings: select("SELECT * FROM findings ORDER BY 1, 2, 3"),
    nearMatches: select("SELECT * FROM near_matches ORDER BY 1, 2, 3"),
    unmatched: select("SELECT * FROM unmatched_successes ORDER BY 1, 2"),
    broken: select("PRAGMA foreign_key_check")
  })
})

// Few of each, so that they meet.
const email = FastCheck.constantFrom("a@x.test", "A@x.test", "b@x.test", "c@x.test")
const id = FastCheck.constantFrom("1", "2", "3")
const batch = FastCheck.constantFrom("b1", "b2", "b3")
const maybe = <A>(arbitrary: FastCheck.Arbitrary<A>) => FastCheck.option(arbitrary, { nil: null })
const rows = FastCheck.array(FastCheck.record({ email, batch: maybe(batch), id: maybe(id) }), {
  maxLength: 5
})
const rejected = FastCheck.constantFrom(0, 0, 1)
const aLoad = FastCheck.record({ rows, rejected })
const anAnswer = FastCheck.record({
  batch,
  status: FastCheck.constantFrom("completed" as const, "failed" as const),
  success: FastCheck.array(id, { maxLength: 3 }),
  failure: FastCheck.array(email, { maxLength: 2 })
})
const world = FastCheck.record({
  loads: FastCheck.array(aLoad, { maxLength: 3 }),
  answers: FastCheck.array(anAnswer, { maxLength: 3 })
})

const keyedRows = FastCheck.uniqueArray(
  FastCheck.record({
    key: FastCheck.constantFrom("k1", "k2", "k3"),
    email,
    batch: maybe(batch),
    id: maybe(id)
  }),
  { selector: ({ key }) => key, maxLength: 3 }
)

type Load = typeof aLoad extends FastCheck.Arbitrary<infer One> ? One : never
type World = typeof world extends FastCheck.Arbitrary<infer One> ? One : never

const take = (one: Load, name: string) =>
  load(
    one.rows.map((drawn) => row(drawn.email, drawn.batch, drawn.id)),
    name,
    { rejected: one.rejected }
  )

const make = ({ answers, loads }: World, answered: ReadonlyArray<string> = ["b1", "b2", "b3"]) =>
  Effect.gen(function* () {
    for (const [index, one] of loads.entries()) yield* take(one, `${index}.csv`)
    for (const one of answers.filter((drawn) => answered.includes(drawn.batch))) {
      yield* Batches.add([BatchId.make(one.batch)], { addedAt: now })
      yield* answer(one.batch, one.status, one)
    }
  })

/** A new source of which no row can be read is not recorded. */
const aMistake = aLoad.filter(({ rejected, rows }) => rejected === 0 || rows.length > 0)

describe("a source that was removed", () => {
  it.effect.prop(
    "leaves the file as it was before any number of loads, and can be loaded again",
    [world, FastCheck.array(aMistake, { minLength: 1, maxLength: 3 })],
    ([before, mistakes]) =>
      Effect.gen(function* () {
        yield* make(before)
        const clean = yield* content
        for (const one of mistakes) yield* take(one, "mistake.csv")
        const mistaken = yield* content
        yield* removeSource("mistake.csv")
        assert.deepStrictEqual(yield* content, clean)
        for (const one of mistakes) yield* take(one, "mistake.csv")
        assert.deepStrictEqual(yield* content, mistaken)
      }).pipe(Effect.zipLeft(turn), inMemory),
    limits
  )

  it.effect.prop(
    "leaves the file as it was before, even if its contacts have keys and moved to other addresses",
    [world, FastCheck.array(keyedRows, { minLength: 1, maxLength: 3 })],
    ([before, mistakes]) =>
      Effect.gen(function* () {
        yield* make(before)
        const clean = yield* content
        for (const one of mistakes) {
          yield* LocalContacts.load(
            {
              name: "mistake.csv",
              rejected: () => 0,
              key: { column: "id", place: "line", setAside: () => Effect.dieMessage("no key is repeated") }
            },
            Stream.succeed(one.map((drawn) => row(drawn.email, drawn.batch, drawn.id, drawn.key))),
            now
          )
        }
        yield* removeSource("mistake.csv")
        assert.deepStrictEqual(yield* content, clean)
      }).pipe(Effect.zipLeft(turn), inMemory),
    limits
  )

  it.effect("deletes the sent contacts that it named, except those that another source also names", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b"), row("both@x.test", "b")], "mistake.csv")
      yield* load([row("both@x.test", "b")], "right.csv")
      const { emptied, lost, removed } = yield* removeSource("mistake.csv")
      assert.deepStrictEqual(yield* verdicts, ["both@x.test: pending (unsettled)"])
      assert.deepStrictEqual(emptied, [])
      assert.deepStrictEqual(lost, [{ outcome: "pending", contacts: 1 }])
      assert.deepInclude(removed, { table: "local_contacts", rows: 2 })
      assert.deepInclude(removed, { table: "batch_sent", rows: 1 })
    }).pipe(inMemory)
  )

  it.effect("deletes the sent contacts of batches that its later loads no longer name", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "DE"), row("b@x.test", "FR")], "mistake.csv")
      yield* load([row("a@x.test", "b-1"), row("b@x.test", "b-1")], "mistake.csv")
      const { emptied } = yield* removeSource("mistake.csv")
      assert.deepStrictEqual(emptied, ["DE", "FR", "b-1"])
      assert.deepStrictEqual(yield* select("SELECT * FROM batch_sent"), [])
    }).pipe(inMemory)
  )

  it.effect("undoes outcomes that only its contact IDs proved, and lists them", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b"), row("b@x.test", "b")], "right.csv")
      yield* load([row("a@x.test", null, "7")], "mistake.csv")
      yield* answer("b", "failed", { success: ["7"], failure: [] })
      assert.deepStrictEqual(yield* verdicts, ["a@x.test: imported (id)", "b@x.test: unaccounted (silence)"])
      const { changed } = yield* removeSource("mistake.csv")
      assert.deepStrictEqual(changed, [{ before: "imported", after: "unaccounted", contacts: 1 }])
      assert.deepStrictEqual(yield* verdicts, [
        "a@x.test: unaccounted (silence)",
        "b@x.test: unaccounted (silence)"
      ])
    }).pipe(inMemory)
  )

  it.effect("lets counting decide again if its unreadable rows prevented it", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b")], "right.csv")
      yield* load([row("a@x.test", "b")], "mistake.csv", { rejected: 1 })
      yield* answer("b", "completed", { success: ["7"], failure: [] })
      assert.deepStrictEqual(yield* verdicts, ["a@x.test: unaccounted (silence)"])
      yield* removeSource("mistake.csv")
      assert.deepStrictEqual(yield* verdicts, ["a@x.test: imported (count)"])
    }).pipe(inMemory)
  )

  it.effect("leaves an erased person erased", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b1"), row("b@x.test", "b1")], "one.csv")
      yield* load([row("a@x.test", "b2"), row("b@x.test", "b2")], "one.csv")
      yield* erase("a@x.test")
      yield* removeSource("one.csv")
      assert.deepStrictEqual(yield* select("SELECT batch_id, email_key FROM batch_sent"), [
        { batch_id: "b1", email_key: "erased-1" },
        { batch_id: "b2", email_key: "erased-1" }
      ])
      assert.deepStrictEqual(yield* select("SELECT * FROM local_former_sent"), [])
    }).pipe(inMemory)
  )
})

describe("a batch that was removed", () => {
  it.effect.prop(
    "leaves nothing, and the same loads and answers bring it back the same",
    [world, batch],
    ([drawn, gone]) =>
      Effect.gen(function* () {
        yield* make(drawn)
        yield* Batches.add([BatchId.make(gone)], { addedAt: now })
        const before = yield* content
        yield* removeBatch(gone)
        for (const table of [
          "batches",
          "batch_sent",
          "batch_sent_gaps",
          "batch_answers",
          "batch_successes",
          "batch_failures",
          "batch_errors",
          "outcomes",
          "findings",
          "near_matches",
          "unmatched_successes",
          "outcome_changes",
          "stale_batches",
          "local_contacts",
          "local_former_sent"
        ]) {
          assert.deepStrictEqual(
            yield* select(`SELECT batch_id FROM ${table} WHERE batch_id = '${gone}'`),
            [],
            table
          )
        }
        yield* make(drawn, [gone])
        assert.deepStrictEqual(yield* content, before)
      }).pipe(Effect.zipLeft(turn), inMemory),
    limits
  )

  it.effect("deletes the source that was created from its sent contacts", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b")], "sent in b")
      yield* load([row("a@x.test", "c"), row("b@x.test", "b")], "one.csv")
      const { unnamed } = yield* removeBatch("b")
      assert.strictEqual(unnamed, 1)
      assert.deepStrictEqual(yield* select("SELECT name FROM local_sources"), [{ name: "one.csv" }])
      assert.deepStrictEqual(yield* verdicts, ["a@x.test: pending (unsettled)"])
    }).pipe(inMemory)
  )

  it.effect("no longer keeps an address from being sent again", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b1"), row("a@x.test", "b2")])
      yield* answer("b1", "completed", { success: [], failure: [] })
      yield* select(`INSERT INTO address_lookups (address_id, asked_at, after_answer_id, method)
        VALUES (1, '2031-04-03T00:00:00.000Z', 1, 'address')`)
      yield* rebuild
      const { retry } = yield* removeBatch("b2")
      assert.deepStrictEqual(retry, { before: 0, after: 1 })
    }).pipe(inMemory)
  )
})

describe("a preview", () => {
  it.effect.prop(
    "is exactly what is then done, and changes nothing",
    [world, batch],
    ([drawn, gone]) =>
      Effect.gen(function* () {
        yield* make(drawn)
        const clean = yield* content
        const shown = yield* Removals.preview(removeBatch(gone))
        assert.deepStrictEqual(yield* content, clean)
        assert.deepStrictEqual(yield* removeBatch(gone), shown)
      }).pipe(Effect.zipLeft(turn), inMemory),
    limits
  )
})
