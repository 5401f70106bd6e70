import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import * as Record from "effect/Record"
import * as Stream from "effect/Stream"
import { BatchId } from "effect-activecampaign/BatchId"
import { Contact } from "effect-activecampaign/Contact"
import { ContactId } from "effect-activecampaign/ContactId"
import { Gone, Link } from "effect-activecampaign/Contacts"
import { fromAddress } from "effect-activecampaign/EmailKey"
import * as ImportAnswer from "effect-activecampaign/ImportAnswer"
import { rebuild, reconcileStale } from "../../../src/ledger/conclusions/Reconciliation.js"
import { purge } from "../../../src/ledger/erase/Purge.js"
import { preview } from "../../../src/ledger/erase/Removals.js"
import * as Answers from "../../../src/ledger/facts/Answers.js"
import * as Batches from "../../../src/ledger/facts/Batches.js"
import * as Links from "../../../src/ledger/facts/Links.js"
import * as Lookups from "../../../src/ledger/facts/Lookups.js"
import * as Ledger from "../../../src/ledger/Ledger.js"
import * as LocalContacts from "../../../src/ledger/load/LocalContacts.js"
import { row, select } from "../../support/ledger.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))
const limits = { fastCheck: { numRuns: Number(process.env.AC_SEQUENCES ?? 60) }, timeout: 1_200_000 }

/** SQLite answers at once: without a turn of the event loop the test runner would take us for dead. */
const turn = Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))

const before = "2031-04-01T00:00:00.000Z"
const old = "2031-01-01T08:00:00.000Z"
const recent = "2031-06-01T08:00:00.000Z"
const times = { now: "2031-06-30T00:00:00.000Z", before }

const loadAt = (at: string, rows: ReadonlyArray<ReturnType<typeof row>>, name = "crm.csv", rejected = 0) =>
  LocalContacts.load({ name, rejected: () => rejected }, Stream.succeed(rows), at)

const answerAt = (
  at: string,
  batchId: string,
  status: "completed" | "failed" | "active",
  lists: { readonly success: ReadonlyArray<string>; readonly failure: ReadonlyArray<string> }
) =>
  Answers.record({
    batchId: BatchId.make(batchId),
    answer: ImportAnswer.make(status, {
      success: lists.success.map((id) => ContactId.make(id)),
      failure: lists.failure
    }),
    receivedAt: DateTime.unsafeMake(at),
    body: JSON.stringify({ status, ...lists })
  })

const contact = (email: string, id: string) =>
  Contact.make({
    id: ContactId.make(id),
    email,
    cdate: Option.none(),
    udate: Option.none(),
    deleted: false,
    bouncedHard: Option.none()
  })

const lookUpAt = (at: string, email: string, id: string | null) =>
  Effect.flatMap(Lookups.moment, (moment) =>
    Lookups.record(
      [
        {
          emailKey: fromAddress(email),
          email,
          contact: id === null ? Option.none() : Option.some(contact(email, id))
        }
      ],
      "address",
      { ...moment, askedAt: at }
    )
  )

const resolveAt = (at: string, id: string, email: string | null) => {
  const contactId = ContactId.make(id)
  return Links.record(
    [email === null ? new Gone({ id: contactId }) : new Link({ id: contactId, contact: contact(email, id) })],
    at
  )
}

// Few of each, so that they meet.
const email = FastCheck.constantFrom("a@x.test", "A@x.test", "b@x.test", "c@x.test", "d@x.test")
const id = FastCheck.constantFrom("1", "2", "3", "4")
const batch = FastCheck.constantFrom("b1", "b2", "b3", "b4")
const at = FastCheck.constantFrom(old, old, recent)
const maybe = <A>(arbitrary: FastCheck.Arbitrary<A>) => FastCheck.option(arbitrary, { nil: null })

const fact = FastCheck.oneof(
  FastCheck.record({
    kind: FastCheck.constant("load" as const),
    at,
    name: FastCheck.constantFrom("one.csv", "two.csv"),
    rejected: FastCheck.constantFrom(0, 0, 0, 1),
    rows: FastCheck.array(FastCheck.record({ email, batch: maybe(batch), id: maybe(id) }), { maxLength: 5 })
  }),
  FastCheck.record({
    kind: FastCheck.constant("answer" as const),
    at,
    batch,
    status: FastCheck.constantFrom("completed" as const, "failed" as const, "active" as const),
    success: FastCheck.array(id, { maxLength: 3 }),
    failure: FastCheck.array(email, { maxLength: 2 })
  }),
  FastCheck.record({ kind: FastCheck.constant("lookup" as const), at, email, id: maybe(id) }),
  FastCheck.record({ kind: FastCheck.constant("resolve" as const), at, email: maybe(email), id }),
  FastCheck.record({ kind: FastCheck.constant("decide" as const), at })
)

