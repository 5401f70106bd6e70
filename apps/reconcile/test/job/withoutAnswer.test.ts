import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { run, withAccount } from "../support/account.js"
import { load, row, select } from "../support/ledger.js"

const stages = { unset: 0, waiting: 1000, claimed: 1000, active: 60_000 }
const batch = (batchId: string) => ({ batchId, stages, contacts: [{ email: `${batchId}@x.test` }] })
const sent = (...batchIds: ReadonlyArray<string>) =>
  load(batchIds.map((batchId) => row(`${batchId}@x.test`, batchId)))

/** Each batch that gave no answer, with why, and for how many seconds. */
const withoutAnswer = ({ problems }: Effect.Effect.Success<ReturnType<typeof run>>) =>
  problems
    .flatMap((problem) =>
      "batchId" in problem
        ? [`${problem.batchId} ${problem.error} ${Math.round(problem.withoutAnswer / 1000)}`]
        : []
    )
    .sort()

const batchErrors = select<{
  readonly batch_id: string
  readonly error: string
  readonly times: number
  readonly lasts: number
}>("SELECT batch_id, error, times, ended_at IS NULL AS lasts FROM batch_errors")
const accountErrors = select("SELECT step, error, ended_at IS NULL AS lasts FROM account_errors")

const told = ({ events }: Effect.Effect.Success<ReturnType<typeof run>>) =>
  events.flatMap((event) =>
    event._tag === "TroubleBegan" || event._tag === "TroubleEnded"
      ? [`${event._tag} ${event.batchId ?? "all"}`]
      : []
  )

describe("a batch without an answer", () => {
  for (const once of [true, false]) {
    it.effect(`is not called pending if it stays silent, ${once ? "asked once" : "followed"}`, () =>
      Effect.gen(function* () {
        yield* sent("silent")
        const report = yield* run({ once, deadline: "20 seconds" })
        assert.strictEqual(report.stillOpen, 0)
        assert.deepStrictEqual(withoutAnswer(report), ["silent NoAnswer 19"])
        assert.match(report.problems[0]?.message ?? "", /^Batch silent gave no answer for 19s\./)
        assert.deepStrictEqual(yield* batchErrors, [
          { batch_id: "silent", error: "NoAnswer", times: 1, lasts: 1 }
        ])
      }).pipe(
        withAccount({
          batches: [batch("silent")],
          faults: [{ fault: { _tag: "Slow", millis: 3_600_000 } }]
        })
      )
    )

    it.effect(`is named if the rate is limited to the end, ${once ? "asked once" : "followed"}`, () =>
      Effect.gen(function* () {
        yield* sent("one", "two")
        const report = yield* run({ once, deadline: "70 seconds" })
        assert.strictEqual(report.stillOpen, 0)
        assert.deepStrictEqual(
          report.problems.map(({ error }) => error).every((error) => /RateLimited|NotAsked/.test(error)),
          true
        )
        assert.strictEqual(report.problems.length, 2)
        assert.deepStrictEqual(yield* accountErrors, [{ step: "follow", error: "RateLimited", lasts: 1 }])
        assert.deepStrictEqual(told(report), ["TroubleBegan all"])
      }).pipe(
        withAccount({
          batches: [batch("one"), batch("two")],
          faults: [{ fault: { _tag: "RateLimited", retryAfter: 30 } }]
        })
      )
    )
  }

  it.effect("is pending if it answered in the run, and named if it fell silent since", () =>
    Effect.gen(function* () {
      yield* sent("steady", "fading")
      const report = yield* run({ deadline: "50 seconds" })
      assert.strictEqual(report.stillOpen, 1)
      const [problem] = report.problems
      // It answered twice within the first seconds; the waits between polls and tries are drawn by chance.
      const [, seconds = "0"] =
        /^Batch fading has given no answer since .*Z, for (\d+)s/.exec(problem?.message ?? "") ?? []
      assert.isAtLeast(Number(seconds), 30, problem?.message)
      assert.isAtMost(Number(seconds), 50, problem?.message)
      const [error] = yield* batchErrors
      assert.deepInclude(error, { batch_id: "fading", error: "ApiUnavailable", lasts: 1 })
      assert.isAbove(error?.times ?? 0, 5)
    }).pipe(
      withAccount({
        batches: [batch("steady"), batch("fading")],
        faults: [
          { on: { batchId: "fading", calls: { from: 3 } }, fault: { _tag: "Unavailable", status: 500 } }
        ]
      })
    )
  )

  it.effect("is not called pending if the run ended before its turn", () =>
    Effect.gen(function* () {
      const names = Array.from({ length: 12 }, (_, index) => `b${index}`)
      yield* sent(...names)
      const report = yield* run({ once: true, deadline: "2 seconds" })
      assert.strictEqual(report.stillOpen + report.problems.length, 12)
      assert.isAbove(report.problems.length, 0)
      assert.isTrue(report.problems.every(({ error }) => error === "NotAsked"))
      assert.deepStrictEqual(yield* batchErrors, [])
    }).pipe(withAccount({ batches: Array.from({ length: 12 }, (_, index) => batch(`b${index}`)) }))
  )
})

