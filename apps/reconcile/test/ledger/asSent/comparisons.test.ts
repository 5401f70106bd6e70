import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { BatchId } from "effect-activecampaign/BatchId"
import { rebuild, reconcileStale } from "../../../src/ledger/conclusions/Reconciliation.js"
import * as Batches from "../../../src/ledger/facts/Batches.js"
import { answer, load, row, select } from "../../support/ledger.js"
import { contactWith, detailed, lookAt, nameAccount, send, submit } from "../../support/sentValues.js"
import { counts, fields, inMemory, lists, look, settled, verdicts } from "./support/looks.js"

const byHour = (time: string) => `2031-04-02T${time}:00.000Z`

describe("what was sent and what the account holds", () => {
  it.effect("is counted as not checked until it is looked at, and then compared", () =>
    Effect.gen(function* () {
      yield* send("b", [
        { email: "a@x.test", first_name: "Ada", fields: [{ id: 12, value: "ACME" }] },
        { email: "c@x.test", first_name: "Eve", fields: [{ id: 12, value: "Ltd" }] }
      ])
      yield* settled("b", ["1", "2"])
      assert.deepStrictEqual(yield* counts, ["b field 12 2 0 0 0 0 0 2", "b first_name  2 0 0 0 0 0 2"])
      yield* look(
        detailed("1", "a@x.test", { firstName: Option.some("Ada "), ...fields(["12", "ACME"]) }),
        detailed("2", "c@x.test", { firstName: Option.some("Zoe") })
      )
      yield* reconcileStale()
      assert.deepStrictEqual(yield* verdicts, [
        "b field 12 absent Ltd > -",
        "b first_name  different Eve > Zoe"
      ])
      assert.deepStrictEqual(yield* counts, ["b field 12 2 1 0 1 0 0 0", "b first_name  2 1 1 0 0 0 0"])
    }).pipe(inMemory)
  )

  it.effect("cannot be told of a contact that changed after the import, or that a later batch changed", () =>
    Effect.gen(function* () {
      yield* submit("b2", "2031-04-02T08:15:00.000Z")
      yield* send("b1", [{ email: "a@x.test", first_name: "Ada", last_name: "L" }])
      yield* settled("b1", ["1"])
      yield* send("b2", [{ email: "a@x.test", first_name: "Eve" }])
      yield* settled("b2", ["1"])
      yield* look(
        detailed(
          "1",
          "a@x.test",
          { firstName: Option.some("Eve"), lastName: Option.some("M") },
          "2031-04-02T09:15:00Z"
        )
      )
      yield* reconcileStale()
      assert.deepStrictEqual(yield* verdicts, [
        "b1 first_name  sent-again Ada > Eve",
        "b1 last_name  edited-since L > M"
      ])
    }).pipe(inMemory)
  )

  it.effect("is the same again after a rebuild", () =>
    Effect.gen(function* () {
      yield* send("b", [{ email: "a@x.test", first_name: "Ada", tags: ["vip"], subscribe: [{ listid: 3 }] }])
      yield* settled("b", ["1"])
      yield* look(detailed("1", "a@x.test", lists(["3", 2])))
      yield* reconcileStale()
      const before = [yield* verdicts, yield* counts]
      assert.deepStrictEqual(before[0], [
        "b first_name  absent Ada > -",
        "b subscribe 3 different  > unsubscribed",
        "b tag vip absent  > -"
      ])
      const { changed } = yield* rebuild
      assert.strictEqual(changed, 0)
      assert.deepStrictEqual([yield* verdicts, yield* counts], before)
    }).pipe(inMemory)
  )

  it.effect("is compared in any number of batches at once", () =>
    Effect.gen(function* () {
      const ids = Array.from({ length: 12 }, (_, at) => `b${at + 10}`)
      for (const id of ids) {
        yield* send(id, [{ email: `${id}@x.test`, first_name: "Ada" }])
        yield* settled(id, [id.slice(1)])
      }
      yield* look(
        ...ids.map((id) => detailed(id.slice(1), `${id}@x.test`, { firstName: Option.some("Ada") }))
      )
      yield* reconcileStale()
      assert.deepStrictEqual(
        yield* counts,
        ids.map((id) => `${id} first_name  1 1 0 0 0 0 0`)
      )
    }).pipe(inMemory)
  )

  it.effect("is to be looked at again once the batch has settled anew", () =>
    Effect.gen(function* () {
      yield* send("b", [{ email: "a@x.test", first_name: "Ada" }])
      yield* load([row("a@x.test", "b", "1")])
      yield* settled("b", ["1"])
      yield* look(contactWith("1", "a@x.test", { firstName: "Zoe" }))
      yield* reconcileStale()
      assert.deepStrictEqual(yield* counts, ["b first_name  1 0 1 0 0 0 0"])
      yield* settled("b", ["1", "2"])
      assert.deepStrictEqual(yield* select("SELECT outcome FROM outcomes"), [{ outcome: "imported" }])
      assert.deepStrictEqual(yield* counts, ["b first_name  1 0 0 0 0 0 1"])
      assert.deepStrictEqual(yield* verdicts, [])
    }).pipe(inMemory)
  )

  it.effect("is counted once for a contact that it was sent to twice in one batch", () =>
    Effect.gen(function* () {
      const acme = { id: 12, value: "ACME" }
      yield* send("b", [{ email: "a@x.test", tags: ["vip", "vip"], fields: [acme, acme] }])
      yield* settled("b", ["1"])
      yield* look(detailed("1", "a@x.test", fields(["12", "ACME"])))
      yield* reconcileStale()
      assert.deepStrictEqual(yield* counts, ["b field 12 1 1 0 0 0 0 0", "b tag vip 1 0 0 1 0 0 0"])
    }).pipe(inMemory)
  )

  it.effect.each([
    { part: "fieldValues", unseen: ["field 12"] },
    { part: "tags", unseen: ["tag vip"] },
    { part: "lists", unseen: ["subscribe 3", "unsubscribe 4"] }
  ] as const)("is not checked where the answer did not have it: $part", ({ part, unseen }) =>
    Effect.gen(function* () {
      yield* send("b", [
        {
          email: "a@x.test",
          fields: [{ id: 12, value: "ACME" }],
          tags: ["vip"],
          subscribe: [{ listid: 3 }],
          unsubscribe: [{ listid: 4 }]
        }
      ])
      yield* settled("b", ["1"])
      yield* look(detailed("1", "a@x.test", { [part]: { _tag: "NotSideloaded" } }))
      yield* reconcileStale()
      assert.deepStrictEqual(
        yield* counts,
        ["field 12", "subscribe 3", "tag vip", "unsubscribe 4"].map((member) =>
          unseen.some((one) => one === member) ? `b ${member} 1 0 0 0 0 0 1` : `b ${member} 1 0 0 1 0 0 0`
        )
      )
    }).pipe(inMemory)
  )
})