type Fact = typeof fact extends FastCheck.Arbitrary<infer One> ? One : never

const take = (one: Fact) => {
  switch (one.kind) {
    case "load":
      return loadAt(
        one.at,
        one.rows.map((drawn) => row(drawn.email, drawn.batch, drawn.id)),
        one.name,
        one.rejected
      )
    case "answer":
      return Effect.zipRight(
        Batches.add([BatchId.make(one.batch)], { addedAt: one.at }),
        answerAt(one.at, one.batch, one.status, one)
      )
    case "lookup":
      return lookUpAt(one.at, one.email, one.id)
    case "resolve":
      return resolveAt(one.at, one.id, one.email)
    case "decide":
      return reconcileStale()
  }
}

const names = ["b1", "b2", "b3", "b4"]

/** As a run leaves it, if it asked for everything. Changed outcomes are as old as the test clock, of 1970. */
const made = (facts: ReadonlyArray<Fact>, isAsked: boolean) =>
  Effect.gen(function* () {
    yield* Batches.add(
      names.map((one) => BatchId.make(one)),
      { addedAt: old }
    )
    for (const one of facts) yield* take(one)
    yield* reconcileStale()
    if (!isAsked) return
    for (const one of yield* Links.unknownIds) yield* resolveAt(old, one, null)
    yield* reconcileStale()
    for (const one of yield* Lookups.unaccounted) yield* lookUpAt(old, one.email, null)
    yield* reconcileStale()
  })

interface OfBatch {
  readonly batch_id: string
}

/** All that follows from the facts about these batches. */
const conclusionsOf = (batches: ReadonlyArray<string>) =>
  Effect.map(
    Effect.all({
      overview: select<OfBatch>("SELECT * FROM batch_overview ORDER BY 1"),
      outcomes: select<OfBatch>("SELECT * FROM outcomes ORDER BY 1, 2, 3"),
      findings: select<OfBatch>("SELECT * FROM findings ORDER BY 1, 2, 3"),
      nearMatches: select<OfBatch>("SELECT * FROM near_matches ORDER BY 1, 2, 3, 4, 5"),
      unmatched: select<OfBatch>("SELECT * FROM unmatched_successes ORDER BY 1, 2"),
      retry: select<OfBatch>("SELECT * FROM retry_candidates ORDER BY 1, 2"),
      missing: select<OfBatch>("SELECT * FROM missing_contacts ORDER BY 1, 2, 3")
    }),
    (all) => Record.map(all, (rows) => rows.filter(({ batch_id }) => batches.includes(batch_id)))
  )

const batchesLeft = Effect.map(select<OfBatch>("SELECT batch_id FROM batches ORDER BY 1"), (rows) =>
  rows.map(({ batch_id }) => batch_id)
)

/** Rows that nothing in the file has a use for. */
const useless = Effect.all({
  addresses: select(`SELECT email_key FROM addresses a
    WHERE NOT EXISTS (SELECT 1 FROM sent_contacts u WHERE u.address_id = a.address_id)
      AND NOT EXISTS (SELECT 1 FROM answer_failures u WHERE u.address_id = a.address_id)
      AND NOT EXISTS (SELECT 1 FROM local_rows u WHERE u.address_id = a.address_id)
      AND NOT EXISTS (SELECT 1 FROM former_sent u WHERE u.address_id = a.address_id)
      AND NOT EXISTS (SELECT 1 FROM id_links u WHERE u.address_id = a.address_id)
      AND NOT EXISTS (SELECT 1 FROM address_lookups u WHERE u.address_id = a.address_id)`),
  named: select("SELECT * FROM local_rows WHERE batch NOT IN (SELECT batch FROM numbered_batches)"),
  broken: select("PRAGMA foreign_key_check")
})

const nothingUseless = { addresses: [], named: [], broken: [] }

