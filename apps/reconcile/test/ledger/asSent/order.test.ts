import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import { isEarlier, othersOf, writtenNotBefore } from "../../../src/ledger/asSent/order.js"
import { rebuild, reconcileStale } from "../../../src/ledger/conclusions/Reconciliation.js"
import * as Lookups from "../../../src/ledger/facts/Lookups.js"
import { Ledger } from "../../../src/ledger/Ledger.js"
import { answer, load, momentAt, now, row, select } from "../../support/ledger.js"
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
