import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import { isEarlier, othersOf, writtenNotBefore } from "../../../src/ledger/asSent/order.js"
import { rebuild, reconcileStale } from "../../../src/ledger/conclusions/Reconciliation.js"
import { Ledger } from "../../../src/ledger/Ledger.js"
import { answer, now, select } from "../../support/ledger.js"
import { contactWith, lookAt, nameAccount, send, submit } from "../../support/sentValues.js"
import { byHour, inMemory, look, minute, sendLater, settled, told, verdicts, whys } from "./support/looks.js"

describe("what is not as it was sent, where a later batch was sent to the contact", () => {
  it.effect.each([
    {
      when: "before the look",
      later: ["15:30"],
      why: /^another batch may have been sent to the contact/
    },
    {
      when: "as the look began",
      later: ["16:00"],
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
})

describe("of two batches with unlike values for one contact", () => {
  interface Times {
    readonly submitted?: string
    /** When it was answered that it was waiting, and then claimed. */
    readonly waiting?: string | ReadonlyArray<string>
    /** And that it was completed, each time with another ID. */
    readonly settled?: string | ReadonlyArray<string>
  }
  const happens = (batchId: string, { settled: settledAt = "08:15", waiting = [] }: Times) =>
    Effect.gen(function* () {
      for (const [at, time] of [waiting].flat().entries()) {
        yield* answer(batchId, at === 0 ? "waiting" : "claimed", {}, "account", byHour(time))
      }
      for (const [at, time] of [settledAt].flat().entries()) {
        yield* settled(batchId, at === 0 ? ["1"] : ["1", `${at}`], byHour(time))
      }
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
    { b1: { settled: "08:12" }, b2: { waiting: ["08:11", "08:13"] }, says: ["b1 sent-again"] },
    // It settled anew once the other may have begun.
    { b1: { settled: ["08:10", "08:14"] }, b2: { submitted: "08:12" }, says: [unknown("b1", "b2")] },
    // By these times, each came before the other.
    {
      b1: { waiting: "08:20", settled: "08:10" },
      b2: { waiting: "08:18", settled: "08:15" },
      says: [unknown("b1", "b2")]
    },
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

  it.effect("the earlier is told also where many batches are between the two", () =>
    Effect.gen(function* () {
      yield* send("b1", [{ email: "a@x.test", first_name: "Ada" }])
      for (let at = 0; at < 12; at += 1)
        yield* send(`c${at}`, [{ email: `c${at}@x.test`, first_name: "Ada" }])
      yield* send("b2", [{ email: "a@x.test", first_name: "Zoe" }])
      yield* happens("b2", { settled: "08:12" })
      yield* happens("b1", { waiting: "08:13", settled: "08:14" })
      yield* look(contactWith("1", "a@x.test", { firstName: "Ada" }))
      // All of them together.
      yield* rebuild
      assert.include(yield* told, "b2 sent-again")
    }).pipe(inMemory)
  )

  const time = FastCheck.constantFrom("08:00", "08:10", "08:20", "08:30")
  const times = FastCheck.record({
    submitted: FastCheck.option(time),
    waiting: FastCheck.array(time, { maxLength: 2 }),
    settled: FastCheck.array(time, { maxLength: 2 })
  })

  it.effect.prop(
    "the same one is the earlier in SQL, which decides what a purge keeps",
    [FastCheck.array(times, { minLength: 6, maxLength: 6 })],
    ([batches]) =>
      Effect.gen(function* () {
        for (const [at, { submitted, ...others }] of batches.entries()) {
          if (submitted !== null) yield* submit(`b${at}`, byHour(submitted))
          yield* send(`b${at}`, [{ email: "a@x.test", first_name: `Ada ${at}` }])
          yield* happens(`b${at}`, others)
        }
        const { sql } = yield* Ledger
        const inSql = yield* sql.unsafe(`SELECT b.batch, o.batch AS later FROM numbered_batches b
          CROSS JOIN numbered_batches o ON o.batch <> b.batch WHERE ${isEarlier("b", "o")} ORDER BY 1, 2`)
        const numbers = yield* select<{ readonly batch: number; readonly addressId: number }>(
          'SELECT batch, address_id AS "addressId" FROM sent_contacts ORDER BY batch'
        )
        const { of } = yield* othersOf(
          sql,
          numbers.map(({ batch }) => batch)
        )
        const known = numbers.flatMap((sent) =>
          of(sent, now).later.map(({ span }) => ({ batch: sent.batch, later: span.batch }))
        )
        assert.deepStrictEqual(inSql, known)
      }).pipe(inMemory),
    { fastCheck: { numRuns: 12 } }
  )
})

describe("the time before which a batch cannot have written a contact", () => {
  const span = { batch: 1, batchId: "b1", isSubmittedLate: 0, submittedAt: null, idleAt: null } as const
  const at = (time: string | null) => (time === null ? null : byHour(time))

  it.each<
    readonly [
      created: string | null,
      submitted: string | null,
      idle: string | null,
      settled: string | null,
      from: string | undefined
    ]
  >([
    [null, null, null, "08:15", undefined],
    ["08:01", "08:03", "08:02", "08:15", "08:03"],
    ["08:03", "08:02", "08:01", "08:15", "08:03"],
    ["08:01", "08:02", "08:03", "08:15", "08:03"],
    ["08:20", "08:02", null, "08:15", "08:20"],
    // It is another contact.
    ["08:21", "08:02", null, "08:15", "08:02"],
    ["08:01", "08:03", "08:02", null, undefined]
  ])(
    "is the latest that is known: created %s, submitted %s, idle %s, settled %s: %s",
    (created, submitted, idle, settledAt, from) => {
      const times = { ...span, submittedAt: at(submitted), idleAt: at(idle), settledAt: at(settledAt) }
      assert.strictEqual(writtenNotBefore(times, at(created)), from === undefined ? undefined : byHour(from))
    }
  )
})
