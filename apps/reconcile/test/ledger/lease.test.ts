import { spawnSync } from "node:child_process"
import { hostname } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import * as Ledger from "../../src/ledger/Ledger.js"
import { whileLeased } from "../../src/ledger/lease.js"
import { select } from "../support/ledger.js"
import { temporaryFolder } from "../support/temporary.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))

const heldBy = (host: string, pid: number, renewedAt: string) =>
  select(`INSERT INTO writer_lease (writer_lease_id, holder, host, process_id, taken_at, renewed_at)
    VALUES (1, 'other', '${host}', ${pid}, '${renewedAt}', '${renewedAt}')`)

const epoch = "1970-01-01T00:00:00.000Z"

/** The file is written by another process for longer than SQLite waits. */
const whileLocked = <A, E>(file: string, effect: Effect.Effect<A, E>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const other = new Sqlite(file)
      other.exec("BEGIN IMMEDIATE")
      return other
    }),
    () => effect,
    (other) => Effect.sync(() => other.close())
  )

const deadProcess = Effect.sync(() => spawnSync(process.execPath, ["-e", "0"]).pid)

describe("the lease of a file", () => {
  it.effect("lets one job work at a time, tells the other who does, and is given back", () =>
    Effect.gen(function* () {
      const begun = yield* Deferred.make<void>()
      const first = yield* Effect.fork(
        whileLeased(Effect.zipRight(Deferred.succeed(begun, undefined), Effect.never))
      )
      yield* Deferred.await(begun)
      const refused = yield* Effect.flip(whileLeased(Effect.void))
      assert.deepInclude(refused, { _tag: "LedgerError", kind: "locked" })
      assert.include(refused.message, `process ${process.pid} on ${hostname()}`)
      yield* Fiber.interrupt(first)
      yield* whileLeased(Effect.void)
      assert.deepStrictEqual(yield* select("SELECT * FROM writer_lease"), [])
    }).pipe(inMemory)
  )

  it.effect("is taken over at once from a process of this host that is gone", () =>
    Effect.gen(function* () {
      yield* heldBy(hostname(), yield* deadProcess, epoch)
      assert.strictEqual(yield* whileLeased(Effect.succeed("worked")), "worked")
    }).pipe(inMemory)
  )

  it.effect("is taken over from another host only when nothing was heard of it for a minute and a half", () =>
    Effect.gen(function* () {
      yield* heldBy("elsewhere", 1, epoch)
      assert.deepInclude(yield* Effect.flip(whileLeased(Effect.void)), { kind: "locked" })
      yield* TestClock.adjust("91 seconds")
      assert.strictEqual(yield* whileLeased(Effect.succeed("worked")), "worked")
    }).pipe(inMemory)
  )

  it.scoped("is kept through a time in which another process writes to the file", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryFolder, "ledger.db")
      yield* Effect.gen(function* () {
        yield* select("PRAGMA busy_timeout = 10")
        const job = yield* Effect.fork(whileLeased(Effect.never))
        yield* TestClock.adjust("10 seconds")
        yield* whileLocked(file, TestClock.adjust("20 seconds"))
        yield* TestClock.adjust("10 minutes")
        assert.isNull(job.unsafePoll())
        assert.deepInclude(yield* Effect.flip(whileLeased(Effect.void)), { kind: "locked" })
      }).pipe(Effect.provide(Ledger.layer(file)))
    })
  )

  it.effect("is renewed while the job goes on, and ends a job that lost it", () =>
    Effect.gen(function* () {
      const job = yield* Effect.fork(whileLeased(Effect.never))
      yield* TestClock.adjust("10 minutes")
      assert.deepInclude(yield* Effect.flip(whileLeased(Effect.void)), { kind: "locked" })
      yield* select("DELETE FROM writer_lease")
      yield* TestClock.adjust("20 seconds")
      const lost = yield* Effect.flip(Fiber.join(job))
      assert.include(lost.message, "another run took over")
    }).pipe(inMemory)
  )
})
