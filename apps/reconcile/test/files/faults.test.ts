import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { Disk, type Operations } from "../../src/files/Disk.js"
import * as MadeUpName from "../../src/files/MadeUpName.js"
import { outputTo } from "../../src/files/Target.js"
import * as Writer from "../../src/files/Writer.js"
import { keepCopy } from "../../src/ledger/file/keptCopies.js"
import * as Ledger from "../../src/ledger/Ledger.js"
import { load, row } from "../support/ledger.js"
import { temporaryFolder } from "../support/temporary.js"

/** A disk whose n-th operation fails, and a count of those it was asked for. */
const failingAt = (disk: Operations, n: number) => {
  let asked = 0
  const failing = new Proxy(disk, {
    get: (operations, name, receiver) => {
      const operation: unknown = Reflect.get(operations, name, receiver)
      if (typeof operation !== "function") return operation
      return (...args: ReadonlyArray<unknown>) => {
        asked += 1
        if (asked !== n) return Reflect.apply(operation, operations, args)
        // A descriptor that fails to be closed is closed all the same.
        if (name === "close") Reflect.apply(operation, operations, args)
        const error = Object.assign(new Error("the disk fails"), { code: "EIO" })
        if (name === "write" || name === "flush") return Promise.reject(error)
        throw error
      }
    }
  })
  return { failing, asked: () => asked }
}

const text = "email\na@x.test\n"

/** What is done in a folder, and what there is of it when it is done. */
const jobs: Readonly<
  Record<
    string,
    { readonly run: (folder: string) => Effect.Effect<unknown, unknown>; readonly makes: string }
  >
> = {
  "an export in the place of a file": {
    makes: "out.csv",
    run: (folder) =>
      Effect.scoped(
        Effect.gen(function* () {
          const target = yield* outputTo(join(folder, "out.csv"), { inputs: [] })
          const writer = yield* Writer.into(target, { inputs: [], sealed: false })
          yield* writer.write(text)
          yield* writer.finish
        })
      )
  },
  "rejected rows beside a file of the user's": {
    makes: "out-2.csv",
    run: (folder) =>
      Effect.scoped(
        Effect.gen(function* () {
          const writer = yield* MadeUpName.into(join(folder, "out.csv"), { hint: "", inputs: [] })
          yield* writer.write(text)
          yield* writer.finish
        })
      )
  },
  "a copy of a ledger": {
    makes: "reconcile.db.before-schema-9",
    run: (folder) => keepCopy(join(folder, "reconcile.db"), "schema-9")
  },
  "a new ledger": {
    makes: "new.db",
    run: (folder) => Effect.provide(load([row("a@x.test", "b")]), Ledger.layer(join(folder, "new.db")))
  }
}

describe("a disk that fails at any single operation", () => {
  for (const [job, { makes, run }] of Object.entries(jobs)) {
    it.scoped(`leaves ${job} undone or done, and the next run whole`, () =>
      Effect.gen(function* () {
        const all = yield* temporaryFolder
        const disk = yield* Disk
        const ledger = join(all, "reconcile.db")
        yield* Effect.provide(load([row("a@x.test", "b")]), Ledger.layer(ledger))
        for (let n = 1; ; n += 1) {
          const folder = mkdtempSync(join(all, "n-"))
          const own = { "out.csv": "mine", "notes.txt": "mine" }
          for (const [name, mine] of Object.entries(own)) writeFileSync(join(folder, name), mine)
          copyFileSync(ledger, join(folder, "reconcile.db"))
          const { asked, failing } = failingAt(disk, n)
          const first = yield* Effect.either(Effect.provideService(run(folder), Disk, failing))
          assert.strictEqual(readFileSync(join(folder, "notes.txt"), "utf8"), "mine")
          assert.include(["mine", text], readFileSync(join(folder, "out.csv"), "utf8"), `${n}`)
          if (Either.isLeft(first)) assert.notInclude(String(first.left), "undefined", `${n}`)
          yield* run(folder)
          const names = readdirSync(folder).filter((name) => !/-(wal|shm)$/.test(name))
          assert.deepStrictEqual(
            names.sort(),
            [...new Set(["notes.txt", "out.csv", "reconcile.db", makes])].sort(),
            `after operation ${n} failed`
          )
          rmSync(folder, { recursive: true })
          if (asked() < n) {
            assert.isAbove(n, 10)
            return
          }
        }
      })
    )
  }
})
