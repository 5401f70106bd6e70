import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { type Filter, isByBatch, page, passes } from "../../../src/ledger/reports/ExportPages.js"
import * as ExportRows from "../../../src/ledger/reports/ExportRows.js"
import { exports } from "../../../src/ledger/reports/Exports.js"
import * as Ledger from "../../../src/ledger/Ledger.js"
import * as Lookups from "../../../src/ledger/facts/Lookups.js"
import { reconcileStale } from "../../../src/ledger/conclusions/Reconciliation.js"
import { answer, load, momentAt, row, select } from "../../support/ledger.js"
import { exported, named } from "../../support/exported.js"
import { sentWorld } from "../../support/sentValues.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))

/** Contacts of every outcome that answers alone can give, and one that was looked up. */
const world = Effect.gen(function* () {
  yield* load([
    row("ok@x.test", "settled", "1"),
    row("bad@x.test", "settled"),
    row("both@x.test", "settled", "2"),
    row("silent@x.test", "settled"),
    row("silent@x.test", "settled"),
    row("quiet@x.test", "settled"),
    row("open@x.test", "open"),
    row("bad@x.test", "other"),
    row("silent@x.test", "other"),
    row("gone@x.test", "other"),
    row("gone@x.test", "settled")
  ])
  yield* answer("settled", "completed", {
    success: ["1", "2", "9"],
    failure: ["bad@x.test", "both@x.test", "stranger@x.test"]
  })
  yield* answer("other", "failed", { success: [], failure: ["bad@x.test"] })
  const absent = { emailKey: "gone@x.test", email: "gone@x.test", contact: Option.none() }
  yield* Lookups.record([absent], "address", yield* momentAt("2031-04-03T00:00:00.000Z"))
  yield* reconcileStale()
})

