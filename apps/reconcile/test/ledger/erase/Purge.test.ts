import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Record from "effect/Record"
import { BatchId } from "effect-activecampaign/BatchId"
import { rebuild, reconcileStale } from "../../../src/ledger/conclusions/Reconciliation.js"
import { purge } from "../../../src/ledger/erase/Purge.js"
import { preview } from "../../../src/ledger/erase/Removals.js"
import * as Batches from "../../../src/ledger/facts/Batches.js"
import * as Links from "../../../src/ledger/facts/Links.js"
import * as Lookups from "../../../src/ledger/facts/Lookups.js"
import { row, select } from "../../support/ledger.js"
import { type Fact as SentFact, fact as sentFact, sentBefore, settledAt } from "../../support/sentFacts.js"
import { begin, sentConclusions, take as takeSent } from "../../support/takenFacts.js"
import {
  inMemory,
  old,
  recent,
  times,
  loadAt,
  answerAt,
  lookUpAt,
  resolveAt,
  batchesLeft,
  useless,
  nothingUseless
} from "../../support/purging.js"

const limits = { fastCheck: { numRuns: Number(process.env.AC_SEQUENCES ?? 60) }, timeout: 1_200_000 }

/** SQLite answers at once: without a turn of the event loop the test runner would take us for dead. */
const turn = Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))

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

const askAll = Effect.gen(function* () {
  for (const one of yield* Links.unknownIds) yield* resolveAt(old, one, null)
  yield* reconcileStale()
  for (const one of yield* Lookups.unaccounted) yield* lookUpAt(old, one.email, null)
  yield* reconcileStale()
})

/** As a run leaves it, if it asked for everything. Changed outcomes are as old as the test clock, of 1970. */
const made = (facts: ReadonlyArray<Fact>, isAsked: boolean) =>
  Effect.gen(function* () {
    yield* Batches.add(
      names.map((one) => BatchId.make(one)),
      { addedAt: old }
    )
    for (const one of facts) yield* take(one)
    yield* reconcileStale()
    if (isAsked) yield* askAll
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

describe("a purge of batches with sent values", () => {
  it.effect.prop(
    "changes nothing that is concluded about those that stay, and what stays rebuilds to the same",
    [sentBefore, FastCheck.array(sentFact, { maxLength: 8 }), FastCheck.integer({ min: 1, max: 20 })],
    ([first, facts, minute]) =>
      Effect.gen(function* () {
        for (const [index, one] of [...first, ...facts].entries())
          yield* takeSent(one, DateTime.add(begin, { minutes: index }))
        yield* reconcileStale()
        yield* askAll
        const whole = yield* sentConclusions
        const cut = DateTime.formatIso(DateTime.add(begin, { minutes: minute }))
        yield* purge({ now: cut, before: cut })
        const left = yield* batchesLeft
        const kept = yield* sentConclusions
        assert.deepStrictEqual(
          kept,
          Record.map(whole, (rows) => rows.filter(({ batch_id }) => left.includes(batch_id)))
        )
        assert.deepStrictEqual(yield* select("SELECT * FROM stale_batches"), [])
        yield* rebuild
        assert.deepStrictEqual(yield* sentConclusions, kept)
        assert.deepStrictEqual(yield* useless, nothingUseless)
        assert.strictEqual((yield* purge({ now: cut, before: cut })).batches, 0)
      }).pipe(Effect.zipLeft(turn), inMemory),
    limits
  )

  it.effect("keeps the one that subscribed a contact as long as another may be blamed for it", () =>
    Effect.gen(function* () {
      const sending = (one: "b1" | "b2" | "b3", lists: ReadonlyArray<"3">): ReadonlyArray<SentFact> => [
        {
          kind: "send",
          from: null,
          batch: one,
          contacts: [
            {
              email: "a@x.test",
              firstName: "Ada",
              fields: [],
              tags: [],
              subscribe: [...lists],
              unsubscribe: []
            },
            {
              email: "b@x.test",
              firstName: "Eve",
              fields: [],
              tags: [],
              subscribe: [...lists],
              unsubscribe: []
            }
          ]
        },
        settledAt(one)
      ]
      const shown = {
        ...{ firstName: "Ada" as const, company: null, tags: [], isLate: false },
        shows: "all" as const
      }
      const seen = (status: 1 | 2): SentFact => ({
        kind: "look",
        found: [
          { ...shown, known: ["1", "a@x.test"], status },
          { ...shown, known: ["2", "b@x.test"], status }
        ],
        isWanted: false
      })
      const takeAt = (minutes: number, facts: ReadonlyArray<SentFact>) =>
        Effect.forEach(facts, (one) => takeSent(one, DateTime.add(begin, { minutes })), { discard: true })
      yield* takeAt(0, [...sending("b1", []), seen(2)])
      yield* takeAt(200, sending("b2", []))
      yield* takeAt(1, [...sending("b3", ["3"]), seen(1)])
      yield* reconcileStale()
      yield* takeSent({ kind: "submitted", batch: "b2", at: 200 }, begin)
      // After the first look, so that it certainly came between.
      yield* takeSent({ kind: "submitted", batch: "b3", at: 1 }, begin)
      yield* reconcileStale()
      const cut = DateTime.formatIso(DateTime.add(begin, { minutes: 100 }))
      const { stay } = yield* purge({ now: cut, before: cut })
      assert.deepStrictEqual(stay, [{ because: "needed", batches: 1 }])
      assert.deepStrictEqual(yield* batchesLeft, ["b2", "b3"])
      yield* rebuild
      const { breaks } = yield* sentConclusions
      assert.deepStrictEqual(breaks, [])
    }).pipe(inMemory)
  )
})
