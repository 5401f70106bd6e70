import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { rebuild, reconcileStale } from "../../../src/ledger/conclusions/Reconciliation.js"
import * as Lookups from "../../../src/ledger/facts/Lookups.js"
import { answer, load, momentAt, row } from "../../support/ledger.js"
import { contactWith, lookAt, send } from "../../support/sentValues.js"
import { inMemory, minute, sendLater, settled, told, whys } from "./support/looks.js"

describe("a batch that wrote nothing to a contact", () => {
  const refused = (batchId: string, success: ReadonlyArray<string> = [], failure = ["a@x.test"]) =>
    answer(batchId, "completed", { success, failure })

  const idsOf = (...ids: ReadonlyArray<string>) =>
    Effect.forEach(ids, (id) => load([row("a@x.test", null, id)], `${id}.csv`), { discard: true })

  const differs = lookAt(minute("18:00"), contactWith("1", "a@x.test", { firstName: "Zoe" }))

  it.effect.each([
    { how: "has not settled", happens: Effect.void, says: "sent-again" },
    { how: "refused it", happens: refused("b2"), says: "different" },
    { how: "refused another", happens: refused("b2", [], ["c@x.test"]), says: "sent-again" },
    { how: "says that it failed and succeeded", happens: refused("b2", ["1"]), says: "sent-again" },
    {
      how: "interrupted, refused it",
      happens: answer("b2", "interrupted", { failure: ["a@x.test"] }),
      says: "different"
    },
    { how: "is silent about it", happens: refused("b2", [], []), says: "sent-again" },
    { how: "imported it", happens: settled("b2", ["1"]), says: "sent-again" },
    {
      how: "first refused and then imported it",
      happens: Effect.zipRight(refused("b2"), settled("b2", ["1"])),
      says: "sent-again"
    },
    {
      how: "first imported and then refused it",
      happens: Effect.zipRight(settled("b2", ["1"]), refused("b2")),
      says: "different"
    }
  ])("is not the later one: it $how", ({ happens, says }) =>
    Effect.gen(function* () {
      yield* idsOf("1")
      yield* send("b1", [{ email: "a@x.test", first_name: "Ada" }])
      yield* settled("b1", ["1"])
      yield* sendLater("b2", minute("15:00"), { first_name: "Eve" })
      yield* happens
      yield* differs
      const before = yield* told
      assert.include(before, `b1 ${says}`)
      yield* rebuild
      assert.deepStrictEqual(yield* told, before)
    }).pipe(inMemory)
  )

  it.effect("is not the later one as soon as it is known that it refused the contact", () =>
    Effect.gen(function* () {
      yield* idsOf("1")
      yield* send("b1", [{ email: "a@x.test", first_name: "Ada" }])
      yield* settled("b1", ["1"])
      yield* sendLater("b2", minute("15:00"), { first_name: "Eve" })
      yield* differs
      assert.deepStrictEqual(yield* told, ["b1 sent-again"])
      yield* refused("b2")
      assert.deepStrictEqual(yield* told, ["b1 different"])
      yield* refused("b2", ["1"])
      assert.include(yield* told, "b1 sent-again")
    }).pipe(inMemory)
  )

  it.effect("is later if an ID among its successes turns out to be the contact's", () =>
    Effect.gen(function* () {
      yield* idsOf("1")
      yield* send("b1", [{ email: "a@x.test", first_name: "Ada" }])
      yield* settled("b1", ["1"])
      yield* sendLater("b2", minute("15:00"), { first_name: "Eve" })
      yield* refused("b2", ["7"])
      yield* differs
      assert.deepStrictEqual(yield* told, ["b1 different"])
      yield* idsOf("7")
      yield* reconcileStale()
      assert.include(yield* told, "b1 sent-again")
    }).pipe(inMemory)
  )

  it.effect("leaves what another may have changed to be told", () =>
    Effect.gen(function* () {
      yield* send("b1", [{ email: "a@x.test", first_name: "Ada" }])
      yield* settled("b1", ["1"])
      // Of unknown time: neither an order nor an automation of it is a doubt.
      yield* send("b2", [{ email: "a@x.test", first_name: "Eve" }])
      yield* send("b3", [{ email: "a@x.test", last_name: "L" }])
      yield* refused("b2")
      yield* differs
      assert.deepStrictEqual(yield* whys, [
        "another batch may have been sent to the contact between this one and the look, and have changed it"
      ])
      yield* refused("b3")
      assert.deepStrictEqual(yield* whys, ["told"])
    }).pipe(inMemory)
  )

  const missing = (time: string) =>
    Effect.gen(function* () {
      const one = { emailKey: "a@x.test", email: "a@x.test", contact: Option.none() }
      yield* Lookups.record([one], "address", yield* momentAt(minute(time)))
      yield* reconcileStale()
    })

  it.effect.each([
    { time: "16:00", says: "b1 different" },
    { time: "17:31", says: "b1 sent-again" },
    { time: "19:00", says: "b1 sent-again" }
  ])(
    "was over when the contact was not in the account, asked for at $time before the look",
    ({ says, time }) =>
      Effect.gen(function* () {
        yield* sendLater("b2", minute("14:00"), { first_name: "Eve" })
        yield* answer("b2", "completed", { success: [], failure: [] }, "account", minute("15:00"))
        // It had been sent earlier, and is imported once the other is over.
        yield* send("b1", [{ email: "a@x.test", first_name: "Ada" }])
        yield* settled("b1", ["1"], minute("14:00"))
        yield* differs
        assert.include(yield* told, "b1 sent-again")
        yield* missing(time)
        const found = yield* told
        assert.include(found, says)
        yield* rebuild
        assert.deepStrictEqual(yield* told, found)
      }).pipe(inMemory)
  )
})
