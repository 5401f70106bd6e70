import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Exclusion } from "effect-activecampaign/CatalogEntry"
import * as AccountNames from "../../../src/ledger/asSent/AccountNames.js"
import { erase } from "../../../src/ledger/erase/Erase.js"
import * as Ledger from "../../../src/ledger/Ledger.js"
import { load, now, row, select } from "../../support/ledger.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))

const exclusion = (id: string, matchPhrase: string, matchType: string): Exclusion => ({
  id,
  matchPhrase,
  matchType,
  channel: Option.some("all"),
  lists: Option.none()
})

const phrases = Effect.map(
  select<{ readonly phrase: string }>(
    "SELECT match_type || ' ' || match_phrase AS phrase FROM account_exclusions ORDER BY exclusion_id"
  ),
  (rows) => rows.map(({ phrase }) => phrase)
)

const read = (...exclusions: ReadonlyArray<Exclusion>) =>
  AccountNames.replaceExclusions(exclusions, { readAt: now, isWhole: true })

describe("the exclusion list in the file", () => {
  it.effect("is written as email keys are, and has no address that the file does not know", () =>
    Effect.gen(function* () {
      yield* load([row("ada@x.test", "b-1")])
      yield* read(
        exclusion("1", " ADA@X.test", "Exact"),
        exclusion("2", "bo@x.test", "exact"),
        exclusion("3", "@Y.test", "end")
      )
      assert.deepStrictEqual(yield* phrases, ["exact ada@x.test", "end @y.test"])
    }).pipe(inMemory)
  )

  it.effect("does not bring back who was erased", () =>
    Effect.gen(function* () {
      yield* load([row("ada@x.test", "b-1")])
      yield* read(exclusion("1", "ada@x.test", "exact"))
      yield* erase("ada@x.test")
      assert.deepStrictEqual(yield* phrases, [])
      yield* read(exclusion("1", "ada@x.test", "exact"))
      assert.deepStrictEqual(yield* phrases, [])
    }).pipe(inMemory)
  )
})
