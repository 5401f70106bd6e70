import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { requests } from "effect-activecampaign-simulator/Simulator"
import { allUnknown } from "../../src/ledger/facts/Links.js"
import { run, withAccount } from "../support/account.js"
import { findings, load, row, select, verdicts } from "../support/ledger.js"

const account = { resolve: true }

const calls = (path: string) =>
  Effect.map(requests, (all) => all.filter(({ url }) => decodeURIComponent(url).includes(path)).length)

const manyContacts = Array.from({ length: 250 }, (_, index) => ({ email: `c${index}@x.test` }))

describe("resolving", () => {
  it.effect("replaces counting by the contact's own ID, and records its source", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "one"), row("b@x.test", "one")])
      yield* run()
      assert.include(yield* verdicts, "a@x.test: imported (count)")
      const { resolved } = yield* run({ account })
      assert.deepStrictEqual(resolved, { linked: 1, gone: 0, left: 0 })
      assert.deepStrictEqual(yield* verdicts, ["a@x.test: imported (id)", "b@x.test: rejected (failure)"])
      assert.deepStrictEqual(yield* select("SELECT email_key, contact_id, learnt_from FROM contact_ids"), [
        { email_key: "a@x.test", contact_id: "1001", learnt_from: "resolve" }
      ])
      assert.deepStrictEqual(
        yield* select(
          "SELECT email, own_contact_id, contact_id, learnt_from FROM local_contact_ids ORDER BY email"
        ),
        [
          { email: "a@x.test", own_contact_id: null, contact_id: "1001", learnt_from: "resolve" },
          { email: "b@x.test", own_contact_id: null, contact_id: null, learnt_from: null }
        ]
      )
    }).pipe(
      withAccount({
        batches: [
          { batchId: "one", contacts: [{ email: "a@x.test" }, { email: "b@x.test", becomes: "rejected" }] }
        ]
      })
    )
  )

  it.effect("asks for 100 IDs in each call, and never again for known ones", () =>
    Effect.gen(function* () {
      yield* load(manyContacts.map(({ email }) => row(email, "big")))
      yield* run({ account })
      assert.strictEqual(yield* calls("/contacts?"), 3)
      assert.strictEqual((yield* run({ account })).resolved, null)
      assert.strictEqual(yield* calls("/contacts?"), 3)
    }).pipe(withAccount({ batches: [{ batchId: "big", contacts: manyContacts }] }))
  )

  it.effect("reads any number of IDs from an index", () =>
    Effect.gen(function* () {
      const plan = yield* select<{ readonly detail: string }>(`EXPLAIN QUERY PLAN ${allUnknown}`)
      const steps = plan.map(({ detail }) => detail)
      assert.include(steps[0], "SCAN x USING COVERING INDEX unmatched_ids_by_contact_id")
      assert.notInclude(steps.join("\n"), "TEMP B-TREE")
    }).pipe(withAccount({}))
  )

  it.effect("stops when its calls are used up, and the next run continues", () =>
    Effect.gen(function* () {
      yield* load(manyContacts.map(({ email }) => row(email, "big")))
      const first = (yield* run({ account: { resolve: true, maxCalls: 2 } })).resolved
      assert.include([150, 200], first?.linked)
      const left = 250 - (first?.linked ?? 0)
      assert.deepInclude(first, { gone: 0, left })
      assert.deepStrictEqual((yield* run({ account })).resolved, { linked: left, gone: 0, left: 0 })
    }).pipe(withAccount({ batches: [{ batchId: "big", contacts: manyContacts }] }))
  )

  it.effect("asks one by one if the account ignores the ID filter, and never uses another contact", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "one"), row("b@x.test", "one")])
      const report = yield* run({ account })
      assert.deepStrictEqual(report.problems, [])
      assert.deepStrictEqual(yield* verdicts, ["a@x.test: imported (id)", "b@x.test: imported (id)"])
      assert.deepStrictEqual(yield* select("SELECT contact_id FROM links WHERE email_key = 'z@x.test'"), [])
    }).pipe(
      withAccount({
        account: { existing: [{ email: "z@x.test", contactId: "1" }], ignoredFilters: ["ids[]"] },
        batches: [{ batchId: "one", contacts: [{ email: "a@x.test" }, { email: "b@x.test" }] }]
      })
    )
  )

  it.effect("keeps what it found one by one before its time is up", () =>
    Effect.gen(function* () {
      yield* load(manyContacts.map(({ email }) => row(email, "big")))
      yield* run()
      const { resolved } = yield* run({ account, deadline: "20 seconds" })
      assert.isAbove(resolved?.linked ?? 0, 10)
      assert.strictEqual(resolved?.left, 250 - (resolved?.linked ?? 0))
    }).pipe(
      withAccount(
        {
          account: { existing: [{ email: "z@x.test", contactId: "1" }], ignoredFilters: ["ids[]"] },
          batches: [{ batchId: "big", contacts: manyContacts }]
        },
        { requestsPerSecond: 1 }
      )
    )
  )

  it.effect("detects a wrong count, and reports the changed outcome", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "one"), row("b@x.test", "one")])
      yield* run()
      assert.deepStrictEqual(yield* verdicts, ["a@x.test: imported (count)", "b@x.test: imported (count)"])
      yield* run({ account })
      assert.deepStrictEqual(yield* verdicts, ["a@x.test: imported (id)", "b@x.test: unaccounted (silence)"])
      assert.deepStrictEqual(yield* findings, ["count-refuted: one", "unmatched-success: 77"])
      assert.deepStrictEqual(
        yield* select("SELECT email, outcome_before, outcome_after, change FROM changes_since_last_run"),
        [{ email: "b@x.test", outcome_before: "imported", outcome_after: "unaccounted", change: "lost" }]
      )
    }).pipe(
      withAccount({
        batches: [
          {
            batchId: "one",
            contacts: [{ email: "a@x.test" }, { email: "b@x.test", becomes: "silent" }],
            strangers: { success: ["77"] }
          }
        ]
      })
    )
  )

  it.effect("keeps IDs that are gone from the account, and draws no conclusion from counts with them", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "one"), row("b@x.test", "one")])
      assert.deepStrictEqual((yield* run({ account })).resolved, { linked: 1, gone: 1, left: 0 })
      assert.deepStrictEqual(yield* verdicts, ["a@x.test: imported (id)", "b@x.test: unaccounted (silence)"])
      assert.deepStrictEqual(yield* select("SELECT gone_successes FROM batch_overview"), [
        { gone_successes: 1 }
      ])
    }).pipe(
      withAccount({
        batches: [
          {
            batchId: "one",
            contacts: [{ email: "a@x.test" }, { email: "b@x.test", deletedAfterwards: true }]
          }
        ]
      })
    )
  )

  it.effect("reports and records an error that outlasts the retries, and continues the run", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "one")])
      const report = yield* run({ account })
      assert.deepStrictEqual(
        report.problems.map((problem) => ("step" in problem ? [problem.step, problem.error] : [])),
        [["resolve", "ContractBroken"]]
      )
      assert.deepStrictEqual(yield* select("SELECT step, error FROM account_errors"), [
        { step: "resolve", error: "ContractBroken" }
      ])
      assert.deepStrictEqual(yield* verdicts, ["a@x.test: imported (count)"])
    }).pipe(
      withAccount({
        batches: [{ batchId: "one", contacts: [{ email: "a@x.test" }] }],
        faults: [{ on: { endpoint: "contacts" }, fault: { _tag: "HtmlWith200" } }]
      })
    )
  )
})
