import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as SentValues from "../../../src/ledger/asSent/SentValues.js"
import * as Removals from "../../../src/ledger/erase/Removals.js"
import * as Ledger from "../../../src/ledger/Ledger.js"
import { select } from "../../support/ledger.js"
import { type Fact, loaded } from "../../support/sentFacts.js"
import { begin, take } from "../../support/takenFacts.js"

/** CI tries 150, with AC_SEQUENCES. */
const limits = { fastCheck: { numRuns: Number(process.env.AC_SEQUENCES ?? 60) }, timeout: 600_000 }

const sourceOf = (one: Fact): string | undefined => {
  switch (one.kind) {
    case "load":
      return one.source
    case "load by key":
      return "crm"
    case "send":
      return one.from ?? `sent in ${one.batch}`
    default:
      return undefined
  }
}

const addressOfKey: Readonly<Record<string, string>> = { k1: "a@x.test", k2: "b@x.test" }

const perAddress = <Row extends { readonly email: string }>(rows: ReadonlyArray<Row>) => [
  ...new Map(rows.map((row) => [row.email.toLowerCase(), row])).values()
]

/**
 * Each source has an address once, and a key has always the same. Otherwise it depends on what other sources name as sent
 * which of two contacts was the second, and whether a corrected address was sent.
 */
const withoutRepeats = (one: Fact): Fact => {
  switch (one.kind) {
    case "load":
      return { ...one, rows: perAddress(one.rows) }
    case "load by key": {
      const rows = one.rows.flatMap((row) => {
        const email = addressOfKey[row.key]
        return email === undefined ? [] : [{ ...row, email }]
      })
      return { ...one, rows }
    }
    case "send":
      return { ...one, contacts: perAddress(one.contacts) }
    default:
      return one
  }
}

const takeAll = (facts: ReadonlyArray<Fact>) =>
  Effect.forEach(facts, (one, at) => take(one, DateTime.add(begin, { minutes: at })), { discard: true })

/** What every contact was sent with, by the names of batches and addresses. */
const sent = Effect.gen(function* () {
  const batches = yield* select<{ readonly id: number; readonly name: string }>(
    "SELECT batch AS id, batch_id AS name FROM numbered_batches"
  )
  const addresses = yield* select<{ readonly id: number; readonly name: string }>(
    "SELECT address_id AS id, email_key AS name FROM addresses"
  )
  const nameIn = (rows: typeof batches, id: number) => rows.find((row) => row.id === id)?.name
  const records = yield* SentValues.ofBatches(batches.map(({ id }) => id))
  return new Map(
    records.map(({ addressId, batch, members, occurrence }) => [
      `${nameIn(batches, batch)} ${nameIn(addresses, addressId)} ${occurrence}`,
      members
    ])
  )
})

const inMemory = Effect.provide(Ledger.layer(":memory:"))

const turn = Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))

describe("what was sent", () => {
  it.effect.prop(
    "is after the removal of any source what it would be if that had never been loaded",
    [FastCheck.array(loaded, { minLength: 2, maxLength: 8 }), FastCheck.nat()],
    ([drawn, which]) =>
      Effect.gen(function* () {
        const facts = drawn.map(withoutRepeats)
        const names = [...new Set(facts.flatMap((one) => sourceOf(one) ?? []))]
        const removed = names[which % names.length]
        const after = yield* Effect.gen(function* () {
          yield* takeAll(facts)
          const source = (yield* Removals.sources).find(({ name }) => name === removed)
          if (source !== undefined) yield* Removals.removeSource(source)
          assert.deepStrictEqual(yield* select("PRAGMA foreign_key_check"), [])
          return yield* sent
        }).pipe(inMemory)
        const without = yield* takeAll(facts.filter((one) => sourceOf(one) !== removed)).pipe(
          Effect.zipRight(sent),
          inMemory
        )
        assert.deepStrictEqual(after, without, removed)
      }).pipe(Effect.zipLeft(turn)),
    limits
  )
})
