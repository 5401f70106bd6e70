import { assert, describe, it } from "@effect/vitest"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { Ledger } from "../../src/ledger/Ledger.js"
import { run, withAccount } from "../support/account.js"
import { select } from "../support/ledger.js"
import { type Account, asked, type Batch, calls, fields, glance, loadSent, many } from "./support/checks.js"

describe("contacts whose answer did not have all that was sent", () => {
  const unread = Effect.gen(function* () {
    const { sql } = yield* Ledger
    yield* sql`UPDATE contact_looks SET unseen = 'field tag'`
    yield* sql`UPDATE value_counts SET unseen = not_checked + same, not_checked = not_checked + same, same = 0 WHERE member_id IN (SELECT member_id FROM sent_members WHERE kind IN ('field', 'tag'))`
  })

  it.effect("asks again for contacts whose answer lacked something, and goes on if it comes", () =>
    Effect.gen(function* () {
      yield* loadSent(many)
      yield* run({ account: asked })
      yield* unread
      const before = yield* calls("/contacts?")
      const { checked } = yield* run({ account: { check: { sample: 0 } } })
      assert.deepInclude(checked, { looked: 250, left: 0, unseen: 0 })
      assert.strictEqual((yield* calls("/contacts?")) - before, 3)
      assert.include(yield* glance, "field 12 250 250 0 0 0 0")
      assert.isNull((yield* run({ account: { check: { sample: 0 } } })).checked)
    }).pipe(withAccount({ account: { fields }, batches: many }))
  )

  it.effect("asks for one page of them a run, and for no names, if it does not come", () =>
    Effect.gen(function* () {
      yield* loadSent(many)
      yield* run({ account: asked })
      const names = yield* calls("/fields")
      for (const again of ["all", "probe", "probe"] as const) {
        const before = yield* calls("/contacts?")
        const { checked } = yield* run({ account: { check: { sample: 0, again } } })
        assert.deepInclude(checked, { looked: 0, left: 0, unseen: 250, sideloading: "ignored" })
        assert.strictEqual((yield* calls("/contacts?")) - before, 1)
      }
      assert.strictEqual(yield* calls("/fields"), names)
      // Each page is of those asked for longest ago.
      const old = yield* select("SELECT count(*) AS old FROM contact_looks WHERE look_id <= 3")
      assert.deepStrictEqual(old, [{ old: 0 }])
    }).pipe(withAccount({ account: { fields, include: { effect: "ignored" } }, batches: many }))
  )

  for (const as of ["strangers", "half-broken", "cut", "empty"] as const) {
    it.effect(`asks again for contacts of which answers showed only some, as with ${as}`, () =>
      Effect.gen(function* () {
        const folder = yield* Effect.sync(() => mkdtempSync(join(tmpdir(), "check-")))
        const db = join(folder, "ledger.db")
        const withAs = (include: NonNullable<Account["include"]>) =>
          withAccount({ account: { fields, include }, batches: many }, { db })
        const unseen = Effect.map(
          select<{ readonly unseen: number }>("SELECT sum(unseen) AS unseen FROM value_counts"),
          ([row]) => row?.unseen ?? 0
        )
        yield* Effect.gen(function* () {
          yield* loadSent(many)
          yield* run({ account: asked })
          assert.isAbove(yield* unseen, 100)
          // A run asks for one page of them, and for more only if that shows more.
          const before = yield* calls("/contacts?")
          yield* run({ account: asked })
          const made = (yield* calls("/contacts?")) - before
          if (as === "strangers" || as === "empty") assert.strictEqual(made, 1)
          else assert.isAbove(made, 0)
        }).pipe(withAs({ as }))
        yield* Effect.gen(function* () {
          // Its batch has settled by then.
          yield* Effect.sleep("1 hour")
          const { checked } = yield* run({ account: { check: { sample: 0, again: "all" } } })
          assert.deepInclude(checked, { left: 0, unseen: 0 })
          // They are read again before anything new is compared.
          assert.strictEqual(yield* calls("/fields"), 1)
          assert.strictEqual(yield* unseen, 0)
          for (const member of ["field 12", "field 13", "first_name ", "tag vip"]) {
            assert.include(yield* glance, `${member} 250 250 0 0 0 0`)
          }
        }).pipe(withAs({}))
        yield* Effect.sync(() => rmSync(folder, { recursive: true }))
      })
    )
  }

  for (const include of [{ as: "null" }, { takes: 45_000 }] as const) {
    it.effect(`counts contacts of which only names were compared, with ${JSON.stringify(include)}`, () =>
      Effect.gen(function* () {
        yield* loadSent(many)
        yield* run({ account: { resolve: true, lookup: true } })
        const { checked } = yield* run({ account: { check: { sample: 0, again: "all" } } })
        // Though answers are known to lack the rest, these can be compared.
        assert.deepInclude(checked, { looked: 250, gone: 0, left: 0, unseen: 250 })
        assert.include(yield* glance, "first_name  250 250 0 0 0 0")
        assert.strictEqual((yield* run({ account: { check: { sample: 0 } } })).checked?.looked, 0)
      }).pipe(withAccount({ account: { fields, include }, batches: many }))
    )
  }

  it.effect("asks once answers lack fields only for contacts with names or phone numbers to compare", () => {
    const unnamed = Array.from({ length: 250 }, (_, at) => ({
      email: `u${at}@x.test`,
      sends: { fields: [{ id: 12, value: "ACME" }], tags: ["vip"] }
    }))
    const batches: ReadonlyArray<Batch> = [{ batchId: "a-unnamed", contacts: unnamed }, ...many]
    return Effect.gen(function* () {
      yield* loadSent(batches)
      yield* run({ account: { resolve: true, lookup: true } })
      const before = yield* calls("/contacts?")
      const { checked } = yield* run({ account: { check: { sample: 0 } } })
      assert.deepInclude(checked, { looked: 250, left: 150, sideloading: "ignored" })
      // The first shows what answers lack.
      assert.strictEqual((yield* calls("/contacts?")) - before, 4)
      assert.include(yield* glance, "first_name  250 250 0 0 0 0")
    }).pipe(withAccount({ account: { fields, include: { effect: "ignored" } }, batches }))
  })
})
