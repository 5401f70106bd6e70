import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { nameOf } from "../../src/account/RateFile.js"
import type * as SharedRate from "../../src/account/SharedRate.js"
import { temporaryFolder } from "../support/temporary.js"
import { account, busiest, calling, command, inVirtualTime } from "./support.js"

describe("the file for the shared rate", () => {
  const files = (folder: string) => readdirSync(folder).filter((name) => name.endsWith(".sqlite"))

  it.scoped("is readable by the user alone, and names no account", () =>
    Effect.gen(function* () {
      const folder = join(yield* temporaryFolder, "state", "ac-reconcile")
      yield* (yield* command(folder)).take()
      assert.strictEqual(statSync(folder).mode & 0o777, 0o700)
      for (const name of readdirSync(folder)) {
        assert.strictEqual(statSync(join(folder, name)).mode & 0o777, 0o600)
      }
      assert.match(files(folder).join(), /^rate-[0-9a-f]{32}\.sqlite$/)
    })
  )

  it.scoped("is deleted when its account was not asked for a day, and nothing else in the folder is", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      for (const name of ["rate-old.sqlite", "rate-old.sqlite-journal", "notes.sqlite", "rate-mine.txt"]) {
        writeFileSync(join(folder, name), "")
        utimesSync(join(folder, name), 0, 0)
      }
      writeFileSync(join(folder, "rate-recent.sqlite"), "")
      yield* (yield* command(folder)).take()
      assert.sameMembers(
        readdirSync(folder).filter((name) => !name.startsWith(nameOf(account))),
        ["notes.sqlite", "rate-mine.txt", "rate-recent.sqlite"]
      )
    })
  )

  for (const [how, damage] of Object.entries<(file: string) => void>({
    "is no SQLite file": (file) => writeFileSync(file, "not a database ".repeat(500)),
    "has other tables": (file) => {
      const database = new Sqlite(file)
      database.exec("CREATE TABLE takes (something TEXT)")
      database.close()
    }
  })) {
    it.scoped(`is replaced, with one message, when it ${how}`, () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        damage(join(folder, nameOf(account)))
        const budget = yield* command(folder)
        yield* budget.take()
        assert.lengthOf(budget.told, 1)
        assert.match(budget.told[0] ?? "", /was damaged .* and has been replaced\.$/)
        const after = yield* command(folder)
        yield* after.hold(Duration.seconds(1))
        assert.deepStrictEqual(after.told, [])
      })
    )
  }

  it.live("is shared again after somebody deletes it during a job", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const one = yield* command(folder)
      yield* one.take()
      for (const name of readdirSync(folder)) rmSync(join(folder, name))
      const two = yield* command(folder)
      yield* two.take()
      const both = yield* Effect.all([calling(one, 8), calling(two, 8)], { concurrency: "unbounded" })
      assert.isAtMost(busiest(both.flat()), 5)
      assert.deepStrictEqual([...one.told, ...two.told], [])
    }).pipe(Effect.scoped, inVirtualTime)
  )

  const othersDatabase = (file: string) => {
    const database = new Sqlite(file)
    database.exec("CREATE TABLE mine (something TEXT)")
    database.close()
  }

  const contentOf = (folder: string) =>
    readdirSync(folder).map((name) => {
      const path = join(folder, name)
      return [
        name,
        statSync(path, { throwIfNoEntry: false })?.isFile() === true ? readFileSync(path, "hex") : ""
      ]
    })

  const unusable: Readonly<Record<string, (folder: string) => SharedRate.Options["folder"]>> = {
    "there is no folder for it": () => ({ missing: "there is no home folder" }),
    "its folder is a file": (folder) => {
      writeFileSync(join(folder, "file"), "")
      return { path: join(folder, "file", "ac-reconcile") }
    },
    "the system makes no folder there": () => ({ path: "/proc/nowhere/ac-reconcile" }),
    "a folder has its name": (folder) => {
      mkdirSync(join(folder, nameOf(account)))
      return { path: folder }
    },
    "its name is a link to another database": (folder) => {
      othersDatabase(join(folder, "other.db"))
      symlinkSync("other.db", join(folder, nameOf(account)))
      return { path: folder }
    },
    "its name is another name of another database": (folder) => {
      othersDatabase(join(folder, "other.db"))
      linkSync(join(folder, "other.db"), join(folder, nameOf(account)))
      return { path: folder }
    },
    "another database has its name": (folder) => {
      othersDatabase(join(folder, nameOf(account)))
      return { path: folder }
    },
    "its name is a link that leads nowhere": (folder) => {
      symlinkSync("nowhere", join(folder, nameOf(account)))
      return { path: folder }
    },
    ...(process.getuid?.() === 0
      ? {}
      : {
          "its folder is not writable": (folder: string) => {
            chmodSync(folder, 0o500)
            return { path: folder }
          }
        })
  }
  for (const [why, prepare] of Object.entries(unusable)) {
    it.live(`is not used, with one message, and each command keeps its own rate, if ${why}`, () =>
      Effect.gen(function* () {
        const parent = yield* temporaryFolder
        const folder = prepare(parent)
        const before = contentOf(parent)
        const budget = yield* command("", { folder })
        const times = yield* calling(budget, 60)
        assert.isAtMost(busiest(times), 4)
        assert.lengthOf(budget.told, 1)
        assert.match(
          budget.told[0] ?? "",
          /^The rate limit covers this process only, because commands cannot share it/
        )
        assert.deepStrictEqual(contentOf(parent), before)
      }).pipe(Effect.scoped, inVirtualTime)
    )
  }

  it.live("is not used while another program keeps it locked, and used again afterwards", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const budget = yield* command(folder)
      yield* budget.take()
      const locker = new Sqlite(join(folder, nameOf(account)))
      locker.exec("BEGIN IMMEDIATE")
      yield* calling(budget, 3)
      assert.lengthOf(budget.told, 1)
      assert.include(budget.told[0], "another program has locked the file")
      locker.exec("ROLLBACK")
      yield* Effect.sleep("10 seconds")
      yield* budget.take()
      assert.deepStrictEqual(locker.prepare("SELECT count(*) FROM takes").pluck().all(), [1])
      locker.close()
    }).pipe(Effect.scoped, inVirtualTime)
  )
})