describe("a purge", () => {
  it.effect.prop(
    "changes no conclusion about what stays, whatever the facts were, and what stays rebuilds to the same",
    [FastCheck.array(fact, { minLength: 4, maxLength: 12 }), FastCheck.boolean()],
    ([facts, isAsked]) =>
      Effect.gen(function* () {
        yield* made(facts, isAsked)
        const whole = yield* conclusionsOf(names)
        const shown = yield* preview(purge(times))
        assert.deepStrictEqual(yield* conclusionsOf(names), whole)

        const done = yield* purge(times)
        assert.deepStrictEqual(done, shown)
        const left = yield* batchesLeft
        const kept = yield* conclusionsOf(left)
        assert.deepStrictEqual(
          kept,
          Record.map(whole, (rows) => rows.filter(({ batch_id }) => left.includes(batch_id)))
        )
        assert.deepStrictEqual(yield* select("SELECT * FROM stale_batches"), [])
        yield* rebuild
        assert.deepStrictEqual(yield* conclusionsOf(left), kept)
        assert.deepStrictEqual(yield* useless, nothingUseless)

        const again = yield* purge(times)
        assert.strictEqual(again.batches, 0)
      }).pipe(Effect.zipLeft(turn), inMemory),
    limits
  )
})

describe("a source that is loaded again after a purge", () => {
  it.effect.prop(
    "changes nothing that was sent in the batches that stay, nor their outcomes",
    [FastCheck.array(fact, { minLength: 4, maxLength: 12 })],
    ([facts]) =>
      Effect.gen(function* () {
        yield* made(facts, true)
        yield* purge(times)
        const state = Effect.all({
          batches: batchesLeft,
          sent: select("SELECT * FROM batch_sent ORDER BY 1, 2, 3"),
          outcomes: select("SELECT * FROM outcomes ORDER BY 1, 2, 3")
        })
        const before = yield* state
        const last = new Map(facts.flatMap((one) => (one.kind === "load" ? [[one.name, one] as const] : [])))
        for (const one of last.values()) yield* take({ ...one, at: recent, rejected: 0 })
        yield* reconcileStale()
        assert.deepStrictEqual(yield* state, before)
        assert.deepStrictEqual(yield* useless, nothingUseless)
      }).pipe(Effect.zipLeft(turn), inMemory),
    limits
  )

  it.effect("knows its contacts again, even if one of the same address was purged before them", () =>
    Effect.gen(function* () {
      const later = row("a@x.test", "later", "1")
      yield* loadAt(old, [row("a@x.test", "first", "1"), later])
      for (const one of ["first", "later"]) {
        yield* answerAt(one === "first" ? old : recent, one, "completed", { success: ["1"], failure: [] })
      }
      yield* reconcileStale()
      assert.strictEqual((yield* purge(times)).batches, 1)
      const { absent, added, unchanged } = yield* loadAt(recent, [later])
      assert.deepStrictEqual({ absent, added, unchanged }, { absent: 0, added: 0, unchanged: 1 })
    }).pipe(inMemory)
  )
})

const add = (...batchIds: ReadonlyArray<string>) =>
  Batches.add(
    batchIds.map((one) => BatchId.make(one)),
    { addedAt: old }
  )

