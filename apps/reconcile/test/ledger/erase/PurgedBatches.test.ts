import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { BatchId } from "effect-activecampaign/BatchId"
import { rebuild, reconcileStale } from "../../../src/ledger/conclusions/Reconciliation.js"
import { purge } from "../../../src/ledger/erase/Purge.js"
import * as Batches from "../../../src/ledger/facts/Batches.js"
import { row, select } from "../../support/ledger.js"
import {
  inMemory,
  old,
  recent,
  times,
  loadAt,
  answerAt,
  lookUpAt,
  batchesLeft,
  useless,
  nothingUseless
} from "../../support/purging.js"

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
