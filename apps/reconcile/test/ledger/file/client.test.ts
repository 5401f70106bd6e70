import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Ledger from "../../../src/ledger/Ledger.js"
import { select } from "../../support/ledger.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))

const insert = "INSERT INTO numbered_batches (batch_id, added_at) VALUES (?, 'now')"

/** Adds batches, in one piece of work. */
const add = (...names: ReadonlyArray<string>) =>
  Effect.flatMap(Ledger.Ledger, ({ atOnce }) =>
    atOnce((prepare) => {
      for (const name of names) prepare(insert).run(name)
    })
  )

const batches = Effect.map(
  select<{ readonly batch_id: string }>("SELECT batch_id FROM numbered_batches ORDER BY batch"),
  (rows) => rows.map(({ batch_id }) => batch_id)
)

describe("work done at once", () => {
  it.effect("is undone as a whole if one of its statements fails, and says what SQLite said", () =>
    Effect.gen(function* () {
      yield* add("known")
      const error = yield* Effect.flip(add("new", "known"))
      assert.include(error.message, "UNIQUE constraint failed")
      assert.deepStrictEqual(yield* batches, ["known"])
    }).pipe(inMemory)
  )

  it.effect("is undone if the program itself fails in it, which is a defect", () =>
    Effect.gen(function* () {
      const { atOnce } = yield* Ledger.Ledger
      const exit = yield* Effect.exit(
        atOnce((prepare) => {
          prepare(insert).run("half")
          throw new TypeError("a bug")
        })
      )
      assert.isTrue(Exit.isFailure(exit) && exit.cause._tag === "Die")
      yield* add("after")
      assert.deepStrictEqual(yield* batches, ["after"])
    }).pipe(inMemory)
  )

  it.effect("waits for a transaction that began before it, and is not undone with it", () =>
    Effect.gen(function* () {
      const { sql, transact } = yield* Ledger.Ledger
      const [begun, goOn] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const other = yield* Effect.fork(
        transact(
          Effect.gen(function* () {
            yield* sql.unsafe(insert, ["undone"])
            yield* Deferred.succeed(begun, undefined)
            yield* Deferred.await(goOn)
            return yield* Effect.fail("changed its mind")
          })
        )
      )
      yield* Deferred.await(begun)
      const work = yield* Effect.fork(add("kept"))
      yield* Effect.yieldNow()
      assert.isNull(yield* Fiber.poll(work).pipe(Effect.map((exit) => (exit._tag === "None" ? null : exit))))
      yield* Deferred.succeed(goOn, undefined)
      assert.strictEqual(yield* Effect.flip(Fiber.join(other)), "changed its mind")
      yield* Fiber.join(work)
      assert.deepStrictEqual(yield* batches, ["kept"])
    }).pipe(inMemory)
  )

  it.effect(
    "within a transaction is a part of it: its failure undoes only its own, and the whole undoes both",
    () =>
      Effect.gen(function* () {
        const { transact } = yield* Ledger.Ledger
        yield* transact(
          Effect.zipRight(add("first"), Effect.zipRight(Effect.flip(add("second", "first")), add("third")))
        )
        yield* Effect.flip(transact(Effect.zipRight(add("fourth"), Effect.fail("changed its mind"))))
        assert.deepStrictEqual(yield* batches, ["first", "third"])
      }).pipe(inMemory)
  )
})