describe("a batch that is old", () => {
  it.effect("stays if it is not done, and the purge says why", () =>
    Effect.gen(function* () {
      yield* add("open", "silent", "strange", "done")
      yield* loadAt(old, [row("a@x.test", "silent"), row("b@x.test", "done", "1")])
      yield* answerAt(old, "silent", "completed", { success: [], failure: [] })
      yield* answerAt(old, "strange", "completed", { success: ["9"], failure: [] })
      yield* answerAt(old, "done", "completed", { success: ["1"], failure: [] })
      yield* reconcileStale()
      yield* add("undecided")
      yield* answerAt(old, "undecided", "completed", { success: [], failure: [] })
      const { batches, stay } = yield* purge(times)
      assert.strictEqual(batches, 1)
      assert.deepStrictEqual(stay, [
        { because: "open", batches: 1 },
        { because: "stale", batches: 1 },
        { because: "unaccounted", batches: 1 },
        { because: "unresolved", batches: 1 }
      ])
      assert.deepStrictEqual(yield* batchesLeft, ["open", "silent", "strange", "undecided"])
    }).pipe(inMemory)
  )

  it.effect("stays while its contact would otherwise be listed for sending again", () =>
    Effect.gen(function* () {
      yield* loadAt(old, [row("a@x.test", "first"), row("b@x.test", "first"), row("a@x.test", "later", "1")])
      yield* answerAt(recent, "first", "completed", { success: [], failure: [] })
      yield* answerAt(old, "later", "completed", { success: ["1"], failure: [] })
      yield* reconcileStale()
      for (const email of ["a@x.test", "b@x.test"]) yield* lookUpAt(old, email, null)
      yield* reconcileStale()
      const listed = select("SELECT email FROM retry_candidates")
      assert.deepStrictEqual(yield* listed, [{ email: "b@x.test" }])
      const { stay } = yield* purge(times)
      assert.deepStrictEqual(stay, [{ because: "needed", batches: 1 }])
      assert.deepStrictEqual(yield* listed, [{ email: "b@x.test" }])
    }).pipe(inMemory)
  )

  it.effect("stays until its last answer, failed call or changed outcome is old as well", () =>
    Effect.gen(function* () {
      yield* loadAt(old, [row("a@x.test", "called", "1")])
      yield* answerAt(old, "called", "completed", { success: ["1"], failure: [] })
      yield* reconcileStale()
      yield* select(`INSERT INTO batch_troubles (batch, first_at, last_at, times, error, message)
        SELECT batch, '${old}', '${recent}', 2, 'TransportFailed', '' FROM numbered_batches`)
      assert.strictEqual((yield* purge(times)).batches, 0)
      assert.strictEqual((yield* purge({ now: times.now, before: times.now })).batches, 1)
    }).pipe(inMemory)
  )
})

describe("a purge of many batches", () => {
  it.effect("that is stopped between two of its transactions goes on when it is run again", () =>
    Effect.gen(function* () {
      const all = Array.from({ length: 600 }, (_, at) => `b-${at}`)
      yield* loadAt(
        old,
        all.map((one, at) => row(`contact-${at % 40}@x.test`, one, String((at % 40) + 1)))
      )
      for (const [at, one] of all.entries()) {
        yield* answerAt(old, one, "completed", { success: [String((at % 40) + 1)], failure: [] })
      }
      yield* reconcileStale()
      // The second transaction is the first to add to the record of the purge.
      yield* select(`CREATE TRIGGER stopping BEFORE UPDATE ON purges
        BEGIN SELECT RAISE(ABORT, 'stopped'); END`)
      yield* Effect.flip(purge(times))
      yield* select("DROP TRIGGER stopping")
      const left = yield* batchesLeft
      assert.isAbove(left.length, 0)
      assert.isBelow(left.length, all.length)
      assert.deepStrictEqual(yield* useless, nothingUseless)
      assert.strictEqual((yield* rebuild).changed, 0)

      assert.strictEqual((yield* purge(times)).batches, left.length)
      assert.deepStrictEqual(yield* select("SELECT batches FROM purges ORDER BY purge_id"), [
        { batches: all.length - left.length },
        { batches: left.length }
      ])
      assert.deepStrictEqual(yield* select("SELECT * FROM addresses"), [])
      assert.deepStrictEqual(yield* select("SELECT * FROM links"), [])
    }).pipe(inMemory)
  )
})

describe("the history of a file", () => {
  it.effect("loses old runs but the last, and errors of the account that ended", () =>
    Effect.gen(function* () {
      yield* select(`INSERT INTO reconcile_runs (started_at, finished_at, open_batches)
        VALUES ('${old}', '${old}', 1), ('${old}', NULL, 2), ('${old}', '${old}', 3)`)
      yield* select(`INSERT INTO account_errors (step, first_at, last_at, times, ended_at, error, message)
        VALUES ('follow', '${old}', '${old}', 1, '${old}', 'RateLimited', ''),
          ('resolve', '${old}', '${old}', 1, NULL, 'RateLimited', '')`)
      const { removed } = yield* purge(times)
      assert.deepStrictEqual(removed, [
        { table: "reconcile_runs", rows: 2 },
        { table: "account_errors", rows: 1 }
      ])
      assert.deepStrictEqual(yield* select("SELECT open_batches FROM reconcile_runs"), [{ open_batches: 3 }])
      assert.deepStrictEqual(yield* select("SELECT step FROM account_errors"), [{ step: "resolve" }])
      assert.deepStrictEqual(yield* select("SELECT * FROM purges"), [])
    }).pipe(inMemory)
  )
})