describe("what is not as it was sent", () => {
  it.effect.each([
    { changed: "2031-04-02T08:20:00Z", told: "different null" },
    { changed: "2031-04-02T08:20:01Z", told: "edited-since null" },
    { changed: "", told: "not-checked the account does not say when the contact changed" }
  ])(
    "may be an edit if the contact changed over five minutes after the batch settled: '$changed'",
    ({ changed, told }) =>
      Effect.gen(function* () {
        yield* send("b", [{ email: "a@x.test", first_name: "Ada" }])
        yield* settled("b", ["1"])
        yield* look(contactWith("1", "a@x.test", { firstName: "Zoe" }, changed))
        yield* reconcileStale()
        const rows = yield* select<{ readonly comparison: string; readonly why: string | null }>(
          "SELECT comparison, why FROM value_verdicts"
        )
        assert.deepStrictEqual(
          rows.map(({ comparison, why }) => `${comparison} ${why}`),
          [told]
        )
        const dropped = yield* select("SELECT * FROM dropped_values")
        assert.lengthOf(dropped, told.startsWith("different") ? 1 : 0)
      }).pipe(inMemory)
  )

  const minute = (seconds: string) => `2031-04-02T08:${seconds}.000Z`
  /** Sent with a last name only, which may set off an automation. */
  const sendLater = (batchId: string, submittedAt: string, parts: Readonly<Record<string, unknown>>) =>
    Effect.zipRight(
      Batches.add([BatchId.make(batchId)], { addedAt: "2031-04-02T23:00:00.000Z", submittedAt }),
      send(batchId, [{ email: "a@x.test", ...parts }])
    )
  const whys = Effect.map(
    select<{ readonly why: string | null }>(
      `SELECT v.why FROM value_verdicts v JOIN numbered_batches b USING (batch) JOIN sent_members m USING (member_id)
       WHERE b.batch_id = 'b1' AND m.name IN ('', '12')`
    ),
    (rows) => rows.map(({ why }) => why ?? "told")
  )

  it.effect.each([
    {
      when: "before the look",
      later: ["15:30"],
      why: /^another batch may have been sent to the contact/
    },
    { when: "after the look", later: ["17:00"], why: /^told$/ },
    {
      when: "before and after the look",
      later: ["15:30", "17:00"],
      why: /^another batch may have been sent to the/
    }
  ])("cannot be told if a later batch may have changed it, sent $when", ({ later, why }) =>
    Effect.gen(function* () {
      yield* send("b1", [{ email: "a@x.test", first_name: "Ada" }])
      yield* settled("b1", ["1"])
      for (const [at, time] of later.entries())
        yield* sendLater(`b${at + 2}`, minute(time), { last_name: "L" })
      yield* lookAt(minute("16:00"), contactWith("1", "a@x.test", { firstName: "Zoe" }))
      const [told = "nothing", ...others] = yield* whys
      assert.match(told, why)
      assert.deepStrictEqual(others, [])
    }).pipe(inMemory)
  )

  it.effect.each([
    { answers: [], says: /^another batch may have been sent/ },
    { answers: [["waiting", "15:30"]], says: /^another batch may have been sent/ },
    // Both an answer and a look may be half a minute old.
    { answers: [["waiting", "16:59"]], says: /^another batch may have been sent/ },
    { answers: [["waiting", "17:01"]], says: /^told$/ },
    { answers: [["claimed", "17:01"]], says: /^told$/ },
    { answers: [["active", "16:30"]], says: /^another batch may have been sent/ },
    {
      answers: [
        ["completed", "15:30"],
        ["waiting", "16:30"]
      ],
      says: /^another batch may have been sent/
    }
  ] as const)(
    "is told though a batch of unknown time was added later, if that had not begun at the look: $answers",
    ({ answers, says }) =>
      Effect.gen(function* () {
        yield* send("b1", [{ email: "a@x.test", first_name: "Ada" }])
        yield* settled("b1", ["1"])
        yield* lookAt(minute("16:00"), contactWith("1", "a@x.test", { firstName: "Zoe" }))
        assert.deepStrictEqual(yield* whys, ["told"])
        yield* send("b2", [{ email: "a@x.test", last_name: "L" }])
        yield* reconcileStale()
        for (const [status, time] of answers) yield* answer("b2", status, {}, "account", minute(time))
        const [one = "nothing", ...others] = yield* whys
        assert.match(one, says)
        assert.deepStrictEqual(others, [])
      }).pipe(inMemory)
  )

  it.effect("was sent again if any row of a later batch has another value", () =>
    Effect.gen(function* () {
      yield* submit("b2", "2031-04-02T08:15:00.000Z")
      yield* send("b1", [{ email: "a@x.test", first_name: "Ada" }])
      yield* settled("b1", ["1"])
      yield* send("b2", [
        { email: "a@x.test", first_name: "Eve" },
        { email: "a@x.test", last_name: "L" }
      ])
      yield* settled("b2", ["1"])
      yield* look(contactWith("1", "a@x.test", { firstName: "Eve" }))
      yield* reconcileStale()
      assert.include(yield* verdicts, "b1 first_name  sent-again Ada > Eve")
    }).pipe(inMemory)
  )

  it.effect("may have been sent again by the title of its field, as long as the names are not known", () =>
    Effect.gen(function* () {
      yield* send("b1", [{ email: "a@x.test", fields: [{ id: 12, value: "ACME" }] }])
      yield* settled("b1", ["1"])
      yield* sendLater("b2", minute("17:00"), { fields: [{ id: "Company", value: "Ltd" }] })
      yield* lookAt(minute("16:00"), contactWith("1", "a@x.test", {}))
      assert.deepStrictEqual(yield* whys, [
        "another batch may have sent it under another name: the names of fields are not known"
      ])
      yield* nameAccount
      yield* reconcileStale()
      assert.deepStrictEqual(yield* verdicts, ["b1 field 12 sent-again ACME > -"])
    }).pipe(inMemory)
  )

  it.effect("may have been sent twice in its batch, as long as the names of fields are not known", () =>
    Effect.gen(function* () {
      const twice = [
        { id: 12, value: "ACME" },
        { id: "Company", value: "Ltd" }
      ]
      yield* send("b1", [{ email: "a@x.test", fields: twice }])
      yield* settled("b1", ["1"])
      yield* look(contactWith("1", "a@x.test", {}))
      yield* reconcileStale()
      assert.deepStrictEqual(yield* whys, [
        "the batch may have sent it under two names: the names of fields are not known"
      ])
    }).pipe(inMemory)
  )

  it.effect(
    "is a field that the account does not have, also if a later batch sent another value for it",
    () =>
      Effect.gen(function* () {
        yield* nameAccount
        yield* send("b1", [{ email: "a@x.test", fields: [{ id: "Plan", value: "gold" }] }])
        yield* settled("b1", ["1"])
        yield* send("b2", [{ email: "a@x.test", fields: [{ id: "Plan", value: "silver" }] }])
        yield* settled("b2", ["1"])
        yield* look(contactWith("1", "a@x.test", {}))
        yield* reconcileStale()
        const told = yield* select<{ readonly why: string }>("SELECT DISTINCT why FROM value_verdicts")
        assert.deepStrictEqual(told, [{ why: "the account has no field of this name" }])
      }).pipe(inMemory)
  )
})

