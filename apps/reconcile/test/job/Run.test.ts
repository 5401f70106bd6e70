import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { requests } from "effect-activecampaign-simulator/Simulator"
import { run, withAccount } from "../support/account.js"
import { load, row, select, verdicts } from "../support/ledger.js"

const stages = { unset: 1000, waiting: 2000, claimed: 1000, active: 5000 }
const clean = (batchId: string, ...emails: ReadonlyArray<string>) => ({
  batchId,
  stages,
  contacts: emails.map((email) => ({ email }))
})

describe("a run", () => {
  it.effect("follows every open batch until it settles, and decides each contact", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "one"), row("c@x.test", "two"), row("d@x.test", "two")])
      const report = yield* run()
      assert.deepStrictEqual(report.settled.map(({ batchId, status }) => `${batchId} ${status}`).sort(), [
        "one completed",
        "two interrupted"
      ])
      assert.strictEqual(report.stillOpen, 0)
      assert.deepStrictEqual(report.problems, [])
      assert.deepStrictEqual(yield* verdicts, [
        "a@x.test: imported (count)",
        "c@x.test: unaccounted (silence)",
        "d@x.test: unaccounted (silence)"
      ])
      assert.deepStrictEqual(
        yield* select("SELECT status FROM batch_answers WHERE batch_id = 'one' ORDER BY sequence"),
        ["waiting", "claimed", "active", "completed"].map((status) => ({ status }))
      )
    }).pipe(
      withAccount({
        batches: [
          clean("one", "a@x.test"),
          { ...clean("two", "c@x.test", "d@x.test"), ends: "interrupted", processed: 0 }
        ]
      })
    )
  )

  it.effect("asks nothing if every batch has settled", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "one")])
      yield* run()
      const before = (yield* requests).length
      const again = yield* run()
      assert.strictEqual(again.open, 0)
      assert.strictEqual((yield* requests).length, before)
      assert.deepStrictEqual(
        yield* select(
          "SELECT open_batches, settled, finished_at IS NOT NULL AS finished FROM reconcile_runs"
        ),
        [{ open_batches: 1, settled: 1, finished: 1 }]
      )
    }).pipe(withAccount({ batches: [clean("one", "a@x.test")] }))
  )

  it.effect("with --once asks once about each open batch, and leaves the rest to the next run", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "one"), row("c@x.test", "two")])
      const report = yield* run({ once: true })
      assert.strictEqual(report.stillOpen, 2)
      assert.strictEqual((yield* requests).length, 2)
      assert.deepStrictEqual(yield* verdicts, [
        "a@x.test: pending (unsettled)",
        "c@x.test: pending (unsettled)"
      ])
    }).pipe(withAccount({ batches: [clean("one", "a@x.test"), clean("two", "c@x.test")] }))
  )

  it.effect("ends at its deadline with what is still running, and the next run continues", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "quick"), row("c@x.test", "slow")])
      const first = yield* run({ deadline: "1 minute" })
      assert.deepStrictEqual(
        first.settled.map(({ batchId }) => batchId),
        ["quick"]
      )
      assert.strictEqual(first.stillOpen, 1)
      assert.deepStrictEqual(first.problems, [])
      const second = yield* run()
      assert.deepStrictEqual(
        second.settled.map(({ batchId }) => batchId),
        ["slow"]
      )
    }).pipe(
      withAccount({
        batches: [
          clean("quick", "a@x.test"),
          { ...clean("slow", "c@x.test"), stages: { ...stages, active: 600_000 } }
        ]
      })
    )
  )

  it.effect("stays within the account's rate with any number of open batches", () =>
    Effect.gen(function* () {
      yield* load(Array.from({ length: 60 }, (_, index) => row(`c${index}@x.test`, `b${index}`)))
      const report = yield* run()
      assert.strictEqual(report.settled.length, 60)
      assert.isFalse((yield* requests).some(({ status }) => status._tag === "Some" && status.value === 429))
    }).pipe(
      withAccount({
        batches: Array.from({ length: 60 }, (_, index) => clean(`b${index}`, `c${index}@x.test`))
      })
    )
  )

  it.effect("records and names one batch's error, and continues", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "fine"), row("c@x.test", "odd"), row("d@x.test", "gone")])
      const report = yield* run({ deadline: "5 minutes" })
      assert.deepStrictEqual(
        report.settled.map(({ batchId }) => batchId),
        ["fine"]
      )
      assert.deepStrictEqual(
        report.problems
          .map((problem) => `${"batchId" in problem ? problem.batchId : problem.step} ${problem.error}`)
          .sort(),
        ["gone UnknownBatch", "odd ContractBroken"]
      )
      assert.deepStrictEqual(
        yield* select("SELECT DISTINCT batch_id, error FROM batch_errors ORDER BY batch_id"),
        [
          { batch_id: "gone", error: "UnknownBatch" },
          { batch_id: "odd", error: "ContractBroken" }
        ]
      )
      assert.include(yield* verdicts, "a@x.test: imported (count)")
    }).pipe(
      withAccount({
        batches: [clean("fine", "a@x.test"), clean("odd", "c@x.test")],
        faults: [{ on: { batchId: "odd" }, fault: { _tag: "WrongShape" } }]
      })
    )
  )

  it.effect("asks about a batch again after a passing error", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "one")])
      const report = yield* run()
      assert.deepStrictEqual(
        report.settled.map(({ batchId }) => batchId),
        ["one"]
      )
      assert.deepStrictEqual(yield* select("SELECT error FROM batch_errors"), [{ error: "ApiUnavailable" }])
    }).pipe(
      withAccount({
        batches: [clean("one", "a@x.test")],
        faults: [{ on: { calls: { from: 2, to: 8 } }, fault: { _tag: "Unavailable", status: 502 } }]
      })
    )
  )

  it.effect("ends at a refused token, and leaves no trace", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "one")])
      const error = yield* Effect.flip(run())
      assert.strictEqual(error._tag, "AuthenticationFailed")
      assert.notInclude(error.message, "wrong-token")
      for (const table of ["accounts", "reconcile_runs", "batch_answers", "batch_errors"]) {
        assert.deepStrictEqual(yield* select(`SELECT * FROM ${table}`), [])
      }
    }).pipe(withAccount({ batches: [clean("one", "a@x.test")] }, { apiToken: "wrong-token" }))
  )

  it.effect("refuses the file of another account, before asking anything", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "one")])
      yield* select(
        "INSERT INTO accounts VALUES (1, 'https://other.api-us1.com/api/3', '2031-04-02T08:15:00.000Z')"
      )
      const error = yield* Effect.flip(run())
      assert.strictEqual(error._tag, "LedgerError")
      assert.include(error.message, "https://other.api-us1.com/api/3")
      assert.strictEqual((yield* requests).length, 0)
    }).pipe(withAccount({ batches: [clean("one", "a@x.test")] }))
  )

  it.effect("with --once, several times, finds out that a batch is unknown", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "mistyped")])
      const first = yield* run({ once: true })
      assert.deepStrictEqual(first.problems, [])
      yield* Effect.sleep("5 minutes")
      const second = yield* run({ once: true })
      // One long time may be a clock that was set.
      assert.deepStrictEqual(second.problems, [])
      yield* Effect.sleep("5 minutes")
      const third = yield* run({ once: true })
      assert.deepStrictEqual(
        third.problems.map(({ error }) => error),
        ["UnknownBatch"]
      )
    }).pipe(withAccount({ batches: [] }))
  )

  it.effect("that ends because the token is refused half-way records why", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "one")])
      const error = yield* Effect.flip(run())
      assert.strictEqual(error._tag, "AuthenticationFailed")
      assert.deepStrictEqual(yield* select("SELECT batch_id, error FROM batch_errors"), [
        { batch_id: "one", error: "AuthenticationFailed" }
      ])
      assert.deepStrictEqual(
        yield* select("SELECT errors, finished_at IS NOT NULL AS finished FROM reconcile_runs"),
        [{ errors: 1, finished: 1 }]
      )
    }).pipe(
      withAccount({
        batches: [clean("one", "a@x.test")],
        faults: [
          { on: { calls: { from: 2 } }, fault: { _tag: "Forbidden" } },
          { on: { endpoint: "contacts" }, fault: { _tag: "Forbidden" } }
        ]
      })
    )
  )
})
