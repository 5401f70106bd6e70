import { spawn } from "node:child_process"
import { once } from "node:events"
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as Unfinished from "../../src/files/Unfinished.js"
import { driver } from "../../src/sqliteDriver.js"
import { temporaryFolder } from "../support/temporary.js"

const place = Effect.map(temporaryFolder, (folder) => ({ folder, path: join(folder, "out.csv") }))

const modeOf = (path: string) => statSync(path).mode & 0o777

/** Another process that holds the lock of an unfinished file until it is killed. */
const holder = (lock: string) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const sqlite = JSON.stringify(createRequire(import.meta.url).resolve(driver))
      const script = `const d = new (require(${sqlite}))(${JSON.stringify(lock)}); d.exec("BEGIN EXCLUSIVE"); console.log("held"); setInterval(() => {}, 1000)`
      const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] })
      await once(child.stdout, "data")
      return child
    }),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )

/** An unfinished file as a process that was killed leaves it. */
const left = (path: string) =>
  Effect.gen(function* () {
    const scope = yield* Scope.make()
    const content = yield* Scope.extend(Unfinished.make(path), scope)
    writeFileSync(content, "half")
    for (const ending of ["-wal", "-journal"]) writeFileSync(`${content}${ending}`, "half")
    const folder = dirname(content)
    cpSync(folder, `${folder}.kept`, { recursive: true })
    yield* Scope.close(scope, Exit.void)
    cpSync(`${folder}.kept`, folder, { recursive: true })
    return folder
  })

describe("an unfinished file", () => {
  it.scoped("is beside its final place under an unpredictable name, only for its owner", () =>
    Effect.gen(function* () {
      const { folder, path } = yield* place
      const one = yield* Unfinished.make(path)
      const two = yield* Unfinished.make(path)
      for (const content of [one, two]) {
        assert.strictEqual(dirname(dirname(content)), folder)
        assert.strictEqual(modeOf(content), 0o600)
        assert.strictEqual(modeOf(dirname(content)), 0o700)
        assert.match(dirname(content), /-[0-9a-f]{32}$/)
      }
      assert.notStrictEqual(one, two)
    })
  )

  it.scoped("is gone at the end of its scope after it was named, failed or was interrupted", () =>
    Effect.gen(function* () {
      const { folder, path } = yield* place
      const make = Unfinished.make(path)
      yield* Effect.ignore(Effect.scoped(Effect.zipRight(make, Effect.fail("an error"))))
      yield* Effect.exit(Effect.scoped(Effect.zipRight(make, Effect.interrupt)))
      assert.deepStrictEqual(readdirSync(folder), [])
      yield* Effect.scoped(Effect.flatMap(make, (content) => Unfinished.nameOver(content, path)))
      assert.deepStrictEqual(readdirSync(folder), ["out.csv"])
      const taken = Effect.scoped(Effect.flatMap(make, (content) => Unfinished.nameNew(content, path)))
      assert.isFalse(yield* taken)
      assert.deepStrictEqual(readdirSync(folder), ["out.csv"])
    })
  )

  it.scoped("is deleted with SQLite's files beside it once its process is gone", () =>
    Effect.gen(function* () {
      const { folder, path } = yield* place
      const abandoned = yield* left(path)
      const empty = `${abandoned.slice(0, -32)}${"0".repeat(32)}`
      mkdirSync(empty)
      yield* Unfinished.sweep(path)
      assert.deepStrictEqual(readdirSync(folder), [`${abandoned.slice(folder.length + 1)}.kept`])
    })
  )

  it.scoped("is left alone while another process uses it, or if it is for another place", () =>
    Effect.gen(function* () {
      const { folder, path } = yield* place
      const worked = yield* left(path)
      const other = yield* left(join(folder, "other.csv"))
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* holder(join(worked, "lock"))
          yield* Unfinished.sweep(path)
          assert.strictEqual(readFileSync(join(worked, "content"), "utf8"), "half")
        })
      )
      assert.strictEqual(readFileSync(join(other, "content"), "utf8"), "half")
    })
  )

  it.scoped("is never confused with a file of the user", () =>
    Effect.gen(function* () {
      const { folder, path } = yield* place
      const model = (yield* left(path)).slice(0, -32)
      yield* Unfinished.sweep(path)
      const names = ["a", "b", "c", "d", "e"].map((digit) => `${model}${digit.repeat(32)}`)
      const [file = "", withOther = "", withoutLock = "", withFolder = "", linked = ""] = names
      writeFileSync(file, "mine")
      for (const own of [withOther, withoutLock, withFolder]) mkdirSync(own)
      for (const name of ["lock", "content", "mine.txt"]) writeFileSync(join(withOther, name), "")
      writeFileSync(join(withoutLock, "content"), "mine")
      mkdirSync(join(withFolder, "content"))
      writeFileSync(join(withFolder, "lock"), "")
      const database = new Sqlite(join(folder, "mine.db"))
      database.exec("CREATE TABLE mine (a)")
      database.close()
      mkdirSync(linked)
      symlinkSync(join(folder, "mine.db"), join(linked, "lock"))
      for (const name of [`${path}.partial`, `${path}.1.new`, `${file}.txt`]) writeFileSync(name, "mine")
      const before = readdirSync(folder, { recursive: true }).sort()
      yield* Unfinished.sweep(path)
      assert.deepStrictEqual(readdirSync(folder, { recursive: true }).sort(), before)
    })
  )

  it.effect("delays nobody if its folder cannot be listed", () => Unfinished.sweep("/no/such/folder/out.csv"))
})