describe("an error", () => {
  it.effect("of all batches is reported once when it begins and once when it ends, and is one row", () =>
    Effect.gen(function* () {
      const names = Array.from({ length: 8 }, (_, index) => `b${index}`)
      yield* sent(...names)
      yield* select("UPDATE numbered_batches SET added_at = '2031-04-02T08:00:00.000Z'")
      const report = yield* run()
      assert.strictEqual(report.settled.length, 8)
      assert.deepStrictEqual(told(report), ["TroubleBegan all", "TroubleEnded all"])
      assert.deepStrictEqual(yield* batchErrors, [])
      assert.deepStrictEqual(
        yield* select(
          "SELECT step, error, times > 100 AS many, ended_at > first_at AS ended FROM account_errors"
        ),
        [{ step: "follow", error: "ApiUnavailable", many: 1, ended: 1 }]
      )
      assert.deepStrictEqual(
        yield* select("SELECT DISTINCT batch_id FROM batch_timeline WHERE error IS NOT NULL"),
        names.map((batch_id) => ({ batch_id }))
      )
    }).pipe(
      withAccount({
        batches: Array.from({ length: 8 }, (_, index) => batch(`b${index}`)),
        faults: [{ on: { calls: { from: 17, to: 200 } }, fault: { _tag: "Reset" } }]
      })
    )
  )

  it.effect("of one batch while others answer is its own: one row, reported once", () =>
    Effect.gen(function* () {
      yield* sent("odd", "fine")
      const report = yield* run({ deadline: "2 minutes" })
      assert.deepStrictEqual(
        report.settled.map(({ batchId }) => batchId),
        ["fine"]
      )
      assert.deepStrictEqual(told(report), ["TroubleBegan odd"])
      assert.strictEqual((yield* batchErrors).length, 1)
      assert.deepStrictEqual(yield* accountErrors, [])
    }).pipe(
      withAccount({
        batches: [batch("odd"), batch("fine")],
        faults: [{ on: { batchId: "odd" }, fault: { _tag: "Unavailable", status: 500 } }]
      })
    )
  )

  it.effect("that lasts over several runs stays one row, and ends with the next answer", () =>
    Effect.gen(function* () {
      yield* sent("one")
      yield* run({ once: true })
      yield* run({ once: true })
      assert.deepStrictEqual(yield* batchErrors, [
        { batch_id: "one", error: "ApiUnavailable", times: 12, lasts: 1 }
      ])
      yield* run({ once: true })
      assert.deepStrictEqual(yield* batchErrors, [
        { batch_id: "one", error: "ApiUnavailable", times: 12, lasts: 0 }
      ])
    }).pipe(
      withAccount({
        batches: [batch("one")],
        faults: [{ on: { calls: { from: 1, to: 12 } }, fault: { _tag: "Unavailable", status: 500 } }]
      })
    )
  )

  it.effect("that passes within seconds is neither reported nor recorded", () =>
    Effect.gen(function* () {
      yield* sent("one")
      const report = yield* run()
      assert.strictEqual(report.settled.length, 1)
      assert.deepStrictEqual(told(report), [])
      assert.deepStrictEqual(yield* batchErrors, [])
    }).pipe(
      withAccount({
        batches: [batch("one")],
        faults: [{ on: { calls: [1, 2] }, fault: { _tag: "Reset" } }]
      })
    )
  )
})
