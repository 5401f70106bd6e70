import { linkSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import { Disk } from "../../src/files/Disk.js"
import { outputTo } from "../../src/files/Target.js"
import { temporaryFolder } from "../support/temporary.js"

const crm = (path: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const database = new Sqlite(path)
      database.pragma("journal_mode = WAL")
      database.exec("CREATE TABLE customers (name TEXT); INSERT INTO customers VALUES ('Ada')")
      return database
    }),
    (database) => Effect.sync(() => database.close())
  )

/** Why an output to a name is refused; undefined where it may be written. */
const refusal = (name: string, inputs: ReadonlyArray<string> = []) =>
  outputTo(name, {
    option: "--output",
    inputs: inputs.map((input) => ({ name: input, is: `the input` }))
  }).pipe(
    Effect.as(undefined),
    Effect.catchAll(({ message }) => Effect.succeed(message))
  )

describe("an output", () => {
  it.scoped("is refused onto an input of the same command, under any name", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const at = (name: string) => join(folder, name)
      writeFileSync(at("in.csv"), "email\n")
      linkSync(at("in.csv"), at("hard"))
      symlinkSync("in.csv", at("soft"))
      mkdirSync(at("inner"))
      for (const name of ["in.csv", "./in.csv", "inner/../in.csv", "hard", "soft"]) {
        const path = `${folder}/${name}`
        assert.strictEqual(
          yield* refusal(path, [at("in.csv")]),
          `${path}: nothing was written to it because it is the input. Name another file with --output FILE.`
        )
        assert.match(String(yield* refusal(at("in.csv"), [path])), /is the input/, name)
      }
      assert.isUndefined(yield* refusal(at("in.csv"), [at("other.csv")]))
    })
  )

  it.scoped("is refused onto a ledger that does not exist yet, and onto SQLite's files beside it", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      symlinkSync("new.db", join(folder, "link.db"))
      for (const name of ["new.db", "link.db", "new.db-wal", "new.db-shm", "new.db-journal"]) {
        assert.isDefined(yield* refusal(join(folder, name), [join(folder, "link.db")]), name)
      }
      assert.isUndefined(yield* refusal(join(folder, "other.db-wal"), [join(folder, "link.db")]))
    })
  )

  it.scoped("is refused onto any SQLite file, its log, and a copy of either under another name", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const at = (name: string) => join(folder, name)
      yield* crm(at("crm.db"))
      for (const name of ["crm.db", "crm.db-wal"])
        writeFileSync(at(`copy of ${name}`), readFileSync(at(name)))
      symlinkSync("crm.db-wal", at("link"))
      const refused = [
        "crm.db",
        "crm.db-wal",
        "crm.db-shm",
        "crm.db-journal",
        "link",
        "copy of crm.db",
        "copy of crm.db-wal"
      ]
      for (const name of refused) assert.match(String(yield* refusal(at(name))), /SQLite/, name)
      assert.isUndefined(yield* refusal(at("crm.db.csv")))
    })
  )

  it.scoped("may go to an ordinary file, a free name, a device and standard output", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      writeFileSync(join(folder, "old.csv"), "SQLite format 2")
      writeFileSync(join(folder, "a-wal"), "of no database")
      for (const name of [
        join(folder, "old.csv"),
        join(folder, "a-wal"),
        join(folder, "new.csv"),
        "/dev/null",
        "-"
      ]) {
        assert.isUndefined(yield* refusal(name), name)
      }
      assert.match(
        String(yield* refusal(folder)),
        /because it is a folder\. Name another file with --output FILE\.$/
      )
      assert.match(String(yield* refusal("")), /because it is an empty name/)
      assert.deepStrictEqual(readdirSync(folder).sort(), ["a-wal", "old.csv"])
    })
  )

  it.scoped("is refused onto an unreadable file, which may be anything", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      writeFileSync(join(folder, "closed"), "")
      const disk = yield* Disk
      const refused = yield* Effect.provideService(refusal(join(folder, "closed")), Disk, {
        ...disk,
        open: () => {
          throw Object.assign(new Error("no"), { code: "EACCES" })
        }
      })
      assert.match(
        String(refused),
        /because it is a file that cannot be inspected \(permission denied, EACCES\)/
      )
    })
  )
})
