import { copyFileSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import { copyLedger } from "../../src/ledger/copyLedger.js"
import * as Ledger from "../../src/ledger/Ledger.js"
import { dump, pragma, values } from "../cli/support/database.js"
import { load, row } from "../support/ledger.js"
import { temporaryFolder } from "../support/temporary.js"

const sent = (file: string) => values(file, "SELECT email FROM batch_sent ORDER BY 1")

const ledger = Effect.gen(function* () {
  const folder = yield* temporaryFolder
  const file = join(folder, "reconcile.db")
  yield* Effect.provide(load([row("a@x.test", "b")]), Ledger.layer(file))
  const writer = yield* Effect.acquireRelease(
    Effect.sync(() => new Sqlite(file)),
    (database) => Effect.sync(() => database.close())
  )
  return { folder, file, writer, target: join(folder, "copy.db") }
})

const insert = "INSERT INTO batch_sent VALUES ('b', ?, 1, ?, NULL)"

describe("a copy of a ledger", () => {
  it.scoped("holds what was committed while another process writes, in one file with the same identity", () =>
    Effect.gen(function* () {
      const { file, folder, target, writer } = yield* ledger
      writer.prepare(insert).run("in-the-wal@x.test", "in-the-wal@x.test")
      writer.exec("BEGIN IMMEDIATE")
      writer.prepare(insert).run("not-yet@x.test", "not-yet@x.test")
      assert.isTrue(yield* copyLedger(file, target, { replace: false }))
      writer.exec("COMMIT")

      assert.deepStrictEqual(sent(target), ["a@x.test", "in-the-wal@x.test"])
      assert.deepStrictEqual(sent(file), ["a@x.test", "in-the-wal@x.test", "not-yet@x.test"])
      assert.strictEqual(pragma(target, "integrity_check"), "ok")
      for (const name of ["application_id", "user_version"]) {
        assert.strictEqual(pragma(target, name), pragma(file, name))
      }
      assert.deepStrictEqual(
        readdirSync(folder).filter((name) => name.startsWith("copy.db")),
        ["copy.db"]
      )
    })
  )

  it.scoped("goes on as a ledger of its own", () =>
    Effect.gen(function* () {
      const { file, target, writer } = yield* ledger
      writer.exec(
        "INSERT INTO writer_lease VALUES (1, 'one', NULL, NULL, 'here', 1, NULL, '2031-04-02', 0, '2031-04-02')"
      )
      yield* copyLedger(file, target, { replace: false })
      assert.deepStrictEqual(values(target, "SELECT instance FROM writer_lease"), [])
      assert.deepStrictEqual(values(file, "SELECT instance FROM writer_lease"), ["one"])
      yield* Effect.provide(load([row("later@x.test", "b")]), Ledger.layer(target))
      assert.deepStrictEqual(sent(target), ["a@x.test", "later@x.test"])
      assert.deepStrictEqual(sent(file), ["a@x.test"])
    })
  )

  it.scoped("holds what a writer that was killed had committed", () =>
    Effect.gen(function* () {
      const { file, folder, target, writer } = yield* ledger
      writer.prepare(insert).run("in-the-wal@x.test", "in-the-wal@x.test")
      const killed = join(folder, "killed.db")
      for (const suffix of ["", "-wal"]) copyFileSync(`${file}${suffix}`, `${killed}${suffix}`)
      assert.isTrue(yield* copyLedger(killed, target, { replace: false }))
      assert.deepStrictEqual(sent(target), ["a@x.test", "in-the-wal@x.test"])
    })
  )

  it.scoped("replaces a file only where it is told to, and leaves nothing half made", () =>
    Effect.gen(function* () {
      const { file, folder, target } = yield* ledger
      writeFileSync(target, "somebody's")
      writeFileSync(join(folder, "copy.db.999999999.new"), "of a process that was killed")
      assert.isFalse(yield* copyLedger(file, target, { replace: false }))
      assert.isTrue(yield* copyLedger(file, target, { replace: true }))
      assert.deepStrictEqual(dump(target).batch_sent, dump(file).batch_sent)

      const failed = yield* Effect.flip(copyLedger(join(folder, "absent.db"), target, { replace: true }))
      assert.instanceOf(failed.cause, Error)
      assert.deepStrictEqual(sent(target), ["a@x.test"])
      assert.deepStrictEqual(
        readdirSync(folder).filter((name) => name.includes(".new")),
        []
      )
    })
  )
})
