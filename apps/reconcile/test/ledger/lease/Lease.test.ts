import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import * as Ledger from "../../../src/ledger/Ledger.js"
import { type Holder, ThisProcess } from "../../../src/ledger/lease/Holder.js"
import { whileLeased } from "../../../src/ledger/lease/Lease.js"
import { type LeaseEvent, OnLease } from "../../../src/ledger/Notices.js"
import { select } from "../../support/ledger.js"
import { temporaryFolder } from "../../support/temporary.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))

/** A process of another machine that has the same name and the same process ID as this one. */
const other: Holder = {
  instance: "the other",
  bootId: "another boot",
  pidNamespace: "pid:[1]",
  host: "nightly",
  processId: process.pid,
  processStart: null
}

const asOther = Effect.provideService(ThisProcess, other)

const leftBy = (holder: Partial<Holder>, renewedAt = "1970-01-01T00:00:00.000Z") => {
  const { bootId, host, instance, pidNamespace, processId, processStart } = { ...other, ...holder }
  const text = (value: string | null) => (value === null ? "NULL" : `'${value}'`)
  return select(`INSERT INTO writer_lease (writer_lease_id, instance, boot_id, pid_namespace, host, process_id,
      process_start, taken_at, renewals, renewed_at)
    VALUES (1, ${text(instance)}, ${text(bootId)}, ${text(pidNamespace)}, ${text(host)}, ${processId},
      ${text(processStart)}, '${renewedAt}', 3, '${renewedAt}')`)
}

/** What those who wait are told. */
const telling = () => {
  const told: Array<LeaseEvent["_tag"]> = []
  const tell = (event: LeaseEvent) => Effect.sync(() => told.push(event._tag)).pipe(Effect.asVoid)
  return { told, listening: Effect.provideService(OnLease, tell) }
}

/** The file is written by another process for longer than SQLite waits. */
const whileLocked = <A, E>(file: string, effect: Effect.Effect<A, E>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const writer = new Sqlite(file)
      writer.exec("BEGIN IMMEDIATE")
      return writer
    }),
    () => effect,
    (writer) => Effect.sync(() => writer.close())
  )

const addBatch = (id: string) =>
  Effect.flatMap(Ledger.Ledger, ({ sql, transact }) =>
    transact(
      sql`INSERT INTO numbered_batches (batch_id, added_at) VALUES (${id}, '2031-04-02T08:15:00.000Z')`
    )
  )

const addAtOnce = (id: string) =>
  Effect.flatMap(Ledger.Ledger, ({ atOnce }) =>
    atOnce((prepare) => {
      prepare("INSERT INTO numbered_batches (batch_id, added_at) VALUES (?, '2031-04-02T08:15:00.000Z')").run(
        id
      )
    })
  )

const batches = Effect.map(select<{ readonly batch_id: string }>("SELECT batch_id FROM batches"), (rows) =>
  rows.map((row) => row.batch_id)
)

describe("the lease of a file", () => {
  it.effect("lets one job work at a time, tells the other which, and is released", () =>
    Effect.gen(function* () {
      const begun = yield* Deferred.make<void>()
      const first = yield* Effect.fork(
        whileLeased(Effect.zipRight(Deferred.succeed(begun, undefined), Effect.never))
      )
      yield* Deferred.await(begun)
      const refused = yield* Effect.flip(whileLeased(Effect.void))
      assert.deepInclude(refused, { _tag: "LedgerError", kind: "locked" })
      assert.include(refused.message, `process ${process.pid} on `)
      // A run that watches never ends.
      assert.include(refused.message, "run --watch frees the file whenever it has nothing to do")
      yield* Fiber.interrupt(first)
      yield* whileLeased(Effect.void)
      assert.deepStrictEqual(yield* select("SELECT * FROM writer_lease"), [])
    }).pipe(inMemory)
  )

  it.scoped("is kept while another process writes to the file", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryFolder, "ledger.db")
      yield* Effect.gen(function* () {
        yield* select("PRAGMA busy_timeout = 10")
        const job = yield* Effect.fork(asOther(whileLeased(Effect.never)))
        yield* TestClock.adjust("10 seconds")
        yield* whileLocked(file, TestClock.adjust("20 seconds"))
        yield* TestClock.adjust("10 minutes")
        assert.isNull(job.unsafePoll())
        const second = yield* Effect.fork(Effect.flip(whileLeased(Effect.void)))
        yield* TestClock.adjust("6 seconds")
        assert.deepInclude(yield* Fiber.join(second), { kind: "locked" })
      }).pipe(Effect.provide(Ledger.layer(file)))
    })
  )

  it.effect("ends a job that lost it within seconds", () =>
    Effect.gen(function* () {
      const job = yield* Effect.fork(whileLeased(Effect.never))
      yield* TestClock.adjust("10 minutes")
      yield* select("DELETE FROM writer_lease")
      yield* TestClock.adjust("5 seconds")
      const lost = yield* Effect.flip(Fiber.join(job))
      assert.include(lost.message, "another run took over")
    }).pipe(inMemory)
  )

  for (const { kind, write } of [
    { kind: "in each transaction", write: addBatch },
    { kind: "in all that is done at once", write: addAtOnce }
  ]) {
    it.effect(`is checked ${kind}: a job that lost it while paused writes nothing more`, () =>
      Effect.gen(function* () {
        const taken = yield* Deferred.make<void>()
        const job = yield* Effect.fork(
          whileLeased(
            Effect.gen(function* () {
              yield* write("before")
              yield* Deferred.await(taken)
              yield* write("after")
            })
          )
        )
        yield* TestClock.adjust("1 second")
        yield* select("DELETE FROM writer_lease")
        yield* leftBy({})
        yield* Deferred.succeed(taken, undefined)
        const lost = yield* Effect.flip(Fiber.join(job))
        assert.deepInclude(lost, { _tag: "LedgerError", kind: "locked" })
        assert.deepStrictEqual(yield* batches, ["before"])
        // What another has taken is not given back in its place.
        assert.deepStrictEqual(yield* select("SELECT instance FROM writer_lease"), [
          { instance: "the other" }
        ])
      }).pipe(inMemory)
    )
  }
})

