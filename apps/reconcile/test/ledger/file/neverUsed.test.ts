import { readdirSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { Disk, type Operations } from "../../../src/files/Disk.js"
import * as Ledger from "../../../src/ledger/Ledger.js"
import { select } from "../../support/ledger.js"
import { temporaryFolder } from "../../support/temporary.js"

const add = (batchId: string) =>
  Ledger.Ledger.use(
    (sql) => sql`INSERT INTO numbered_batches (batch_id, added_at) VALUES (${batchId}, 'now')`
  )

const batches = Effect.map(
  select<{ readonly batch_id: string }>("SELECT batch_id FROM numbered_batches ORDER BY batch"),
  (rows) => rows.map(({ batch_id }) => batch_id)
)

describe("a ledger made for a load that records nothing", () => {
  const forLoad = (file: string) => Ledger.layer(file, { keepsUnused: false })

  it.scoped("is removed with all that was beside it, also if the load failed", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const file = join(folder, "reconcile.db")
      yield* Effect.provide(batches, forLoad(file))
      assert.deepStrictEqual(readdirSync(folder), [])
      yield* Effect.flip(Effect.provide(Effect.zipRight(batches, Effect.fail("refused")), forLoad(file)))
      assert.deepStrictEqual(readdirSync(folder), [])
    })
  )

  it.scoped("stays if something was recorded, or if it was there before", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryFolder, "reconcile.db")
      yield* Effect.provide(batches, Ledger.layer(file))
      yield* Effect.provide(batches, forLoad(file))
      yield* Effect.provide(add("kept"), forLoad(file))
      assert.deepStrictEqual(yield* Effect.provide(batches, Ledger.layerReadOnly(file)), ["kept"])
      const other = join(yield* temporaryFolder, "reconcile.db")
      yield* Effect.provide(Effect.ignore(Effect.zipRight(add("kept"), Effect.fail("late"))), forLoad(other))
      assert.deepStrictEqual(yield* Effect.provide(batches, Ledger.layerReadOnly(other)), ["kept"])
    })
  )

  /** A command that has made the ledger and recorded nothing, and what ends it. */
  const aboutToEnd = (file: string) =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      yield* Layer.buildWithScope(forLoad(file), scope)
      return Scope.close(scope, Exit.void)
    })

  it.scoped("stays while another command has it open, which goes on recording in it", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryFolder, "reconcile.db")
      const end = yield* aboutToEnd(file)
      yield* Effect.provide(Effect.zipRight(end, add("kept")), Ledger.layer(file))
      assert.deepStrictEqual(yield* Effect.provide(batches, Ledger.layerReadOnly(file)), ["kept"])
    })
  )

  for (const last of [1, 2, 3, 4]) {
    it.scoped(`costs nothing that a command records which opens it meanwhile (${last})`, () =>
      Effect.gen(function* () {
        const file = join(yield* temporaryFolder, "reconcile.db")
        const end = yield* aboutToEnd(file)
        const disk = yield* Disk
        let looks = 0
        const endingMeanwhile: Operations = {
          ...disk,
          stat: (path) => {
            const stats = disk.stat(path)
            looks += path === file ? 1 : 0
            if (path === file && looks === last) Effect.runSync(end)
            return stats
          }
        }
        const adding = Effect.provide(add("kept"), Ledger.layer(file))
        yield* Effect.provideService(adding, Disk, endingMeanwhile)
        assert.isAtLeast(looks, 3)
        assert.deepStrictEqual(yield* Effect.provide(batches, Ledger.layerReadOnly(file)), ["kept"])
      })
    )
  }
})
