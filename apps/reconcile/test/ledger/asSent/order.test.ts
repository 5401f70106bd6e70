import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { reconcileStale } from "../../../src/ledger/conclusions/Reconciliation.js"
import { answer } from "../../support/ledger.js"
import { contactWith, lookAt, nameAccount, send, submit } from "../../support/sentValues.js"
import { byHour, inMemory, look, minute, sendLater, settled, told, verdicts, whys } from "./support/looks.js"

describe("what is not as it was sent, where a later batch was sent to the contact", () => {
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
    { answers: [["waiting", "16:30"]], says: /^told$/ },
    { answers: [["claimed", "16:30"]], says: /^told$/ },
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