describe("a lease of a process that cannot be seen", () => {
  it.effect("is respected as soon as it is renewed, whatever the clocks say", () =>
    Effect.gen(function* () {
      const job = yield* Effect.fork(asOther(whileLeased(Effect.never)))
      yield* TestClock.adjust("1 second")
      const { listening, told } = telling()
      const second = yield* Effect.fork(Effect.flip(listening(whileLeased(Effect.void))))
      yield* TestClock.adjust("5 seconds")
      const refused = yield* Fiber.join(second)
      assert.include(refused.message, `process ${process.pid} on nightly`)
      assert.deepStrictEqual(told, [])
      assert.isNull(job.unsafePoll())
    }).pipe(inMemory)
  )

  it.effect("counts as renewed even if its holder's clock was set back", () =>
    Effect.gen(function* () {
      yield* leftBy({}, "2031-04-02T08:15:00.000Z")
      const second = yield* Effect.fork(Effect.flip(whileLeased(Effect.void)))
      yield* TestClock.adjust("29 seconds")
      assert.isNull(second.unsafePoll())
      yield* select("UPDATE writer_lease SET renewals = 4, renewed_at = '1999-01-01T00:00:00.000Z'")
      yield* TestClock.adjust("1 second")
      assert.deepInclude(yield* Fiber.join(second), { kind: "locked" })
    }).pipe(inMemory)
  )

  for (const [age, renewedAt] of [
    ["in the future", "9999-12-31T23:59:59.999Z"],
    ["in the past", "1970-01-01T00:00:00.000Z"],
    ["at no time at all", "soon"]
  ] as const) {
    it.effect(`is taken over after 30 seconds of silence, with a message, if it was renewed ${age}`, () =>
      Effect.gen(function* () {
        yield* leftBy({}, renewedAt)
        const { listening, told } = telling()
        const job = yield* Effect.fork(listening(whileLeased(Effect.succeed("worked"))))
        yield* TestClock.adjust("4 seconds")
        assert.deepStrictEqual(told, [])
        yield* TestClock.adjust("25 seconds")
        assert.isNull(job.unsafePoll())
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* Fiber.join(job), "worked")
        assert.deepStrictEqual(told, ["Watching", "TakenOver"])
      }).pipe(inMemory)
    )
  }

  it.effect("is free as soon as its holder releases it", () =>
    Effect.gen(function* () {
      yield* leftBy({})
      const job = yield* Effect.fork(whileLeased(Effect.succeed("worked")))
      yield* TestClock.adjust("3 seconds")
      yield* select("DELETE FROM writer_lease")
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* Fiber.join(job), "worked")
    }).pipe(inMemory)
  )

  it.effect("is waited for again when a third process has taken it", () =>
    Effect.gen(function* () {
      yield* leftBy({})
      const job = yield* Effect.fork(whileLeased(Effect.succeed("worked")))
      yield* TestClock.adjust("25 seconds")
      yield* select("DELETE FROM writer_lease")
      yield* leftBy({ instance: "the third" })
      yield* TestClock.adjust("30 seconds")
      assert.isNull(job.unsafePoll())
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* Fiber.join(job), "worked")
    }).pipe(inMemory)
  )

  it.effect("goes to one of two that watched it", () =>
    Effect.gen(function* () {
      yield* leftBy({})
      const watching = (instance: string) =>
        whileLeased(Effect.never).pipe(
          Effect.provideService(ThisProcess, { ...other, instance }),
          Effect.fork
        )
      const both = [yield* watching("one"), yield* watching("two")]
      yield* TestClock.adjust("30 seconds")
      yield* TestClock.adjust("10 seconds")
      const ended = both.filter((job) => job.unsafePoll() !== null)
      assert.lengthOf(ended, 1)
    }).pipe(inMemory)
  )

  it.effect("can be watched interruptibly", () =>
    Effect.gen(function* () {
      yield* leftBy({})
      const job = yield* Effect.fork(whileLeased(Effect.void))
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.interrupt(job)
      assert.deepStrictEqual(yield* select("SELECT instance FROM writer_lease"), [{ instance: "the other" }])
    }).pipe(inMemory)
  )
})
