import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { payload } from "../../src/asSent/Sends.js"
import * as LocalContacts from "../../src/ledger/load/LocalContacts.js"
import { run, withAccount } from "../support/account.js"
import { inColumns, now, row, select } from "../support/ledger.js"

/** The most rows that one statement gives while an effect runs. */
const mostRows = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const other = new Sqlite(":memory:")
    const statements: Sqlite.Statement = Object.getPrototypeOf(other.prepare("SELECT 1"))
    other.close()
    const { all } = statements
    let most = 0
    statements.all = function (...parameters) {
      const rows = all.apply(this, parameters)
      most = Math.max(most, rows.length)
      return rows
    }
    yield* Effect.ensuring(
      effect,
      Effect.sync(() => {
        statements.all = all
      })
    )
    return most
  })

/** Checks this many batches of 20 contacts whose IDs are known. */
const checking = (number: number) => {
  const batches = Array.from({ length: number }, (_, batch) => ({
    batchId: `batch-${String(batch).padStart(3, "0")}`,
    contacts: Array.from({ length: 20 }, (_, at) => ({
      email: `c${at}@b${batch}.x.test`,
      sends: { first_name: "Ada", fields: [{ id: 12, value: "ACME" }] },
      mishaps: [{ _tag: "FieldDropped" as const, field: "12" }]
    }))
  }))
  return Effect.gen(function* () {
    for (const { batchId, contacts } of batches) {
      yield* LocalContacts.load(
        { name: `sent in ${batchId}`, rejected: () => 0, sends: () => payload },
        Stream.succeed(
          contacts.map(({ email, sends }) => ({ ...row(email, batchId), ...inColumns({ email, ...sends }) }))
        ),
        now
      )
    }
    yield* run({ account: { resolve: true } })
    const rows = yield* mostRows(run({ account: { check: { sample: 0 } } }))
    return {
      rows,
      dropped: yield* select("SELECT count(*) AS number FROM dropped_values"),
      calls: yield* select("SELECT count(*) AS number FROM looks")
    }
  }).pipe(withAccount({ account: { fields: [{ id: "12", title: "Company" }] }, batches }))
}

describe("comparing what was sent", () => {
  it.effect("reads the same few contacts at once, however many there are", () =>
    Effect.gen(function* () {
      const few = yield* checking(15)
      assert.deepStrictEqual(few.dropped, [{ number: 300 }])
      const many = yield* checking(60)
      assert.deepStrictEqual([many.dropped, many.calls], [[{ number: 1_200 }], [{ number: 12 }]])
      // Those of ten batches.
      assert.deepStrictEqual([few.rows, many.rows], [200, 200])
    })
  )
})
