import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as fc from "effect/FastCheck"
import * as Condition from "../../../src/cli/failOn/Condition.js"
import { Outcome, Verdict } from "../../../src/ledger/schema/words.js"

const count = fc.nat(1_000_000).map((count): Condition.Limit => ({ _tag: "Count", count }))
const share = fc
  .integer({ min: 0, max: 99_999 })
  .map((thousandths): Condition.Limit => ({ _tag: "Share", percent: thousandths / 1000 }))
const time = fc
  .integer({ min: 1, max: 10_000_000_000 })
  .map((millis): Condition.Limit => ({ _tag: "Time", millis }))

const condition: fc.Arbitrary<Condition.Condition> = fc.oneof(
  fc.record({
    subject: fc.constantFrom(...Outcome.literals),
    isNew: fc.constant(false),
    limit: fc.oneof(count, share)
  }),
  fc.record({
    subject: fc.constantFrom(...Verdict.literals),
    isNew: fc.constant(true),
    limit: fc.oneof(count, share)
  }),
  fc.record({ subject: fc.constant("findings" as const), isNew: fc.boolean(), limit: count }),
  fc.record({ subject: fc.constant("consent" as const), isNew: fc.constant(false), limit: count }),
  fc.record({
    subject: fc.constant("dropped" as const),
    isNew: fc.constant(false),
    limit: fc.oneof(count, share)
  }),
  fc.record({
    subject: fc.constant("stalled" as const),
    isNew: fc.constant(false),
    limit: fc.oneof(count, time)
  })
)

const parsed = (text: string) => Either.getOrThrowWith(Condition.parse(text), (reason) => new Error(reason))

const facts: Condition.Facts = {
  all: { contacts: 1200, outcomes: { rejected: 41, missing: 1 }, findings: 3 },
  fresh: { contacts: 10, outcomes: { rejected: 1 }, findings: 0 },
  values: { sent: 14_400, dropped: 1201 },
  consent: 1,
  stalled: ["b-1", "b-2", "b-3", "b-4"],
  open: [
    { batchId: "b-1", millis: 7_200_000 },
    { batchId: "b-5", millis: 3_600_000 }
  ]
}

const saying = (text: string) => Condition.sentenceOf(Condition.judge(parsed(text), facts))

describe("the conditions of --fail-on", () => {
  it("are read as they are written", () => {
    fc.assert(
      fc.property(fc.array(condition, { maxLength: 5 }), (conditions) => {
        assert.deepStrictEqual(parsed(conditions.map(Condition.print).join(",")), conditions)
      })
    )
  })

  it("are written in one way, however they were typed", () => {
    const typed = parsed(" rejected > 2.0% , missing>0,, stalled>120m,new-rejected > 7")
    assert.deepStrictEqual(typed.map(Condition.print), [
      "rejected>2%",
      "missing",
      "stalled>2h",
      "new-rejected>7"
    ])
    assert.deepStrictEqual(parsed(""), [])
  })

  it("are refused with the piece that is wrong, whatever it is", () => {
    for (const [text, like] of [
      ["rejected,sadness", /^'sadness' is not valid\. Choose from imported, .*, stalled, dropped, consent; /],
      ["rejected>=2", /^'rejected>=2' is not valid\. Write a number/],
      ["rejected>100%", /^'rejected>100%' .*below 100%/],
      ["rejected>1h", /^'rejected>1h'/],
      ["findings>1%", /^'findings>1%'/],
      ["stalled>1%", /^'stalled>1%' .*stalled>2h/],
      ["consent>1%", /^'consent>1%' is not valid\. Write a number/],
      ["dropped>1h", /^'dropped>1h'/],
      ["new-dropped", /^'new-dropped' .* new- goes with imported, present/],
      ["new-pending", /^'new-pending' .* new- goes with imported, present/],
      ["Rejected", /^'Rejected'/]
    ] as const) {
      const read = Condition.parse(text)
      assert.match(Either.isLeft(read) ? read.left : "", like)
    }
    fc.assert(
      fc.property(fc.string(), (text) => {
        const read = Condition.parse(text)
        if (Either.isRight(read))
          assert.deepStrictEqual(parsed(read.right.map(Condition.print).join(",")), read.right)
      })
    )
  })

  it("apply above their limit only, and say of what it is a share", () => {
    assert.strictEqual(saying("rejected>2%"), "rejected>2% (41 of 1,200 sent contacts, 3.4%)")
    assert.strictEqual(
      saying("rejected>40,missing"),
      "rejected>40 (41 of 1,200 sent contacts, 3.4%); missing (1 of 1,200 sent contacts, <0.1%)"
    )
    assert.strictEqual(saying("rejected>41,rejected>3.5%,unaccounted,findings>3"), "")
    assert.strictEqual(saying("findings>2"), "findings>2 (3 findings)")
    assert.strictEqual(
      saying("new-rejected>9%,new-findings"),
      "new-rejected>9% (1 of 10 contacts with a new outcome, 10.0%)"
    )
    assert.strictEqual(saying("stalled"), "stalled (4 batches: b-1, b-2, b-3 and 1 more)")
    assert.strictEqual(saying("stalled>1h"), "stalled>1h (1 batch: b-1)")
    assert.strictEqual(saying("stalled>4"), "")
    assert.strictEqual(
      saying("dropped>0,dropped>8%"),
      "dropped (1,201 of 14,400 sent values, 8.3%); dropped>8% (1,201 of 14,400 sent values, 8.3%)"
    )
    assert.strictEqual(saying("dropped>1201,dropped>9%,consent>1"), "")
    assert.strictEqual(saying("consent"), "consent (1 change of consent)")
  })

  it("apply to an empty file in no case", () => {
    const counted = { contacts: 0, outcomes: {}, findings: 0 }
    fc.assert(
      fc.property(condition, (one) => {
        assert.deepStrictEqual(
          Condition.judge([one], {
            all: counted,
            fresh: counted,
            values: { sent: 0, dropped: 0 },
            consent: 0,
            stalled: [],
            open: []
          }),
          []
        )
      })
    )
  })
})
