import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { load, row, select } from "../../support/ledger.js"
import { detailed, nameAccount, send } from "../../support/sentValues.js"
import { blamed, changes, idle, named, next, seen, submittedAt, subscribed } from "./support/consent.js"
import { inMemory, lists, look, settled } from "./support/looks.js"

describe("consent", () => {
  it.effect.each([
    {
      before: 2,
      how: "with a name",
      parts: named,
      told: /^unsubscribed on list 3 when looked at on .*, active on .*; this batch may have come in between, and did not subscribe it$/
    },
    { before: 3, how: "with a name", parts: named, told: /^bounced on list 3 when looked at/ },
    {
      before: 2,
      how: "subscribed to another list",
      parts: { subscribe: [{ listid: 4 }] },
      told: /^unsubscribed/
    },
    { before: 2, how: "unsubscribed", parts: { unsubscribe: [{ listid: 3 }] }, told: /^unsubscribed/ },
    {
      before: 2,
      how: "with a tag and a field of the list's number",
      parts: { tags: ["3"], fields: [{ id: 3, value: "3" }] },
      told: /^unsubscribed/
    },
    { before: 2, how: "subscribed", parts: subscribed, told: null },
    { before: 0, how: "with a name", parts: named, told: null }
  ])(
    "of a contact with status $before, sent $how and then active, is a finding or not",
    ({ before, parts, told }) =>
      Effect.gen(function* () {
        yield* next("b1", named)
        yield* seen(before)
        yield* next("b2", parts)
        yield* seen(1)
        const found = yield* changes
        assert.strictEqual(found.length, told === null ? 0 : 1)
        if (told !== null) assert.match((found[0] ?? "").replace(/^b2 a@x.test: /, ""), told)
      }).pipe(inMemory)
  )

  it.effect("may have been asked for by a batch of which it is not declared what it sent", () =>
    Effect.gen(function* () {
      yield* next("b1", named)
      yield* seen(2)
      yield* load([row("a@x.test", "b2"), row("c@x.test", "b2")])
      yield* settled("b2", ["1", "2"])
      yield* seen(1)
      const [found = "", ...others] = yield* changes
      assert.match(
        found,
        /^b2 a@x.test: .*; this batch may have come in between, what it sent is not known, so it may have subscribed it$/
      )
      assert.deepStrictEqual(others, [])
      yield* send("b2", [{ email: "a@x.test", ...subscribed }])
      assert.deepStrictEqual(yield* changes, [])
      assert.deepStrictEqual(yield* select("SELECT * FROM consent_breaks"), [])
    }).pipe(inMemory)
  )

  it.effect(
    "is held against no batch that settled before the last look of the old status or after the new one",
    () =>
      Effect.gen(function* () {
        yield* next("b1", named)
        yield* seen(2)
        yield* next("b2", named)
        yield* seen(2)
        yield* next("b3", named)
        yield* seen(1)
        yield* submittedAt("b4", "2031-04-02T08:16:00.000Z")
        yield* next("b4", named, named, "2031-04-02T08:20:00.000Z")
        assert.deepStrictEqual(
          (yield* changes).map((text) => text.split(":")[0]),
          ["b3 a@x.test"]
        )
      }).pipe(inMemory)
  )

  it.effect("is held against a batch that settled anew between the two looks", () =>
    Effect.gen(function* () {
      yield* next("b1", named)
      yield* seen(2)
      yield* settled("b1", ["1", "2", "3"])
      yield* seen(1)
      assert.lengthOf(yield* changes, 1)
    }).pipe(inMemory)
  )

  it.effect("is seen once where it was given, and each time it was not", () =>
    Effect.gen(function* () {
      for (const [at, status] of [1, 1, 2, 2, 1, 1, 2].entries()) {
        yield* next(`b${at}`, named)
        yield* seen(status)
      }
      const rows = yield* select<{ readonly status: number }>(
        "SELECT status FROM list_statuses ORDER BY look_id"
      )
      assert.deepStrictEqual(
        rows.map(({ status }) => status),
        [2, 2, 1, 2]
      )
    }).pipe(inMemory)
  )

  it.effect("is held against a batch whose own look did not show the lists", () =>
    Effect.gen(function* () {
      yield* next("b1", named)
      yield* seen(2)
      yield* next("b2", named)
      yield* look(detailed("1", "a@x.test", { lists: { _tag: "NotSideloaded" } }))
      yield* next("b3", named)
      yield* seen(1)
      assert.deepStrictEqual(
        (yield* changes).map((text) => text.split(":")[0]),
        ["b2 a@x.test", "b3 a@x.test"]
      )
    }).pipe(inMemory)
  )

  it.effect("is one finding for all lists of a contact, each by its own status and name", () =>
    Effect.gen(function* () {
      yield* nameAccount
      const at = (...statuses: ReadonlyArray<readonly [string, number]>) =>
        look(detailed("1", "a@x.test", lists(...statuses)))
      yield* next("b1", named)
      yield* at(["3", 2], ["4", 3], ["5", 0], ["6", 2])
      yield* next("b2", named)
      yield* at(["3", 1], ["4", 1], ["5", 1], ["6", 2])
      const [found = "", ...others] = yield* changes
      assert.deepStrictEqual(others, [])
      assert.match(found, /^b2 a@x.test: unsubscribed on list 3 \(News\) when .*\. bounced on list 4 when /)
      assert.notMatch(found, /list [56]/)
    }).pipe(inMemory)
  )

  it.effect("was asked for if one of the contact's rows in a batch subscribed it", () =>
    Effect.gen(function* () {
      yield* next("b1", named)
      yield* seen(2)
      yield* send("b2", [
        { email: "a@x.test", ...subscribed },
        { email: "a@x.test", ...named }
      ])
      yield* settled("b2", ["1"])
      yield* seen(1)
      assert.deepStrictEqual(yield* changes, [])
    }).pipe(inMemory)
  )

  it.effect.each([
    { time: null, told: ["b2 a@x.test", "b3 a@x.test", "b3 c@x.test"] },
    { time: "2031-04-02T08:00:00.000Z", told: ["b2 a@x.test", "b3 a@x.test", "b3 c@x.test"] },
    { time: "2031-04-02T08:15:01.000Z", told: ["b2 a@x.test", "b3 a@x.test"] },
    // It cannot have been submitted after it had settled.
    { time: "2031-04-02T08:15:03.000Z", told: ["b2 a@x.test", "b3 a@x.test", "b3 c@x.test"] }
  ])(
    "was asked for if a batch subscribed the contact that certainly came between the looks, submitted $time",
    ({ time, told }) =>
      Effect.gen(function* () {
        yield* next("b1", named)
        yield* seen(2, 2)
        yield* next("b2", named, subscribed, "2031-04-02T08:15:02.000Z")
        yield* next("b3", named)
        yield* seen(1, 1)
        if (time !== null) yield* submittedAt("b2", time)
        const found = yield* changes
        assert.deepStrictEqual(
          found.map((text) => text.split(":")[0]),
          told
        )
        const perhaps = found.filter((text) =>
          text.endsWith(". Another batch that subscribed it may have come between")
        )
        assert.deepStrictEqual(
          perhaps.map((text) => text.split(":")[0]),
          told.filter((one) => one === "b3 c@x.test")
        )
      }).pipe(inMemory)
  )

  it.effect("is held against a batch that was submitted before the second look and settled after it", () =>
    Effect.gen(function* () {
      yield* next("b1", named)
      yield* seen(2)
      yield* submittedAt("b2", "2031-04-02T08:14:00.000Z")
      yield* submittedAt("b3", "2031-04-02T08:16:00.000Z")
      yield* next("b4", named)
      yield* seen(1)
      yield* next("b2", named)
      yield* next("b3", named, named, "2031-04-02T08:20:00.000Z")
      assert.deepStrictEqual(
        (yield* changes).map((text) => text.split(":")[0]),
        ["b2 a@x.test", "b4 a@x.test"]
      )
    }).pipe(inMemory)
  )

  it.effect.each([
    { how: "waiting a minute after the second look", answers: [["waiting", "16:01"]], isBlamed: false },
    { how: "claimed after it", answers: [["claimed", "16:30"]], isBlamed: false },
    { how: "waiting right after it", answers: [["waiting", "15:59"]], isBlamed: true },
    { how: "waiting before it", answers: [["waiting", "14:00"]], isBlamed: true },
    { how: "active after it", answers: [["active", "17:00"]], isBlamed: true },
    { how: "waiting after it in a pasted answer", answers: [["waiting", "17:00", "pasted"]], isBlamed: true }
  ] as const)("is held against a batch that may have begun before the second look: $how", (one) =>
    Effect.gen(function* () {
      yield* next("b1", named)
      yield* seen(2)
      yield* send("b2", [{ email: "a@x.test", ...named }])
      yield* next("b3", named)
      yield* seen(1)
      assert.deepStrictEqual(yield* blamed, ["b3 a@x.test"])
      for (const [status, time, origin] of one.answers) yield* idle("b2", time, status, origin)
      yield* settled("b2", ["1"], "2031-04-02T08:20:00.000Z")
      assert.deepStrictEqual(yield* blamed, one.isBlamed ? ["b2 a@x.test", "b3 a@x.test"] : ["b3 a@x.test"])
    }).pipe(inMemory)
  )

  it.effect(
    "is no longer held against a batch once it is known to have been submitted after the second look",
    () =>
      Effect.gen(function* () {
        yield* next("b1", named)
        yield* seen(2)
        yield* next("b2", named)
        yield* seen(1)
        yield* submittedAt("b3", "2031-04-02T08:14:00.000Z")
        yield* next("b3", named, named, "2031-04-02T08:20:00.000Z")
        assert.deepStrictEqual(yield* blamed, ["b2 a@x.test", "b3 a@x.test"])
        yield* submittedAt("b3", "2031-04-02T08:16:00.000Z")
        assert.deepStrictEqual(yield* blamed, ["b2 a@x.test"])
      }).pipe(inMemory)
  )

  it.effect.each([
    { time: null, how: "at a time that is not known" },
    // It is later than the settled answer.
    { time: "2031-04-02T08:30:00.000Z", how: "at a time that cannot be right" }
  ])("is held against a batch that was added after the second look, submitted $how", ({ time }) =>
    Effect.gen(function* () {
      yield* next("b1", named)
      yield* seen(2)
      yield* next("b3", subscribed)
      yield* seen(1)
      yield* next("b2", named, named, "2031-04-02T08:20:00.000Z")
      if (time !== null) yield* submittedAt("b2", time)
      assert.deepStrictEqual(yield* blamed, ["b2 a@x.test"])
    }).pipe(inMemory)
  )

  it.effect.each([
    { how: "that was waiting after the first look", time: "15:31", told: ["b2 c@x.test"], isCertain: true },
    {
      how: "that may have begun before it",
      time: "15:20",
      told: ["b2 c@x.test", "b3 a@x.test", "b3 c@x.test"],
      isCertain: false
    }
  ])("was asked for by a batch $how", ({ isCertain, time, told }) =>
    Effect.gen(function* () {
      yield* next("b1", named)
      yield* seen(2, 2)
      yield* send("b2", [
        { email: "a@x.test", ...subscribed },
        { email: "c@x.test", ...named }
      ])
      yield* idle("b2", time)
      yield* settled("b2", ["1", "2"], "2031-04-02T08:16:00.000Z")
      yield* next("b3", named)
      yield* seen(1, 1)
      assert.deepStrictEqual(yield* blamed, isCertain ? [...told, "b3 c@x.test"] : told)
      const all = yield* changes
      assert.strictEqual(
        all.some((text) => /^b2 .*; this batch came in between, and did not/.test(text)),
        isCertain
      )
      assert.isFalse(all.some((text) => /^b3 .*; this batch came/.test(text)))
    }).pipe(inMemory)
  )

  it.effect("may have been asked for by no batch that had not begun at the second look", () =>
    Effect.gen(function* () {
      yield* next("b1", named)
      yield* seen(2)
      // No value of it waits for another batch.
      yield* next("b2", {})
      yield* send("b3", [{ email: "a@x.test", ...subscribed }])
      yield* seen(1)
      const isPerhapsAsked = Effect.map(changes, (all) =>
        all.map((text) => text.endsWith("Another batch that subscribed it may have come between"))
      )
      assert.deepStrictEqual(yield* isPerhapsAsked, [true])
      yield* idle("b3", "17:00")
      assert.deepStrictEqual(yield* isPerhapsAsked, [false])
    }).pipe(inMemory)
  )

  const unsubscribed = { unsubscribe: [{ listid: 3 }] }

  it.effect.each([
    { how: "waited until the first had settled", time: "17:00", told: ["b3 a@x.test", "b4 a@x.test"] },
    { how: "may have come before it", time: "16:00", told: [] }
  ])("was not asked for by a batch if one that unsubscribed the contact after it $how", ({ time, told }) =>
    Effect.gen(function* () {
      yield* next("b1", named)
      yield* seen(2)
      yield* send("b2", [{ email: "a@x.test", ...subscribed }])
      yield* idle("b2", "16:00")
      yield* settled("b2", ["1"], "2031-04-02T08:16:10.000Z")
      yield* send("b3", [{ email: "a@x.test", ...unsubscribed }])
      yield* idle("b3", time)
      yield* settled("b3", ["1"], "2031-04-02T08:18:00.000Z")
      yield* next("b4", named)
      yield* seen(1)
      assert.deepStrictEqual(yield* blamed, told)
    }).pipe(inMemory)
  )
})