describe("an export", () => {
  it.effect("has exactly the rows of its view, with pages of any size", () =>
    Effect.gen(function* () {
      yield* world
      yield* sentWorld
      for (const definition of exports) {
        const { name } = definition
        const key = definition.key.join(", ")
        const expected = yield* select<Readonly<Record<string, unknown>>>(
          `SELECT * FROM ${definition.from} ORDER BY ${definition.oneOutcomeATime ? "outcome DESC, " : ""}${key}`
        )
        assert.isNotEmpty(expected, name)
        const whole = yield* exported(name)
        for (const size of [1, 2, 3]) assert.deepStrictEqual(yield* exported(name, {}, size), whole, name)
        const shown = definition.key.filter((column) => definition.columns.some(([own]) => own === column))
        assert.deepStrictEqual(
          whole.map((one) => shown.map((column) => one[column])),
          expected.map((one) => shown.map((column) => one[column])),
          name
        )
      }
    }).pipe(inMemory)
  )

  it.effect("has only the batch and the outcome asked for", () =>
    Effect.gen(function* () {
      yield* world
      const emails = (name: string, filter: Filter, size?: number) =>
        Effect.map(exported(name, filter, size), (rows) => rows.map((one) => one.reconcile_email))
      for (const size of [1, 100]) {
        assert.deepStrictEqual(yield* emails("rejected", { batchId: "other" }, size), ["bad@x.test"])
        assert.deepStrictEqual(yield* emails("rejected", { outcome: "contradictory" }, size), ["both@x.test"])
        assert.deepStrictEqual(yield* emails("outcomes", { outcome: "imported" }, size), ["ok@x.test"])
        assert.deepStrictEqual(yield* emails("unaccounted", { batchId: "settled" }, size), [
          "quiet@x.test",
          "silent@x.test",
          "silent@x.test"
        ])
        assert.deepStrictEqual(yield* emails("retry", {}, size), ["gone@x.test"])
      }
      assert.lengthOf(yield* exported("findings", { batchId: "other" }), 0)
    }).pipe(inMemory)
  )

  it.effect("explains the outcome of each contact in words", () =>
    Effect.gen(function* () {
      yield* world
      for (const one of yield* exported("outcomes")) assert.isString(one.reason, String(one.evidence))
      const [evidence] = yield* select<{ readonly sql: string }>(
        "SELECT sql FROM sqlite_schema WHERE name = 'verdicts'"
      )
      const words = Array.from((evidence?.sql ?? "").matchAll(/WHEN ('[\w-]+') THEN/g), ([, word]) => word)
      assert.isNotEmpty(words)
      const sentences = named("outcomes")
        .columns.map(([, sql]) => sql)
        .join()
      for (const word of words) assert.include(sentences, `WHEN ${word} THEN`)
    }).pipe(inMemory)
  )

  it.effect("is read by a key of its view", () =>
    Effect.gen(function* () {
      for (const { from, key } of exports) {
        assert.deepStrictEqual(yield* select(`SELECT ${key.join(", ")} FROM ${from} LIMIT 0`), [])
      }
      const { key } = named("outcomes")
      yield* world
      assert.deepStrictEqual(
        yield* select(`SELECT batch_id, email, outcome, evidence, contact_id, email_key, occurrence
          FROM ${named("outcomes").from} ORDER BY ${key.join()}`),
        yield* select(`SELECT * FROM contact_status ORDER BY ${key.join()}`)
      )
    }).pipe(inMemory)
  )

  it.effect("reads each page from an index, without sorting", () =>
    Effect.gen(function* () {
      for (const definition of exports) {
        const batches = isByBatch(definition) ? [undefined, "b"] : [undefined]
        const asked = batches.flatMap((batchId) =>
          [undefined, ...definition.outcomes].map((outcome) => ({ batchId, outcome }))
        )
        for (const filter of asked.flatMap((one) => passes(definition, one))) {
          const { parameters, sql } = page(definition, filter, definition.start, 100)
          const ledger = yield* Ledger.Ledger
          const plan = yield* ledger.use(
            ledger.sql.unsafe<{ readonly parent: number; readonly detail: string }>(
              `EXPLAIN QUERY PLAN ${sql}`,
              parameters
            )
          )
          const told = `${definition.name} ${JSON.stringify(filter)}\n${plan.map(({ detail }) => detail).join("\n")}`
          assert.isNotEmpty(plan)
          for (const { detail, parent } of plan) {
            assert.notMatch(detail, /^SCAN/, told)
            // Of two halves, one that has no more rows would be read to its end for each page.
            if (definition.name !== "contact-ids") assert.notMatch(detail, /^MERGE/, told)
            // The contacts of one batch may be sorted; a page must come in order.
            if (parent === 0 && filter.batchId === undefined)
              assert.notMatch(detail, /TEMP B-TREE FOR (ORDER BY|DISTINCT|GROUP BY)/, told)
          }
        }
      }
    }).pipe(inMemory)
  )

  it.effect("is from one moment, even if others write meanwhile", () =>
    Effect.acquireUseRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "ac-reconcile-export-"))),
      (folder) => {
        const file = join(folder, "reconcile.db")
        const another = load([row("b@x.test", "b")], "more.csv").pipe(
          Effect.zipRight(reconcileStale()),
          Effect.provide(Layer.fresh(Ledger.layer(file)))
        )
        // Of its own, as another process would be: within the export it would be part of its transaction.
        const write = Effect.promise(() => Effect.runPromise(another))
        return Effect.gen(function* () {
          yield* load([row("a@x.test", "b"), row("c@x.test", "b")])
          yield* reconcileStale()
          const read = Effect.gen(function* () {
            const { rows } = yield* ExportRows.read(named("outcomes"), {}, 1)
            return yield* rows.pipe(
              Stream.mapAccumEffect(0, (seen, one) =>
                Effect.as(seen === 0 ? write : Effect.void, [seen + 1, one] as const)
              ),
              Stream.runCount
            )
          })
          assert.strictEqual(yield* ExportRows.atOneMoment(read), 2)
          assert.lengthOf(yield* exported("outcomes"), 3)
        }).pipe(Effect.provide(Ledger.layer(file)))
      },
      (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
    )
  )
})
