import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { BatchId } from "effect-activecampaign/BatchId"
import * as ImportAnswer from "effect-activecampaign/ImportAnswer"
import * as Answers from "../../../src/ledger/facts/Answers.js"
import * as Batches from "../../../src/ledger/facts/Batches.js"
import * as Runs from "../../../src/ledger/facts/Runs.js"
import * as Ledger from "../../../src/ledger/Ledger.js"
import * as Reports from "../../../src/ledger/reports/Reports.js"
import { readReport } from "../../../src/report/readReport.js"
import { select } from "../../support/ledger.js"
import { run, withAccount } from "../../support/account.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))

const began = DateTime.unsafeMake("2031-04-02T08:00:00Z")
const at = (minutes: number) => DateTime.formatIso(DateTime.add(began, { minutes }))

const add = (batchId: string, minutes = 0) =>
  Batches.add([BatchId.make(batchId)], { addedAt: at(minutes), submittedAt: at(minutes) })

const answer = (batchId: string, status: "waiting" | "active" | "completed", minutes: number) =>
  Answers.record({
    batchId: BatchId.make(batchId),
    answer: ImportAnswer.make(status, {}),
    receivedAt: DateTime.add(began, { minutes }),
    body: JSON.stringify({ status })
  })

/** A run that asked about open batches and ended then. */
const asked = (minutes: number) =>
  Effect.gen(function* () {
    const id = yield* Runs.start(at(minutes), 1)
    yield* Runs.finish(id, {
      finishedAt: at(minutes),
      answers: 0,
      settled: 0,
      errors: 0,
      resolved: 0,
      lookedUp: 0
    })
  })

/** Batches that were active for this long, one after the other. */
const history = (minutes: ReadonlyArray<number>) =>
  Effect.forEach(minutes, (time, index) =>
    Effect.gen(function* () {
      yield* add(`done-${index}`)
      yield* answer(`done-${index}`, "active", 1)
      yield* answer(`done-${index}`, "completed", 1 + time)
    })
  )

const stalledAfter = (minutes: number) =>
  Effect.gen(function* () {
    yield* asked(minutes)
    return (yield* Reports.stalled).map(({ batch_id }) => batch_id)
  })

describe("a stalled batch", () => {
  it.effect("is named by the report", () =>
    Effect.gen(function* () {
      yield* add("open")
      yield* answer("open", "active", 0)
      yield* asked(23 * 60)
      const concerns = Effect.map(
        readReport("./reconcile.db", { limits: { contacts: 1, batches: 1, findings: 1 } }),
        ({ concerns }) => concerns.filter(({ name }) => name === "stalled")
      )
      assert.deepStrictEqual(yield* concerns, [])
      yield* asked(25 * 60)
      const [stalled] = yield* concerns
      assert.deepInclude(stalled, { about: "batches", count: 1, examples: ["open"] })
    }).pipe(inMemory)
  )

  it.effect("is one that stays in its status 4 times as long as 9 of 10 others, once that is known", () =>
    Effect.gen(function* () {
      // One that took days does not count among nine of ten.
      yield* history([30, 31, 32, 33, 34, 35, 36, 37, 38, 5000])
      yield* add("open")
      yield* answer("open", "waiting", 0)
      yield* answer("open", "active", 100)
      assert.deepStrictEqual(yield* stalledAfter(100 + 4 * 38), [])
      assert.deepStrictEqual(yield* stalledAfter(101 + 4 * 38), ["open"])
      const rows = yield* select("SELECT * FROM stalled_batches")
      assert.deepStrictEqual(rows, [
        {
          batch_id: "open",
          status: "active",
          since: at(0),
          status_since: at(100),
          usual_seconds: 38 * 60,
          stalled_at: at(100 + 4 * 38),
          seconds: (1 + 4 * 38) * 60
        }
      ])
    }).pipe(inMemory)
  )

  it.effect("is none within an hour, however fast the others were", () =>
    Effect.gen(function* () {
      yield* history(Array.from({ length: 20 }, () => 0))
      yield* add("open")
      yield* answer("open", "active", 0)
      assert.deepStrictEqual(yield* stalledAfter(60), [])
      assert.deepStrictEqual(yield* stalledAfter(61), ["open"])
    }).pipe(inMemory)
  )

  it.effect("is none within a day, as long as fewer than 10 others were seen in its status", () =>
    Effect.gen(function* () {
      yield* history(Array.from({ length: 9 }, () => 1))
      yield* add("open")
      yield* answer("open", "active", 0)
      assert.deepStrictEqual(yield* stalledAfter(1440), [])
      assert.deepStrictEqual(yield* stalledAfter(1441), ["open"])
    }).pipe(inMemory)
  )

  it.effect("is judged when the account was last asked, and is over once the batch settles", () =>
    Effect.gen(function* () {
      yield* add("open")
      yield* add("never-asked")
      yield* answer("open", "active", 0)
      assert.deepStrictEqual(yield* Reports.stalled, [])
      assert.deepStrictEqual(yield* stalledAfter(60), [])
      assert.deepStrictEqual(yield* stalledAfter(3000), ["open"])
      yield* answer("open", "completed", 3001)
      assert.deepStrictEqual(yield* Reports.stalled, [])
    }).pipe(inMemory)
  )

  it.effect("is found by passes of half a day, and one that settles in between is not", () =>
    Effect.gen(function* () {
      const batch = (batchId: string, ends: "completed" | "never") => ({
        batchId,
        ends,
        stages: { unset: 500, waiting: 500, claimed: 500, active: 60_000 },
        contacts: [{ email: `${batchId}@example.test` }]
      })
      const ids = ["well", "stuck"].map((id) => BatchId.make(id))
      const seen = yield* Effect.gen(function* () {
        yield* Batches.add(ids, { addedAt: DateTime.formatIso(yield* DateTime.now) })
        const stalled: Array<ReadonlyArray<string>> = []
        for (let pass = 0; pass < 4; pass++) {
          yield* run({ once: true })
          stalled.push((yield* Reports.stalled).map(({ batch_id }) => batch_id))
          yield* Effect.sleep("13 hours")
        }
        return stalled
      }).pipe(withAccount({ batches: [batch("well", "completed"), batch("stuck", "never")] }))
      assert.deepStrictEqual(seen, [[], [], [], ["stuck"]])
    })
  )
})
