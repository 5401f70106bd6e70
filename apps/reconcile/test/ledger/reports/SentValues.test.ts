import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { appliedTo } from "../../../src/cli/failOn/facts.js"
import { parse } from "../../../src/cli/failOn/Condition.js"
import * as Ledger from "../../../src/ledger/Ledger.js"
import { attention } from "../../../src/ledger/reports/Attention.js"
import * as Reports from "../../../src/ledger/reports/Reports.js"
import { type MemberTotal, ofBatch, sentValues } from "../../../src/ledger/reports/SentValues.js"
import { droppedText, memberNote, neverArrived } from "../../../src/report/sentValues.js"
import { answer, load, row } from "../../support/ledger.js"
import { contactWith, lookAt, nameAccount, send, sentWorld, submit } from "../../support/sentValues.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))

/** `member: sent same different absent cannot tell, not checked`. */
const lineOf = (total: MemberTotal) =>
  `${total.member}: ${total.sent} ${total.same} ${total.different} ${total.absent} ${total.cannot_tell} ${total.not_checked}`

describe("the numbers of sent values", () => {
  it.effect("have what was dropped most first, in all batches and in one", () =>
    Effect.gen(function* () {
      yield* sentWorld
      const all = yield* sentValues
      const lines = [
        "field 12 (Company): 3 0 0 2 0 1",
        "first_name: 3 1 1 0 0 1",
        "tag by ada@x.test: 1 0 0 1 0 0"
      ]
      assert.deepStrictEqual(all?.members.map(lineOf), lines)
      assert.deepStrictEqual(all?.counts, {
        sent: 7,
        same: 1,
        different: 1,
        absent: 3,
        cannot_tell: 0,
        not_checked: 2
      })
      assert.deepStrictEqual((yield* ofBatch("b-1")).map(lineOf), lines)
      assert.deepStrictEqual(yield* ofBatch("a-1"), [])
    }).pipe(inMemory)
  )

  it.effect("count edits and later batches as what cannot be told, and name lists that were left", () =>
    Effect.gen(function* () {
      yield* nameAccount
      yield* submit("b2", "2031-04-02T08:15:00.000Z")
      yield* send("b1", [
        { email: "a@x.test", first_name: "Ada", last_name: "L", unsubscribe: [{ listid: 3 }] }
      ])
      yield* answer("b1", "completed", { success: ["1"], failure: [] })
      yield* send("b2", [{ email: "a@x.test", first_name: "Eve" }])
      yield* answer("b2", "completed", { success: ["1"], failure: [] })
      yield* lookAt(
        "2031-04-02T09:30:00.000Z",
        contactWith("1", "a@x.test", { firstName: "Eve" }, "2031-04-02T09:00:00Z")
      )
      assert.deepStrictEqual((yield* ofBatch("b1")).map(lineOf), [
        "first_name: 1 0 0 0 1 0",
        "last_name: 1 0 0 0 1 0",
        "not on list 3 (News): 1 0 0 0 1 0"
      ])
      assert.deepStrictEqual((yield* sentValues)?.counts, {
        sent: 4,
        same: 1,
        different: 0,
        absent: 0,
        cannot_tell: 3,
        not_checked: 0
      })
      assert.deepStrictEqual((yield* attention).dropped, [])
    }).pipe(inMemory)
  )

  it.effect("decide what a run fails on", () =>
    Effect.gen(function* () {
      yield* sentWorld
      yield* load([row("d@x.test", "b-1")])
      const conditions = Either.getOrThrow(parse("dropped>3,dropped>4,consent>0,consent>1"))
      const applied = yield* appliedTo(conditions, { summary: yield* Reports.summary })
      assert.deepStrictEqual(
        applied.map(({ condition, count, of }) => [condition, count, of]),
        [
          ["dropped>3", 4, 7],
          ["consent", 1, null]
        ]
      )
    }).pipe(inMemory)
  )
})

describe("what a report says of a member", () => {
  const total = (absent: number, different: number, sent = 5): MemberTotal => ({
    member: "first_name",
    sent,
    same: sent - absent - different,
    different,
    absent,
    cannot_tell: 0,
    not_checked: 0,
    problem: null
  })

  it.each<readonly [absent: number, different: number, never: boolean, text: string]>([
    [5, 0, true, "first_name, which never arrived for anybody"],
    [4, 1, true, "first_name, of 5 sent: 4 absent, 1 different"],
    [1, 0, false, "first_name, of 5 sent: 1 absent"],
    [0, 2, false, "first_name, of 5 sent: 2 different"]
  ])("of %s absent and %s different out of five: never arrived is %s", (absent, different, never, text) => {
    const member = total(absent, different)
    assert.deepStrictEqual([neverArrived(member), droppedText(member)], [never, text])
    const note = memberNote({ members: [member, total(0, 0)] })
    assert.strictEqual(note, never ? "1 of these never arrived for anybody." : "")
  })

  it.each<readonly [unchecked: number, words: string]>([
    [1, "1 value is"],
    [1200, "1,200 values are"]
  ])("not checked of %s says which contacts are compared", (not_checked, words) => {
    assert.strictEqual(
      memberNote({ members: [{ ...total(0, 0), not_checked }] }),
      `${words} not checked: only imported and present contacts are compared, and only once they were looked at and found. contact_values names any doubt that is left.`
    )
  })

  it("that never arrived is not taken for one of a field that the account does not have", () => {
    const unknown = { ...total(5, 0), member: "field 99", problem: "the account has no field of this ID" }
    assert.strictEqual(
      memberNote({ members: [unknown, total(5, 0)] }),
      "2 of these never arrived for anybody. field 99: the account has no field of this ID."
    )
  })
})
