import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { answer, load, row } from "../../support/ledger.js"
import { send } from "../../support/sentValues.js"
import { blamed, changes, idle, named, next, seen, subscribed } from "./support/consent.js"
import { inMemory, settled } from "./support/looks.js"

describe("consent", () => {
  it.effect.each([
    { how: "a list that is a number", parts: { subscribe: [3] } },
    { how: "no list around it", parts: { subscribe: { listid: 3 } } },
    { how: "several in a text", parts: { subscribe: [{ listid: "4,3" }] } }
  ])("may have been asked for in a shape that a bulk import does not take: $how", ({ parts }) =>
    Effect.gen(function* () {
      yield* next("b1", named)
      yield* seen(2)
      yield* next("b2", parts)
      yield* seen(1)
      const [found = "", ...others] = yield* changes
      assert.match(
        found,
        /^b2 a@x.test: .*; this batch may have come in between, and it is not known whether it subscribed it: what it sent for that is in a shape that a bulk import does not take$/
      )
      assert.deepStrictEqual(others, [])
    }).pipe(inMemory)
  )

  it.effect("was not asked for by a batch that named another list in an odd shape", () =>
    Effect.gen(function* () {
      yield* next("b1", named)
      yield* seen(2)
      yield* next("b2", { subscribe: [4] })
      yield* seen(1)
      const [found = "", ...others] = yield* changes
      assert.match(found, /this batch may have come in between, and did not subscribe it$/)
      assert.deepStrictEqual(others, [])
    }).pipe(inMemory)
  )

  it.effect.each([
    {
      how: "subscribed it in an odd shape",
      b2: { subscribe: [3] },
      b3: {},
      says: /Another batch that may have subscribed it may have come between$/
    },
    {
      how: "subscribed it, and one may have unsubscribed it after that",
      b2: subscribed,
      b3: { unsubscribe: [3] },
      says: /Another batch that may have subscribed it may have come between$/
    },
    { how: "subscribed it", b2: subscribed, b3: {}, says: null }
  ])("may have been asked for by another batch: one $how", ({ b2, b3, says }) =>
    Effect.gen(function* () {
      yield* next("b1", named)
      yield* seen(2)
      yield* send("b2", [{ email: "a@x.test", ...b2 }])
      yield* idle("b2", "16:00")
      yield* settled("b2", ["1"], "2031-04-02T08:16:10.000Z")
      yield* send("b3", [{ email: "a@x.test", ...named, ...b3 }])
      yield* idle("b3", "17:00")
      yield* settled("b3", ["1"], "2031-04-02T08:18:00.000Z")
      yield* seen(1)
      const found = (yield* changes).find((text) => text.startsWith("b3 "))
      if (says === null) assert.isUndefined(found)
      else assert.match(found ?? "", says)
    }).pipe(inMemory)
  )

  const refused = (batchId: string, success: ReadonlyArray<string> = []) =>
    answer(batchId, "completed", { success, failure: ["a@x.test"] }, "account", "2031-04-02T08:16:10.000Z")

  it.effect.each([
    { how: "refused it", success: [], told: ["b3 a@x.test"] },
    { how: "imported it", success: null, told: [] },
    // It names the contact's ID, too.
    { how: "says that it failed and succeeded", success: ["1"], told: [] }
  ])("was asked for by no batch that refused the contact: it $how", ({ success, told }) =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", null, "1")], "ids.csv")
      yield* next("b1", named)
      yield* seen(2)
      yield* send("b2", [{ email: "a@x.test", ...subscribed }])
      yield* idle("b2", "16:00")
      if (success === null) yield* settled("b2", ["1"], "2031-04-02T08:16:10.000Z")
      else yield* refused("b2", success)
      yield* next("b3", named)
      yield* seen(1)
      assert.deepStrictEqual(yield* blamed, told)
    }).pipe(inMemory)
  )

  it.effect("is not undone by a batch that refused the contact", () =>
    Effect.gen(function* () {
      yield* next("b1", named)
      yield* seen(2)
      yield* send("b2", [{ email: "a@x.test", ...subscribed }])
      yield* idle("b2", "16:00")
      yield* settled("b2", ["1"], "2031-04-02T08:16:05.000Z")
      yield* send("b3", [{ email: "a@x.test", unsubscribe: [{ listid: 3 }] }])
      yield* idle("b3", "16:40")
      yield* refused("b3")
      yield* next("b4", named)
      yield* seen(1)
      assert.deepStrictEqual(yield* blamed, [])
    }).pipe(inMemory)
  )

  it.effect("is held against a batch only until that says that it refused the contact", () =>
    Effect.gen(function* () {
      yield* next("b1", named)
      yield* seen(2)
      yield* send("b2", [{ email: "a@x.test", ...subscribed }])
      yield* next("b3", named)
      yield* send("b4", [
        { email: "a@x.test", ...named },
        { email: "c@x.test", ...named }
      ])
      yield* seen(1)
      const texts = changes
      const [open = "", ...others] = yield* texts
      assert.match(open, /^b3 a@x.test: .*Another batch that subscribed it may have come between$/)
      assert.deepStrictEqual(others, [])
      yield* refused("b2")
      assert.notMatch((yield* texts)[0] ?? "", /Another batch/)
      yield* refused("b4", ["2"])
      assert.deepStrictEqual(yield* blamed, ["b3 a@x.test"])
      yield* settled("b4", ["1", "2"])
      assert.deepStrictEqual(yield* blamed, ["b3 a@x.test", "b4 a@x.test"])
    }).pipe(inMemory)
  )
})
