import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ledger from "../../../src/ledger/Ledger.js"
import * as Lookups from "../../../src/ledger/facts/Lookups.js"
import { story } from "../../../src/ledger/reports/Story.js"
import { answer, load, momentAt, now, row, verdicts } from "../../support/ledger.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))

describe("the story of an address", () => {
  it.effect("names the batches that reported it although it was not sent in them", () =>
    Effect.gen(function* () {
      yield* load([row("noemi@x.test", "one"), row("known@x.test", null, "7")])
      yield* answer("one", "completed", { success: ["7"], failure: ["noemi@x.tset"] })
      yield* verdicts
      const failed = yield* story("noemi@x.tset")
      assert.deepStrictEqual(
        failed.facts.map(({ says }) => says),
        ["batch one lists noemi@x.tset among its failures; it was not sent in it; nearest sent: noemi@x.test"]
      )
      const succeeded = yield* story("known@x.test")
      assert.include(
        succeeded.facts.map(({ says }) => says),
        "batch one lists contact ID 7 among its successes; the address was not sent in it"
      )
    }).pipe(inMemory)
  )

  it.effect("says why it was likely rejected, and whether it may be sent again", () =>
    Effect.gen(function* () {
      yield* load([row("nowhere", "one"), row("silent@x.test", "one")])
      yield* answer("one", "completed", { success: ["7", "8"], failure: ["nowhere"] })
      const asked = { emailKey: "silent@x.test", email: "silent@x.test", contact: Option.none() }
      yield* Lookups.record([asked], "address", yield* momentAt(now))
      yield* verdicts
      const [rejected] = (yield* story("nowhere")).chapters
      assert.deepInclude(rejected, { likely_reason: "likely: the address has no @", retry_reason: null })
      const [missing] = (yield* story("silent@x.test")).chapters
      assert.deepInclude(missing, {
        likely_reason: null,
        retry_reason: "in neither list, and not in the account when looked up"
      })
    }).pipe(inMemory)
  )

  it.effect("counts one success as one", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "one")])
      yield* answer("one", "completed", { success: ["7"], failure: [] })
      const [chapter] = (yield* story("a@x.test")).chapters
      assert.include(
        (chapter?.facts ?? []).map(({ says }) => says),
        "the batch is completed, 1 success, 0 failures"
      )
    }).pipe(inMemory)
  )
})
