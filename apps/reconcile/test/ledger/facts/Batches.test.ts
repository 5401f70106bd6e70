import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { BatchId } from "effect-activecampaign/BatchId"
import * as Batches from "../../../src/ledger/facts/Batches.js"
import * as Ledger from "../../../src/ledger/Ledger.js"
import { rebuild } from "../../../src/ledger/conclusions/Reconciliation.js"
import { answer, load, now, row, select, verdicts } from "../../support/ledger.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))

describe("a second time of submission", () => {
  const at = "2031-04-02T09:00:00.000Z"
  const later = "2031-04-05T09:00:00.000Z"

  it.effect("replaces the first, says so, and looked-up contacts are decided again", () =>
    Effect.gen(function* () {
      const add = (submittedAt: string) =>
        Batches.add([BatchId.make("b"), BatchId.make("c")], { addedAt: now, submittedAt })
      yield* load([row("a@x.test", "b")])
      assert.deepStrictEqual((yield* add(later)).resubmitted, [])
      yield* answer("b", "completed", { success: [], failure: [] })
      yield* select(`INSERT INTO address_lookups (address_id, asked_at, after_answer_id, method, contact_id, found_email, created_at, deleted)
        VALUES (1, '2031-04-06T00:00:00.000Z', 1, 'address', '7', 'a@x.test', '2031-04-03T00:00:00.000Z', 0)`)
      yield* rebuild
      assert.deepStrictEqual(yield* verdicts, ["a@x.test: present (lookup-older)"])
      assert.deepStrictEqual((yield* add(at)).resubmitted, [{ before: later, after: at, batches: 2 }])
      assert.deepStrictEqual(yield* verdicts, ["a@x.test: present (lookup-created)"])
      assert.deepStrictEqual((yield* add(at)).resubmitted, [])
      assert.deepStrictEqual(yield* select("SELECT * FROM stale_batches"), [])
    }).pipe(inMemory)
  )
})

describe("batches whose IDs differ only in letter case", () => {
  it.effect("are reported within one load, and between a load and the file", () =>
    Effect.gen(function* () {
      const first = yield* load([row("a@x.test", "5B1F"), row("b@x.test", "5b1f")])
      assert.deepStrictEqual(first.caseTwins, [["5B1F", "5b1f"]])
      const second = yield* load([row("a@x.test", "5b1F"), row("a@x.test", "other")], "two.csv")
      assert.deepStrictEqual(second.caseTwins, [
        ["5b1F", "5B1F"],
        ["5b1F", "5b1f"]
      ])
      assert.deepStrictEqual((yield* load([row("a@x.test", "other")], "three.csv")).caseTwins, [])
    }).pipe(inMemory)
  )
})
