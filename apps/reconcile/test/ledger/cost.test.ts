import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as ExportRows from "../../src/ledger/reports/ExportRows.js"
import { exports } from "../../src/ledger/reports/Exports.js"
import * as Ledger from "../../src/ledger/Ledger.js"
import { fromItsBatch, lastLoaded } from "../../src/ledger/reports/originals.js"
import { reconcileStale } from "../../src/ledger/conclusions/Reconciliation.js"
import { SentIndex } from "../../src/ledger/conclusions/SentIndex.js"
import { story } from "../../src/ledger/reports/Story.js"
import { answer, inColumns, load, row, select } from "../support/ledger.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))

/** What an effect does, and how many statements of SQL that took. */
const counted = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger.Ledger
    let statements = 0
    const sql = new Proxy(ledger.sql, {
      apply: (target, self, args) => {
        statements += 1
        return Reflect.apply(target, self, args)
      },
      get: (target, name) => {
        if (name === "unsafe") statements += 1
        return Reflect.get(target, name)
      }
    })
    const value = yield* Effect.provideService(effect, Ledger.Ledger, { ...ledger, sql })
    return { value, statements }
  })

/** Letters that look drawn at random, and are the same each time. */
const word = (seed: number) => {
  let [text, state] = ["", seed + 1]
  for (let at = 0; at < 9; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    text += String.fromCharCode(97 + (Math.floor(state / 65_536) % 26))
  }
  return text
}

describe("addresses reported and not sent", () => {
  const comparisons = (count: number, sentOf: (at: number) => string, reportedOf: (at: number) => string) => {
    const index = new SentIndex(
      Array.from({ length: count }, (_, at) => ({ email: sentOf(at), emailKey: sentOf(at) }))
    )
    const near = Array.from({ length: count }, (_, at) => index.nearestTo(reportedOf(at)))
    return { compared: index.compared, near }
  }

  it("are each compared with only a few of the sent ones, out of any number", () => {
    for (const count of [1_000, 8_000]) {
      const { compared, near } = comparisons(
        count,
        (at) => `${word(at)}@example.test`,
        (at) => `${word(at)}@exmple.test`
      )
      assert.isTrue(near.every(([one], at) => one?.email === `${word(at)}@example.test`))
      assert.isBelow(compared, 3 * count)
    }
  })

  it("are compared with only a few even if all sent ones are similar", () => {
    for (const count of [1_000, 8_000]) {
      const letter = (at: number) => String.fromCodePoint(0x4e00 + at)
      const { compared } = comparisons(
        count,
        (at) => `a${letter(at)}b@x.test`,
        (at) => `a${letter(count + at)}b@x.test`
      )
      assert.isBelow(compared, 25 * count)
      const numbered = comparisons(
        count,
        (at) => `user${at}@x.test`,
        (at) => `user${at}@y.test`
      )
      assert.isBelow(numbered.compared, 100 * count)
    }
  })

  it.effect("take two statements for each few hundred", () =>
    Effect.gen(function* () {
      const draw = (batch: string, count: number) =>
        Effect.gen(function* () {
          yield* load(
            Array.from({ length: count }, (_, at) => row(`${word(at)}@example.test`, batch)),
            batch
          )
          const failure = Array.from({ length: count }, (_, at) => `${word(at)}@exmple.test`)
          yield* answer(batch, "completed", { success: [], failure })
          yield* select(
            `INSERT INTO stale_marks SELECT batch FROM numbered_batches WHERE batch_id = '${batch}' ON CONFLICT DO NOTHING`
          )
          return (yield* counted(reconcileStale())).statements
        })
      const few = yield* draw("few", 10)
      const many = yield* draw("many", 2_000)
      assert.isAtMost(many, few + 2 * 4)
      const [told] = yield* select<{ readonly count: number }>("SELECT count(*) AS count FROM near_matches")
      assert.strictEqual(told?.count, 2_010)
    }).pipe(inMemory)
  )
})

describe("one address many times in a batch", () => {
  const times = 3_000

  const world = Effect.gen(function* () {
    yield* load(
      Array.from({ length: times }, (_, at) => ({
        ...row("a@x.test", "b"),
        ...inColumns({ n: at })
      }))
    )
    yield* answer("b", "completed", { success: ["7"], failure: [] })
  })

  it.effect("is exported with its own columns, in one or two statements for each page", () =>
    Effect.gen(function* () {
      yield* world
      const [definition] = exports
      const { statements, value } = yield* counted(
        Effect.gen(function* () {
          const { rows } = yield* ExportRows.read(definition, {}, 1_000)
          return Chunk.toReadonlyArray(yield* Stream.runCollect(rows))
        })
      )
      assert.deepStrictEqual(
        value.map(([n]) => n),
        Array.from({ length: times }, (_, at) => at)
      )
      assert.isAtMost(statements, 3 * (times / 1_000 + 2))
    }).pipe(inMemory)
  )

  it.effect("has its rows numbered once, and an index finds them", () =>
    Effect.gen(function* () {
      for (const statement of [fromItsBatch, lastLoaded]) {
        const plan = yield* select<{ readonly detail: string }>(
          `EXPLAIN QUERY PLAN ${statement.replace("json_each(?)", "json_each('[]')")}`
        )
        const told = plan.map(({ detail }) => detail).join("\n")
        assert.notMatch(told, /CORRELATED/, told)
        assert.notMatch(told, /SCAN l\b/, told)
        assert.match(told, /SEARCH l USING (INDEX local_rows_by_address)/, told)
      }
    }).pipe(inMemory)
  )

  it.effect("has a finding and a story of limited length for each row", () =>
    Effect.gen(function* () {
      yield* world
      const [finding] = yield* select<{ readonly detail: string }>("SELECT detail FROM findings")
      assert.strictEqual(
        finding?.detail,
        `${times} contacts with this address were sent in this batch: a@x.test, a@x.test, a@x.test, a@x.test, a@x.test and ${times - 5} more`
      )
      const { chapters, facts } = yield* story("a@x.test")
      assert.lengthOf(chapters, times)
      const told = chapters.reduce((sum, one) => sum + one.facts.length, facts.length)
      assert.isBelow(told, 3 * times)
    }).pipe(inMemory)
  )
})

describe("one contact in many batches", () => {
  it.effect("has its story in a few statements for each batch", () =>
    Effect.gen(function* () {
      const told = (key: string, batches: number) =>
        Effect.gen(function* () {
          yield* load(
            Array.from({ length: batches }, (_, at) => row(key, `${key}-${at}`)),
            key
          )
          return (yield* counted(story(key))).statements
        })
      const few = yield* told("a@x.test", 10)
      const many = yield* told("c@x.test", 500)
      assert.isAtMost(many, 50 * few)
    }).pipe(inMemory)
  )
})
