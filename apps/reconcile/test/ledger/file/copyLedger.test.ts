import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import { nameNew } from "../../../src/files/Unfinished.js"
import { checkedCopy } from "../../../src/ledger/file/copyLedger.js"
import * as Ledger from "../../../src/ledger/Ledger.js"
import { pragma, values } from "../../cli/support/database.js"
import { load, row } from "../../support/ledger.js"
import { temporaryFolder } from "../../support/temporary.js"

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

/** Without what SQLite keeps beside a database that is open. */
const namesIn = (folder: string) => readdirSync(folder).filter((name) => !/-(wal|shm)$/.test(name))

/** Copies to a name that nothing has; whether it got it. */
const copyTo = (file: string, target: string) =>
  Effect.scoped(Effect.flatMap(checkedCopy(file, target), (copy) => nameNew(copy, target)))

/** Records an address as sent in the first batch. */
const send = (writer: Sqlite.Database, email: string) => {
  const { lastInsertRowid } = writer.prepare("INSERT INTO addresses (email_key) VALUES (?)").run(email)
  writer.prepare("INSERT INTO sent_contacts VALUES (1, ?, 1, NULL, NULL)").run(lastInsertRowid)
}

describe("a copy of a ledger", () => {
  it.scoped("has what was committed while another process writes, in one file with the same identity", () =>
    Effect.gen(function* () {
      const { file, folder, target, writer } = yield* ledger
      send(writer, "in-the-wal@x.test")
      writer.exec("BEGIN IMMEDIATE")
      send(writer, "not-yet@x.test")
      assert.isTrue(yield* copyTo(file, target))
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

  it.scoped("can be used as a separate ledger", () =>
    Effect.gen(function* () {
      const { file, target, writer } = yield* ledger
      writer.exec(
        "INSERT INTO writer_lease VALUES (1, 'one', NULL, NULL, 'here', 1, NULL, '2031-04-02', 0, '2031-04-02')"
      )
      yield* copyTo(file, target)
      assert.deepStrictEqual(values(target, "SELECT instance FROM writer_lease"), [])
      assert.deepStrictEqual(values(file, "SELECT instance FROM writer_lease"), ["one"])
      yield* Effect.provide(load([row("later@x.test", "b")]), Ledger.layer(target))
      assert.deepStrictEqual(sent(target), ["a@x.test", "later@x.test"])
      assert.deepStrictEqual(sent(file), ["a@x.test"])
    })
  )

  it.scoped("has the same bytes whoever writes to the ledger", () =>
    Effect.gen(function* () {
      const { file, folder, writer } = yield* ledger
      for (const [at, holder] of ["one", "another, on a host with a longer name"].entries()) {
        writer.exec(`DELETE FROM writer_lease; INSERT INTO writer_lease
          VALUES (1, '${holder}', NULL, NULL, 'here', ${at + 1}, NULL, '2031-04-02', 0, '2031-04-02')`)
        yield* copyTo(file, join(folder, `copy-${at}.db`))
      }
      const [one, other] = [0, 1].map((at) => readFileSync(join(folder, `copy-${at}.db`)))
      assert.isTrue(one?.equals(other ?? Buffer.alloc(0)))
    })
  )

  it.scoped("has what a killed writer had committed", () =>
    Effect.gen(function* () {
      const { file, folder, target, writer } = yield* ledger
      send(writer, "in-the-wal@x.test")
      const killed = join(folder, "killed.db")
      for (const suffix of ["", "-wal"]) copyFileSync(`${file}${suffix}`, `${killed}${suffix}`)
      assert.isTrue(yield* copyTo(killed, target))
      assert.deepStrictEqual(sent(target), ["a@x.test", "in-the-wal@x.test"])
    })
  )

  it.scoped("replaces no file, and leaves nothing half made", () =>
    Effect.gen(function* () {
      const { file, folder, target } = yield* ledger
      writeFileSync(target, "somebody's")
      const before = namesIn(folder)
      assert.isFalse(yield* copyTo(file, target))
      assert.strictEqual(readFileSync(target, "utf8"), "somebody's")
      assert.deepStrictEqual(namesIn(folder), before)
      const failed = yield* Effect.flip(copyTo(join(folder, "absent.db"), join(folder, "new.db")))
      assert.strictEqual(failed._tag, "LedgerError")
      assert.deepStrictEqual(namesIn(folder), before)
    })
  )

  it.scoped("gets no name if a row of it refers to nothing, except in the user's own tables", () =>
    Effect.gen(function* () {
      const { file, folder, target, writer } = yield* ledger
      writer.exec("PRAGMA foreign_keys = OFF; CREATE TABLE mine (batch TEXT REFERENCES batches (batch_id))")
      writer.exec("INSERT INTO mine VALUES ('nowhere')")
      writer.exec("CREATE TABLE checked (n INTEGER CHECK (n > 0)); PRAGMA ignore_check_constraints = ON")
      writer.exec("INSERT INTO checked VALUES (-1)")
      assert.isTrue(yield* copyTo(file, target))
      writer.exec("UPDATE sent_contacts SET batch = 99")
      const before = namesIn(folder)
      const failed = yield* Effect.flip(copyTo(file, join(folder, "unsound.db")))
      assert.match(
        failed.message,
        /no copy was made as .*unsound\.db, .*a row of sent_contacts refers to a missing one/
      )
      assert.deepStrictEqual(namesIn(folder), before)
    })
  )
})