/** What is told of the batches of a contact, each with its reason. */
const told = Effect.map(
  select<{
    readonly told: string
  }>(`SELECT b.batch_id || ' ' || v.comparison || coalesce(': ' || v.why, '') AS told
    FROM value_verdicts v JOIN numbered_batches b USING (batch) ORDER BY 1`),
  (rows) => rows.map((one) => one.told)
)

describe("what is not as it was sent, in a batch that is asked about late", () => {
  // The answers of tests come at 08:15, and before that if they say so.
  it.effect.each([
    { created: "08:14", submitted: null, changed: "08:14", says: /^different$/ },
    { created: "06:00", submitted: null, changed: "06:04", says: /^different$/ },
    { created: "06:00", submitted: null, changed: "06:06", says: /^not-checked: .*--submitted-at may help$/ },
    { created: "01:00", submitted: "08:00", changed: "08:05", says: /^different$/ },
    { created: "01:00", submitted: "06:00", changed: "06:06", says: /^not-checked: .*asking sooner/ },
    { created: "01:00", submitted: null, changed: "08:20", says: /^not-checked: .*--submitted-at may help$/ },
    { created: "", submitted: null, changed: "08:14", says: /^not-checked: .*--submitted-at may help$/ },
    // The clock of the account is ahead.
    { created: "08:16", submitted: null, changed: "08:16", says: /^different$/ },
    { created: "08:20", submitted: null, changed: "08:20", says: /^different$/ },
    // It was created after the import, so it is another contact.
    { created: "08:21", submitted: "08:00", changed: "08:20", says: /^not-checked: .*asking sooner/ },
    { created: "08:21", submitted: "08:00", changed: "08:21", says: /^edited-since$/ },
    // A time after the batch had settled is not that of its submission.
    {
      created: "01:00",
      submitted: "08:16",
      changed: "08:16",
      says: /^not-checked: .*: the time of submission cannot be right, as it is later than the settled answer$/
    }
  ])(
    "is told only if the contact did not change after it can have been written: created $created, submitted $submitted, changed $changed",
    ({ changed, created, says, submitted }) =>
      Effect.gen(function* () {
        if (submitted !== null) yield* submit("b", byHour(submitted))
        yield* send("b", [{ email: "a@x.test", first_name: "Ada" }])
        yield* settled("b", ["1"])
        const createdAt = created === "" ? "" : byHour(created)
        yield* look(contactWith("1", "a@x.test", { firstName: "Zoe" }, byHour(changed), createdAt))
        yield* reconcileStale()
        const [found = "", ...others] = yield* told
        assert.match(found.replace(/^b /, ""), says)
        assert.deepStrictEqual(others, [])
      }).pipe(inMemory)
  )

  it.effect.each([
    { status: "waiting", origin: "account", says: /^b different$/ },
    { status: "claimed", origin: "account", says: /^b different$/ },
    // It may have been written before that answer, and changed since.
    { status: "active", origin: "account", says: /^b not-checked: / },
    // It is not known when that answer was given.
    { status: "waiting", origin: "pasted", says: /^b not-checked: / }
  ] as const)(
    "is told if the batch had not begun shortly before: $status, $origin",
    ({ origin, says, status }) =>
      Effect.gen(function* () {
        yield* send("b", [{ email: "a@x.test", first_name: "Ada" }])
        yield* answer("b", status, { success: [], failure: [] }, origin)
        yield* settled("b", ["1"])
        yield* look(contactWith("1", "a@x.test", { firstName: "Zoe" }, byHour("08:15"), byHour("01:00")))
        yield* reconcileStale()
        assert.match((yield* told).join(), says)
      }).pipe(inMemory)
  )
})

