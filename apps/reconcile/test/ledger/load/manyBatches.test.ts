import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import * as Ledger from "../../../src/ledger/Ledger.js"
import { markAllStale, rebuild, reconcileStale } from "../../../src/ledger/conclusions/Reconciliation.js"
import { answer, conclusions, load, row, select } from "../../support/ledger.js"
import { temporaryFolder } from "../../support/temporary.js"

const batches = Array.from({ length: 520 }, (_, index) => `b${index}`)

/** Another process writes once the first batches were decided. */
const writingBetween = (file: string, write: string) =>
  Effect.map(Ledger.Ledger, (service): Ledger.Service => {
    let writes = [write]
    const between = Effect.sync(() => {
      const other = new Sqlite(file)
      for (const statements of writes) other.exec(statements)
      writes = []
      other.close()
    })
    return {
      ...service,
      transactUnchecked: (effect) => Effect.zipLeft(service.transactUnchecked(effect), between)
    }
  })

const linkOf = (id: string) =>
  `INSERT INTO id_links VALUES ('${id}', 9999, NULL, 'resolve', '2031-04-02T08:15:00.000Z')`

const linkMoved = (id: string) =>
  `INSERT INTO addresses (address_id, email_key) VALUES (9999, 'moved@x.test'); ${linkOf(id)}`

describe("many batches at once", () => {
  it.scoped("are also decided by what another process writes meanwhile", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryFolder, "ledger.db")
      yield* Effect.gen(function* () {
        yield* load(batches.map((batchId, index) => row(`c${index}@x.test`, batchId, String(index))))
        yield* answer("b99", "completed", { success: ["99", "1"], failure: [] })
        yield* markAllStale
        yield* Effect.provideServiceEffect(
          reconcileStale(),
          Ledger.Ledger,
          writingBetween(
            file,
            `${linkMoved("99")};
             INSERT INTO stale_marks SELECT batch FROM numbered_batches WHERE batch_id = 'b99' ON CONFLICT DO NOTHING`
          )
        )
        assert.deepStrictEqual(yield* select("SELECT contact_id FROM links"), [{ contact_id: "99" }])
        assert.deepStrictEqual(yield* select("SELECT * FROM stale_batches"), [])
        assert.deepStrictEqual(yield* select("PRAGMA foreign_key_check"), [])
        const stands = yield* conclusions
        yield* rebuild
        assert.deepStrictEqual(stands, yield* conclusions)
      }).pipe(Effect.provide(Ledger.layer(file)))
    })
  )

  it.effect("give the same conclusions as each by itself, even about IDs with several addresses", () =>
    Effect.gen(function* () {
      yield* load(batches.map((batchId, index) => row(`c${index}@x.test`, batchId, String(index))))
      yield* load([row("other@x.test", null, "7"), row("c9@x.test", null, "10009")], "crm.csv")
      yield* select("INSERT INTO addresses (address_id, email_key) VALUES (9999, 'moved@x.test')")
      yield* select(linkOf("8"))
      for (const [index, batchId] of batches.entries()) {
        const success = index === 9 ? ["9", "10009"] : [String(index)]
        yield* answer(batchId, "completed", {
          success,
          failure: index % 50 === 1 ? [`c${index}@x.test`] : []
        })
      }
      const oneByOne = yield* conclusions
      assert.deepStrictEqual(
        oneByOne.findings.map(({ finding, subject }) => `${finding} ${subject}`),
        ["count-refuted b7", "id-conflict 7", "count-refuted b8", "id-conflict 8", "id-conflict c9@x.test"]
      )
      assert.deepStrictEqual(yield* rebuild, { batches: batches.length, changed: 0 })
      assert.deepStrictEqual(yield* conclusions, oneByOne)
    }).pipe(Effect.provide(Ledger.layer(":memory:")))
  )
})
