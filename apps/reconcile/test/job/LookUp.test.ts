import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { BatchId } from "effect-activecampaign/BatchId"
import { requests } from "effect-activecampaign-simulator/Simulator"
import { planOnly } from "../../src/job/Run.js"
import * as Batches from "../../src/ledger/facts/Batches.js"
import { run, withAccount } from "../support/account.js"
import { load, row, select, verdicts } from "../support/ledger.js"

const account = { lookup: true }

const silent = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ email: `s${index}@x.test`, becomes: "silent" as const }))

const contactCalls = Effect.map(requests, (all) =>
  all.filter(({ url }) => url.includes("/contacts?")).map(({ url }) => decodeURIComponent(url))
)

const submittedNow = (batchId: string) =>
  Effect.flatMap(DateTime.now, (now) =>
    Batches.add([BatchId.make(batchId)], {
      addedAt: DateTime.formatIso(now),
      submittedAt: DateTime.formatIso(now)
    })
  )

describe("looking up", () => {
  it.effect("distinguishes present and missing, and created or updated since the submission and older", () =>
    Effect.gen(function* () {
      yield* submittedNow("one")
      const sent = ["new@x.test", "old@x.test", "touched@x.test", "nobody@x.test", "deleted@x.test"]
      yield* load(sent.map((email) => row(email, "one")))
      const { lookedUp } = yield* run({ account })
      assert.deepInclude(lookedUp, { found: 4, absent: 1, left: 0 })
      assert.deepStrictEqual(yield* verdicts, [
        "deleted@x.test: missing (lookup-deleted)",
        "new@x.test: present (lookup-created)",
        "nobody@x.test: missing (lookup-absent)",
        "old@x.test: present (lookup-older)",
        "touched@x.test: present (lookup-updated)"
      ])
      assert.deepStrictEqual(yield* select("SELECT email, reason FROM retry_candidates ORDER BY email"), [
        {
          email: "deleted@x.test",
          reason: "in neither list, and deleted in the account when looked up"
        },
        { email: "nobody@x.test", reason: "in neither list, and not in the account when looked up" }
      ])
    }).pipe(
      withAccount({
        account: { existing: [{ email: "old@x.test" }, { email: "deleted@x.test", deleted: true }] },
        successMeans: "created-only",
        batches: [
          {
            batchId: "one",
            contacts: [
              { email: "new@x.test", becomes: "unreported" },
              { email: "old@x.test", becomes: "silent" },
              { email: "touched@x.test", becomes: "updated" },
              { email: "nobody@x.test", becomes: "silent" },
              { email: "deleted@x.test", becomes: "silent" }
            ]
          }
        ]
      })
    )
  )

  it.effect("does not judge dates without the time of submission: then a contact is only present", () =>
    Effect.gen(function* () {
      yield* load([row("new@x.test", "one")])
      yield* run({ account })
      assert.deepStrictEqual(yield* verdicts, ["new@x.test: present (lookup-undated)"])
      // Told afterwards, the time counts from then on.
      yield* submittedNow("one")
      assert.deepStrictEqual(yield* verdicts, ["new@x.test: present (lookup-created)"])
    }).pipe(
      withAccount({
        batches: [{ batchId: "one", contacts: [{ email: "new@x.test", becomes: "unreported" }] }]
      })
    )
  )

  it.effect("offers contacts that a failed batch may not have changed for another try, and says why", () =>
    Effect.gen(function* () {
      yield* submittedNow("one")
      yield* load([row("old@x.test", "one"), row("nobody@x.test", "one")])
      yield* run({ account })
      assert.deepStrictEqual(
        yield* select("SELECT email, outcome, reason FROM retry_candidates ORDER BY email"),
        [
          {
            email: "nobody@x.test",
            outcome: "missing",
            reason: "in neither list, and not in the account when looked up"
          },
          {
            email: "old@x.test",
            outcome: "present",
            reason: "in the account, but nothing shows that this failed batch changed it"
          }
        ]
      )
      // Sent again, they are no candidates while that is open.
      yield* load([row("nobody@x.test", "two"), row("old@x.test", "two")], "again.csv")
      yield* verdicts
      assert.deepStrictEqual(yield* select("SELECT email FROM retry_candidates"), [])
    }).pipe(
      withAccount({
        account: { existing: [{ email: "old@x.test" }] },
        batches: [
          {
            batchId: "one",
            ends: "failed",
            processed: 0,
            contacts: [{ email: "old@x.test" }, { email: "nobody@x.test" }]
          }
        ]
      })
    )
  )

  it.effect(
    "asks for each address by itself while that is cheaper, and once for an address in two batches",
    () =>
      Effect.gen(function* () {
        yield* load([row("s0@x.test", "one"), row("s1@x.test", "one"), row("S0@x.test", "two")])
        const { lookedUp } = yield* run({ account })
        assert.deepInclude(lookedUp?.plan, { method: "address", walkCalls: null })
        assert.deepInclude(lookedUp, { found: 0, absent: 2, left: 0 })
        assert.deepStrictEqual((yield* contactCalls).filter((url) => url.includes("email=")).length, 2)
      }).pipe(
        withAccount({
          batches: [
            { batchId: "one", contacts: silent(2) },
            { batchId: "two", contacts: silent(1) }
          ]
        })
      )
  )

  it.effect("ends a walk with short pages when its calls are used up, and calls nobody missing", () =>
    Effect.gen(function* () {
      yield* load(silent(121).map(({ email }) => row(email, "one")))
      const { lookedUp } = yield* run({ account: { lookup: true, maxCalls: 15 } })
      assert.deepInclude(lookedUp?.plan, { method: "walk" })
      assert.isBelow((yield* contactCalls).length, 16)
      assert.deepInclude(lookedUp, { absent: 0, left: 121 })
    }).pipe(
      withAccount({
        account: {
          existing: Array.from({ length: 400 }, (_, index) => ({
            email: `e${index}@x.test`,
            contactId: String(index + 1)
          })),
          pageSize: "always-20"
        },
        batches: [{ batchId: "one", contacts: silent(121) }]
      })
    )
  )

  it.effect("walks through the account if that takes fewer calls, and finds the same", () =>
    Effect.gen(function* () {
      const contacts = [...silent(120), { email: "there@x.test", becomes: "unreported" as const }]
      yield* load(contacts.map(({ email }) => row(email, "one")))
      const { lookedUp } = yield* run({ account })
      assert.deepInclude(lookedUp?.plan, { method: "walk", addresses: 121, calls: 12, affordable: 121 })
      assert.deepStrictEqual(yield* select("SELECT looked_up FROM reconcile_runs"), [{ looked_up: 121 }])
      assert.deepInclude(lookedUp, { found: 1, absent: 120, left: 0 })
      assert.isBelow((yield* contactCalls).length, 13)
      const all = yield* verdicts
      assert.include(all, "there@x.test: present (lookup-undated)")
      assert.strictEqual(all.filter((line) => line.endsWith("missing (lookup-absent)")).length, 120)
    }).pipe(
      withAccount({
        batches: [
          {
            batchId: "one",
            contacts: [...silent(120), { email: "there@x.test", becomes: "unreported" as const }]
          }
        ]
      })
    )
  )

  it.effect(
    "walks if the account ignores the address filter, and never mistakes another contact for the right one",
    () =>
      Effect.gen(function* () {
        yield* load([row("s0@x.test", "one"), row("there@x.test", "one")])
        const report = yield* run({ account })
        assert.deepStrictEqual(report.problems, [])
        assert.deepStrictEqual(yield* verdicts, [
          "s0@x.test: missing (lookup-absent)",
          "there@x.test: present (lookup-undated)"
        ])
        assert.deepStrictEqual(yield* select("SELECT DISTINCT method FROM lookups"), [{ method: "walk" }])
      }).pipe(
        withAccount({
          account: { existing: [{ email: "somebody@x.test", contactId: "1" }], ignoredFilters: ["email"] },
          batches: [
            { batchId: "one", contacts: [...silent(1), { email: "there@x.test", becomes: "unreported" }] }
          ]
        })
      )
  )

  it.effect("uses no more calls than allowed, and continues in the next run", () =>
    Effect.gen(function* () {
      yield* load(silent(30).map(({ email }) => row(email, "one")))
      const first = yield* run({ account: { lookup: true, maxCalls: 10 } })
      assert.deepInclude(first.lookedUp, { absent: 10, left: 20 })
      assert.strictEqual((yield* contactCalls).length, 10)
      const next = yield* run({ account })
      assert.deepInclude(next.lookedUp, { absent: 20, left: 0 })
      assert.strictEqual((yield* contactCalls).length, 30)
    }).pipe(withAccount({ batches: [{ batchId: "one", contacts: silent(30) }] }))
  )

  it.effect("only plans if asked for a plan: it looks up nothing, and makes at most one call", () =>
    Effect.gen(function* () {
      yield* load(silent(60).map(({ email }) => row(email, "one")))
      yield* run()
      const before = (yield* requests).length
      const plan = yield* planOnly({ deadline: Duration.minutes(1), maxCalls: 1000 })
      assert.deepInclude(plan, { addresses: 60, method: "address", calls: 60 })
      assert.strictEqual((yield* requests).length, before + 1)
      assert.deepStrictEqual(yield* select("SELECT * FROM lookups"), [])
    }).pipe(
      withAccount({
        account: { existing: [{ email: "far@x.test", contactId: "999999" }] },
        batches: [{ batchId: "one", contacts: silent(60) }]
      })
    )
  )

  it.effect("is repeated for a batch that settled after the look-up", () =>
    Effect.gen(function* () {
      yield* load([row("s0@x.test", "one")])
      yield* run({ account })
      yield* load([row("s0@x.test", "two")], "later.csv")
      yield* run()
      assert.deepStrictEqual(yield* verdicts, [
        "s0@x.test: missing (lookup-absent)",
        "s0@x.test: unaccounted (silence)"
      ])
      yield* run({ account })
      assert.deepStrictEqual(yield* verdicts, [
        "s0@x.test: missing (lookup-absent)",
        "s0@x.test: missing (lookup-absent)"
      ])
    }).pipe(
      withAccount({
        batches: [
          { batchId: "one", contacts: silent(1) },
          { batchId: "two", contacts: silent(1) }
        ]
      })
    )
  )
})
