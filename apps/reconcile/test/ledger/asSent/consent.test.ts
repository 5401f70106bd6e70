import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { BatchId } from "effect-activecampaign/BatchId"
import { reconcileStale } from "../../../src/ledger/conclusions/Reconciliation.js"
import * as Batches from "../../../src/ledger/facts/Batches.js"
import { load, now, row, select } from "../../support/ledger.js"
import { detailed, nameAccount, send } from "../../support/sentValues.js"
import { inMemory, lists, look, settled } from "./support/looks.js"

/** `batch address: what was found` of each finding. */
const changes = Effect.zipRight(
  reconcileStale(),
  Effect.map(
    select<{
      readonly text: string
    }>(`SELECT batch_id || ' ' || subject || ': ' || detail AS text FROM findings
      WHERE finding = 'consent-change' ORDER BY batch_id, subject`),
    (rows) => rows.map(({ text }) => text)
  )
)

const seen = (status: number, other = 1) =>
  look(detailed("1", "a@x.test", lists(["3", status])), detailed("2", "c@x.test", lists(["3", other])))

/** Sends a batch to both contacts, and settles it. */
const next = (
  batchId: string,
  a: Readonly<Record<string, unknown>>,
  c: Readonly<Record<string, unknown>> = a,
  settledAt = now
) =>
  Effect.zipRight(
    send(batchId, [
      { email: "a@x.test", ...a },
      { email: "c@x.test", ...c }
    ]),
    settled(batchId, ["1", "2"], settledAt)
  )

const named = { first_name: "Ada" }
const subscribed = { subscribe: [{ listid: 3 }] }

describe("consent", () => {
  it.effect.each([
    {
      before: 2,
      how: "with a name",
      parts: named,
      told: /^unsubscribed on list 3 when looked at on .*, active on .*; this batch did not subscribe it$/
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
        /^b2 a@x.test: .*; what this batch sent is not known, so it may have subscribed it$/
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
        yield* next("b4", named)
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

  const submittedAt = (batchId: string, time: string) =>
    Batches.add([BatchId.make(batchId)], { addedAt: now, submittedAt: time })

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
      yield* next("b3", named)
      assert.deepStrictEqual(
        (yield* changes).map((text) => text.split(":")[0]),
        ["b2 a@x.test", "b4 a@x.test"]
      )
    }).pipe(inMemory)
  )
})