describe("of two batches with unlike values for one contact", () => {
  interface Times {
    readonly submitted?: string
    /** When it was answered that it was waiting. */
    readonly waiting?: string
    readonly settled?: string
  }
  const happens = (batchId: string, { settled: settledAt = "08:15", waiting }: Times) =>
    Effect.gen(function* () {
      if (waiting !== undefined) yield* answer(batchId, "waiting", {}, "account", byHour(waiting))
      yield* settled(batchId, ["1"], byHour(settledAt))
    })
  const twoBatches = (b1: Times, b2: Times) =>
    Effect.gen(function* () {
      if (b1.submitted !== undefined) yield* submit("b1", byHour(b1.submitted))
      if (b2.submitted !== undefined) yield* submit("b2", byHour(b2.submitted))
      yield* send("b1", [{ email: "a@x.test", first_name: "Ada" }])
      yield* send("b2", [{ email: "a@x.test", first_name: "Zoe" }])
      yield* happens("b1", b1)
      yield* happens("b2", b2)
      yield* look(contactWith("1", "a@x.test", { firstName: "Zoe" }, byHour("08:14"), byHour("08:10")))
      yield* reconcileStale()
      return yield* told
    })
  const unknown = (one: string, other: string) =>
    `${one} not-checked: batch ${other} sent another value, and it is not known which came later`

  it.effect.each<{ readonly b1: Times; readonly b2: Times; readonly says: ReadonlyArray<string> }>([
    { b1: {}, b2: {}, says: [unknown("b1", "b2")] },
    // The one that was submitted first may have waited longer, and have written last.
    { b1: { submitted: "08:10" }, b2: { submitted: "08:11" }, says: [unknown("b1", "b2")] },
    { b1: { submitted: "08:11" }, b2: { submitted: "08:10" }, says: [unknown("b1", "b2")] },
    {
      b1: { submitted: "08:09", settled: "08:12" },
      b2: { submitted: "08:11" },
      says: [unknown("b1", "b2")]
    },
    // The first had settled by then.
    { b1: { settled: "08:12" }, b2: { submitted: "08:12" }, says: ["b1 sent-again"] },
    { b1: { settled: "08:12" }, b2: { waiting: "08:13" }, says: ["b1 sent-again"] },
    { b1: { settled: "08:12" }, b2: { waiting: "08:11" }, says: [unknown("b1", "b2")] },
    { b1: { submitted: "08:13", settled: "08:14" }, b2: { settled: "08:12" }, says: ["b1 different"] },
    { b1: { waiting: "08:13", settled: "08:14" }, b2: { settled: "08:12" }, says: ["b1 different"] },
    // It cannot have been submitted after it had settled.
    { b1: { settled: "08:12" }, b2: { submitted: "08:15", settled: "08:14" }, says: [unknown("b1", "b2")] }
  ])("the earlier is told only if it is known which that is: $b1, $b2", ({ b1, b2, says }) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* twoBatches(b1, b2), says)
    }).pipe(inMemory)
  )

  it.effect("the earlier is told as soon as the times say which that is", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* twoBatches({ settled: "08:12" }, {}), [unknown("b1", "b2")])
      yield* submit("b2", byHour("08:12"))
      yield* reconcileStale()
      assert.deepStrictEqual(yield* told, ["b1 sent-again"])
    }).pipe(inMemory)
  )
})
