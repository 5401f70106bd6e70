import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { applicationId } from "../../src/ledger/file/identity.js"
import * as Ledger from "../../src/ledger/Ledger.js"
import { schemaVersion } from "../../src/ledger/schema/migrations.js"
import * as Batches from "../../src/ledger/facts/Batches.js"
import { LedgerError } from "../../src/ledger/LedgerError.js"
import * as Reports from "../../src/ledger/reports/Reports.js"
import { Verdict } from "../../src/ledger/schema/words.js"
import { views } from "../../src/ledger/schema/views.js"
import { select } from "../support/ledger.js"
import { temporaryFolder } from "../support/temporary.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))

describe("the file", () => {
  it.effect("has its application ID and the version of its schema", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* select("PRAGMA application_id"), [{ application_id: applicationId }])
      assert.deepStrictEqual(yield* select("PRAGMA user_version"), [{ user_version: schemaVersion }])
    }).pipe(inMemory)
  )

  it.effect("has only STRICT tables, and an index for every foreign key", () =>
    Effect.gen(function* () {
      const tables = yield* select<{ readonly name: string; readonly strict: number }>(
        "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite%'"
      )
      assert.isAtLeast(tables.length, 12)
      assert.deepStrictEqual(
        tables.filter(({ strict }) => strict !== 1),
        []
      )
      const unindexed = yield* select(`
        SELECT t.name, k."from" FROM pragma_table_list t JOIN pragma_foreign_key_list(t.name) k
        WHERE t.schema = 'main' AND k.seq = 0 AND NOT EXISTS (
          SELECT 1 FROM pragma_index_list(t.name) i JOIN pragma_index_info(i.name) c
          WHERE c.seqno = 0 AND c.name = k."from")
          AND NOT EXISTS (SELECT 1 FROM pragma_table_info(t.name) p WHERE p.pk = 1 AND p.name = k."from")`)
      assert.deepStrictEqual(unindexed, [])
    }).pipe(inMemory)
  )

  it.scoped("has pages of 8 KiB", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryFolder, "ledger.db")
      const pageSize = select("PRAGMA page_size").pipe(Effect.provide(Ledger.layer(file)))
      assert.deepStrictEqual(yield* pageSize, [{ page_size: 8192 }])
    })
  )

  it.effect("answers every view even when it is empty", () =>
    Effect.gen(function* () {
      for (const { name, question } of views) {
        assert.match(question, /\?$/)
        assert.deepStrictEqual(yield* select(`SELECT * FROM ${name}`), [])
      }
    }).pipe(inMemory)
  )

  it.effect("rejects an unknown outcome", () =>
    Effect.gen(function* () {
      const [table] = yield* select<{ readonly sql: string }>(
        "SELECT sql FROM sqlite_schema WHERE name = 'verdicts'"
      )
      for (const word of Verdict.literals) assert.include(table?.sql ?? "", `'${word}'`)
      const given = yield* Effect.flip(
        select(
          "INSERT INTO verdicts (batch, address_id, occurrence, outcome, evidence) VALUES (1, 1, 1, 'fine', 'id')"
        )
      )
      assert.include(given.message, "generated column")
    }).pipe(inMemory)
  )
})

describe("a transaction whose references are not checked", () => {
  const refersToNothing = select("INSERT INTO stale_marks VALUES (99)")
  const isChecked = Effect.gen(function* () {
    assert.deepStrictEqual(yield* select("PRAGMA foreign_keys"), [{ foreign_keys: 1 }])
    assert.include((yield* Effect.flip(refersToNothing)).message, "FOREIGN KEY")
  })

  it.effect("leaves the next one checked after it was committed, failed or interrupted", () =>
    Effect.gen(function* () {
      const { transactUnchecked } = yield* Ledger.Ledger
      yield* transactUnchecked(Effect.zipRight(refersToNothing, select("DELETE FROM stale_marks")))
      yield* isChecked
      yield* Effect.flip(transactUnchecked(Effect.zipRight(refersToNothing, Effect.fail("undone"))))
      yield* isChecked
      const writing = yield* Effect.fork(transactUnchecked(Effect.zipRight(refersToNothing, Effect.never)))
      yield* Effect.yieldNow()
      yield* Fiber.interrupt(writing)
      yield* isChecked
      assert.deepStrictEqual(yield* select("SELECT * FROM stale_batches"), [])
    }).pipe(inMemory)
  )

  it.effect("leaves a waiting one checked", () =>
    Effect.gen(function* () {
      const { transact, transactUnchecked } = yield* Ledger.Ledger
      const held = yield* Deferred.make<never, string>()
      const writing = yield* Effect.fork(
        transactUnchecked(Effect.zipRight(refersToNothing, Deferred.await(held)))
      )
      yield* Effect.yieldNow()
      const waiting = yield* Effect.fork(transact(refersToNothing))
      yield* Effect.yieldNow()
      yield* Deferred.fail(held, "undone")
      assert.strictEqual(yield* Effect.flip(Fiber.join(writing)), "undone")
      assert.include(String(yield* Effect.flip(Fiber.join(waiting))), "FOREIGN KEY")
    }).pipe(inMemory)
  )
})

describe("a row that this program never writes", () => {
  const told = (what: string) =>
    new LedgerError({
      file: ":memory:",
      kind: "damaged",
      reason: `${what}, which ac-reconcile never writes there. Another program may have changed the file. Restore a copy, or name another file with --db FILE.`
    })

  it.effect("gives an error with its place and value", () =>
    Effect.gen(function* () {
      yield* select(
        "INSERT INTO numbered_batches (batch_id, added_at) VALUES ('b-1', '2031-04-02T08:00:00Z')"
      )
      yield* select("PRAGMA ignore_check_constraints = ON")
      yield* select("INSERT INTO batch_findings VALUES (1, 'id-conflict', '7', 'd'), (1, 'odd', '7', 'd')")
      const error = yield* Effect.flip(Reports.findings({ limit: 9 }))
      assert.deepStrictEqual(error, told('row 2 of findings has "odd" as its finding'))
    }).pipe(inMemory)
  )

  it.effect("gives an error if it has a time that is not one", () =>
    Effect.gen(function* () {
      yield* select("INSERT INTO numbered_batches (batch_id, added_at) VALUES ('b-1', 'yesterday')")
      assert.deepStrictEqual(
        yield* Effect.flip(Batches.open),
        told('row 1 of batches has "yesterday" as its since')
      )
    }).pipe(inMemory)
  )
})
