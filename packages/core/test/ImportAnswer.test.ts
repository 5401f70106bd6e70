import { assert, describe, it } from "@effect/vitest"
import { Either, Equal, Option, ParseResult, Schema } from "effect"
import { ContactId, ImportAnswer } from "effect-activecampaign"

const schema = ImportAnswer.ImportAnswer
const decode = Schema.decodeUnknownSync(schema)
const decodeEither = Schema.decodeUnknownEither(schema)
const encode = Schema.encodeSync(schema)
const same = Schema.equivalence(Schema.typeSchema(schema))

const ids = (...values: ReadonlyArray<string>) => values.map((value) => ContactId.make(value))

/** The place of the first fault, which is the one that errors report. */
const faultOf = (wire: unknown) =>
  Either.match(decodeEither(wire), {
    onLeft: (error) => ParseResult.ArrayFormatter.formatErrorSync(error)[0]?.path.join("."),
    onRight: () => assert.fail("decoded what it should have refused")
  })

describe("ImportAnswer", () => {
  it("decodes a completed import with both lists in the order received", () => {
    const answer = decode({ status: "completed", success: ["125", "123"], failure: ["b@x.yz", "a@x.yz"] })
    assert.isTrue(ImportAnswer.isSettled(answer))
    assert.deepStrictEqual(ImportAnswer.lists(answer).success, Option.some(ids("125", "123")))
    assert.deepStrictEqual(ImportAnswer.lists(answer).failure, Option.some(["b@x.yz", "a@x.yz"]))
  })

  it.each([
    [false, "Unset"],
    ["waiting", "InProgress"],
    ["claimed", "InProgress"],
    ["active", "InProgress"],
    ["completed", "Settled"],
    ["failed", "Settled"],
    ["interrupted", "Settled"],
    [" COMPLETED ", "Settled"],
    ["paused", "Unrecognized"]
  ])("reads the status %j as %s", (status, tag) => {
    const answer = decode({ status })
    assert.strictEqual(answer._tag, tag)
    assert.strictEqual(ImportAnswer.isSettled(answer), tag === "Settled")
  })

  it("keeps an unknown status word as received", () => {
    assert.strictEqual(decode({ status: " Paused " }).status, " Paused ")
  })

  it.each([[true], [null], [0], [1], [{}], [[]]])("refuses the status %j and says where it is", (status) => {
    assert.strictEqual(faultOf({ status, success: [], failure: [] }), "status")
  })

  it("refuses an answer without a status", () => {
    assert.strictEqual(faultOf({ success: [], failure: [] }), "status")
  })

  it.each(["waiting", "completed", "paused", false])(
    "distinguishes a missing list from an empty one: %j",
    (status) => {
      const listsOf = (wire: object) => ImportAnswer.lists(decode({ status, ...wire }))
      assert.deepStrictEqual(listsOf({}).success, Option.none())
      assert.deepStrictEqual(listsOf({}).failure, Option.none())
      assert.deepStrictEqual(listsOf({ success: null, failure: null }).success, Option.none())
      assert.deepStrictEqual(listsOf({ success: null, failure: null }).failure, Option.none())
      assert.deepStrictEqual(listsOf({ success: [], failure: [] }).success, Option.some([]))
      assert.deepStrictEqual(listsOf({ success: [], failure: [] }).failure, Option.some([]))
      assert.deepStrictEqual(listsOf({ failure: [] }).success, Option.none())
      assert.deepStrictEqual(listsOf({ success: [] }).failure, Option.none())
    }
  )

  it("accepts IDs as strings and as integers, and keeps strings exactly", () => {
    const answer = decode({ status: "completed", success: ["0123", 124, 7.0, "9007199254740993"] })
    assert.deepStrictEqual(
      ImportAnswer.lists(answer).success,
      Option.some(ids("0123", "124", "7", "9007199254740993"))
    )
    assert.deepStrictEqual(ImportAnswer.lists(answer).unreadable, [])
  })

  it("keeps the same ID twice", () => {
    const answer = decode({ status: "completed", success: ["1", 1] })
    assert.deepStrictEqual(ImportAnswer.lists(answer).success, Option.some(ids("1", "1")))
  })

  it.each([
    ["0"],
    ["00"],
    [0],
    [""],
    ["-1"],
    [-1],
    ["1.5"],
    [1.5],
    ["1e3"],
    ["nan"],
    ["NULL"],
    ["7 "],
    ["\uff17"],
    [null],
    [true],
    [["1"]],
    [{ id: "1" }],
    [{}]
  ])("keeps the IDs beside %j, which is not one, and says where it was", (odd) => {
    const answer = decode({ status: "completed", success: ["1", odd, 2], failure: [] })
    assert.isTrue(ImportAnswer.isSettled(answer))
    assert.deepStrictEqual(ImportAnswer.lists(answer), {
      ...ImportAnswer.lists(ImportAnswer.make("completed", { success: ids("1", "2"), failure: [] })),
      unreadable: [{ list: "success", position: Option.some(1), value: JSON.stringify(odd) }]
    })
  })

  it("treats a number that has lost digits as unreadable", () => {
    const answer = decode(JSON.parse('{"status":"completed","success":[9007199254740993,1e400]}'))
    assert.deepStrictEqual(
      ImportAnswer.lists(answer).unreadable.map(({ value }) => value),
      ["about 9007199254740992", "Infinity"]
    )
  })

  it.each([[null], [7], [false], [["a@b.cd"]], [{ email: "a@b.cd", reason: "bounced" }]])(
    "keeps the addresses beside %j, which is not one, and says where it was",
    (odd) => {
      const { failure, unreadable } = ImportAnswer.lists(
        decode({ status: "failed", failure: ["a@x.yz", odd, "b@x.yz"] })
      )
      assert.deepStrictEqual(failure, Option.some(["a@x.yz", "b@x.yz"]))
      assert.deepStrictEqual(unreadable, [
        { list: "failure", position: Option.some(1), value: JSON.stringify(odd) }
      ])
    }
  )

  it("reads a list that PHP wrote as an object, and says that it came as one", () => {
    const { failure, success, unreadable } = ImportAnswer.lists(
      decode({ status: "completed", success: { "0": "1", "2": 3, "7": null, total: 3 }, failure: {} })
    )
    assert.deepStrictEqual(success, Option.some(ids("1", "3")))
    assert.deepStrictEqual(failure, Option.some([]))
    assert.deepStrictEqual(unreadable, [
      { list: "success", position: Option.none(), value: '{"0":"1","2":3,"7":null,"total":3}' },
      { list: "success", position: Option.some(2), value: "null" },
      { list: "success", position: Option.some(3), value: '{"total":3}' },
      { list: "failure", position: Option.none(), value: "{}" }
    ])
  })

  it.each(["", "none", "7", 7, 0, false, true])("reads no item from %j in place of a list", (odd) => {
    const { failure, success, unreadable } = ImportAnswer.lists(
      decode({ status: "completed", success: odd, failure: odd })
    )
    assert.deepStrictEqual([success, failure], [Option.some([]), Option.some([])])
    assert.deepStrictEqual(
      unreadable.map(({ list, position, value }) => [list, position, value]),
      ["success", "failure"].map((list) => [list, Option.none(), JSON.stringify(odd)])
    )
  })

  it("reads an address that came without its list", () => {
    const { failure, unreadable } = ImportAnswer.lists(decode({ status: "completed", failure: "a@x.yz" }))
    assert.deepStrictEqual(failure, Option.some(["a@x.yz"]))
    assert.lengthOf(unreadable, 1)
  })

  it("writes half a surrogate pair as U+FFFD", () => {
    const wire: unknown = JSON.parse(
      '{"status":"pau\\ud83dsed","failure":["b\\udfff@x.test","\\ud83d\\ude00@x.test"]}'
    )
    const answer = decode(wire)
    assert.strictEqual(answer.status, "pau\ufffdsed")
    assert.deepStrictEqual(
      ImportAnswer.lists(answer).failure,
      Option.some(["b\ufffd@x.test", "\u{1f600}@x.test"])
    )
    assert.deepStrictEqual(ImportAnswer.lists(answer).unreadable, [])
  })

  it("shows an unreadable item in few characters, or not at all", () => {
    const odd = [{ email: `${"a".repeat(300)}@x.yz` }, ["x".repeat(300)], null]
    const { unreadable } = ImportAnswer.lists(decode({ status: "completed", failure: odd }))
    assert.deepStrictEqual(
      unreadable.map(({ value }) => value),
      ["an object of 317 characters", "a list of 304 characters", "null"]
    )
  })

  it("records no more than 1,000 unreadable items, and how many more there were", () => {
    const odd = [...new Array<null>(1500).fill(null), "1", null]
    const { success, unreadable } = ImportAnswer.lists(decode({ status: "completed", success: odd }))
    assert.deepStrictEqual(success, Option.some(ids("1")))
    assert.lengthOf(unreadable, 1001)
    assert.deepStrictEqual(unreadable.at(-1), {
      list: "success",
      position: Option.some(1000),
      value: "501 more from here on"
    })
  })

  it("does not say that a partly unreadable list has shrunk", () => {
    const before = decode({ status: "completed", success: ["1", "2"], failure: [] })
    const after = decode({ status: "completed", success: ["1", null], failure: [] })
    assert.deepStrictEqual(ImportAnswer.transition(before, after), { _tag: "Progress" })
  })

  it.each([[null], [[]], ["completed"], [1], [true], [[{ status: "completed" }]]])(
    "refuses the body %j",
    (body) => {
      assert.isTrue(Either.isLeft(decodeEither(body)))
    }
  )

  it("ignores extra keys", () => {
    const wire = {
      status: "active",
      success: ["1"],
      batchId: "b",
      contacts: { total: 3 },
      failureReasons: []
    }
    assert.isTrue(same(decode(wire), ImportAnswer.make("active", { success: ids("1") })))
  })

  it("ignores a key named __proto__", () => {
    const answer = decode(JSON.parse('{"__proto__":{"success":["1"]},"status":"completed"}'))
    assert.deepStrictEqual(ImportAnswer.lists(answer).success, Option.none())
  })

  it("writes unknown lists as missing, not as empty", () => {
    assert.deepStrictEqual(encode(ImportAnswer.make("active")), { status: "active" })
    assert.deepStrictEqual(encode(ImportAnswer.make("unset", { failure: [] })), {
      status: false,
      failure: []
    })
  })

  it("keeps the lists of a batch that has not settled apart as partial", () => {
    const answer = decode({ status: "active", success: ["1"] })
    assert.notProperty(answer, "success")
    assert.deepStrictEqual(ImportAnswer.lists(answer).success, Option.some(ids("1")))
  })

  it("has values that equal themselves", () => {
    const answer = ImportAnswer.make("completed", { success: ids("1") })
    assert.isTrue(Equal.equals(answer, answer))
  })
})
