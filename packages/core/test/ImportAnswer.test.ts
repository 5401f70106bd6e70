import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Either, Equal, FastCheck, Option, ParseResult, Schema } from "effect"
import { ContactId, ImportAnswer, ImportStatus } from "effect-activecampaign"

const schema = ImportAnswer.ImportAnswer
const decode = Schema.decodeUnknownSync(schema)
const decodeEither = Schema.decodeUnknownEither(schema)
const encode = Schema.encodeSync(schema)
const same = Schema.equivalence(Schema.typeSchema(schema))

const ids = (...values: ReadonlyArray<string>) => values.map((value) => ContactId.ContactId.make(value))

/** The place of the first fault, which is the one that errors report. */
const faultOf = (wire: unknown) =>
  Either.match(decodeEither(wire), {
    onLeft: (error) => ParseResult.ArrayFormatter.formatErrorSync(error)[0]?.path.join("."),
    onRight: () => assert.fail("decoded what it should have refused")
  })

/** A PHP array that lost its order on the way: an object with the indices for keys. */
const phpList = { "0": "9101", "1": "9102" }

const answers = FastCheck.record({
  status: Arbitrary.make(Schema.typeSchema(ImportStatus.ImportStatus)),
  success: FastCheck.option(FastCheck.array(Arbitrary.make(ContactId.ContactId)), { nil: undefined }),
  failure: FastCheck.option(FastCheck.array(FastCheck.string()), { nil: undefined })
}).map(({ failure, status, success }) =>
  ImportAnswer.make(status, { ...(success && { success }), ...(failure && { failure }) })
)

/** Any JSON, but with a fair chance of the right keys and of nearly right values. */
const nearlyRight = FastCheck.record(
  {
    status: FastCheck.oneof(
      FastCheck.constantFrom("completed", "active", false, true, null, 0),
      FastCheck.jsonValue()
    ),
    success: FastCheck.oneof(FastCheck.constantFrom(null, [], ["1"], [1], phpList), FastCheck.jsonValue()),
    failure: FastCheck.oneof(FastCheck.constantFrom(null, [], ["a@b.cd"], phpList), FastCheck.jsonValue())
  },
  { requiredKeys: [] }
)
const anyJson: FastCheck.Arbitrary<unknown> = FastCheck.oneof(FastCheck.jsonValue(), nearlyRight)

const property = { fastCheck: { numRuns: 500 } }

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

  it("keeps an unknown status word as it came", () => {
    assert.strictEqual(decode({ status: " Paused " }).status, " Paused ")
  })

  it.each([[true], [null], [0], [1], [{}], [[]]])(
    "refuses the status %j and says where it stands",
    (status) => {
      assert.strictEqual(faultOf({ status, success: [], failure: [] }), "status")
    }
  )

  it("refuses an answer without a status", () => {
    assert.strictEqual(faultOf({ success: [], failure: [] }), "status")
  })

  it.each(["waiting", "completed", "paused", false])(
    "tells a missing list from an empty one when %j",
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
    const answer = decode({ status: "completed", success: ["0123", 124, 0, "9007199254740993", "a-1"] })
    assert.deepStrictEqual(
      ImportAnswer.lists(answer).success,
      Option.some(ids("0123", "124", "0", "9007199254740993", "a-1"))
    )
  })

  it("keeps the same ID twice", () => {
    const answer = decode({ status: "completed", success: ["1", 1] })
    assert.deepStrictEqual(ImportAnswer.lists(answer).success, Option.some(ids("1", "1")))
  })

  it.each([[""], [1.5], [-1], [9007199254740992], [null], [true], [["1"]], [{ id: "1" }]])(
    "refuses the ID %j",
    (id) => {
      assert.strictEqual(faultOf({ status: "completed", success: ["1", id] }), "success.1")
    }
  )

  it.each([
    [[{ email: "a@b.cd", reason: "bounced" }], "failure.0"],
    [["a@b.cd", null], "failure.1"],
    [["a@b.cd", 7], "failure.1"]
  ])("refuses %j as the failures", (failure, path) => {
    assert.strictEqual(faultOf({ status: "completed", failure }), path)
  })

  it.each(["", "none", 0, false, phpList, {}])("refuses %j in place of a list", (list) => {
    assert.strictEqual(faultOf({ status: "completed", success: list }), "success")
    assert.strictEqual(faultOf({ status: "completed", failure: list }), "failure")
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

  it.prop(
    "decodes what it encodes to the same answer, made from parts",
    [answers],
    ([answer]) => {
      const wire: unknown = JSON.parse(JSON.stringify(encode(answer)))
      assert.isTrue(same(decode(wire), answer))
      assert.deepStrictEqual(decode(wire), answer)
    },
    property
  )

  it.prop(
    "decodes what it encodes to the same answer, whatever its type allows",
    [Schema.typeSchema(schema)],
    ([answer]) => {
      const wire: unknown = JSON.parse(JSON.stringify(encode(answer)))
      assert.isTrue(same(decode(wire), answer))
      assert.strictEqual(decode(wire)._tag, answer._tag)
    },
    property
  )

  it.prop(
    "fails typed or decodes, and invents no list, whatever JSON arrives",
    [anyJson],
    ([json]) => {
      // Through text, as on the wire: a key named __proto__ is then a key like any other.
      const wire: unknown = JSON.parse(JSON.stringify(json))
      const decoded = decodeEither(wire)
      if (Either.isLeft(decoded)) {
        assert.isTrue(ParseResult.isParseError(decoded.left))
        assert.isNotEmpty(decoded.left.message)
        return
      }
      assert.isObject(wire)
      const sent = new Map(Object.entries(wire ?? {}))
      const lists = ImportAnswer.lists(decoded.right)
      for (const key of ["success", "failure"] as const) {
        const list = sent.get(key)
        if (Array.isArray(list)) {
          assert.deepStrictEqual(lists[key], Option.some(list.map(String)))
        } else {
          assert.isTrue(list === undefined || list === null)
          assert.deepStrictEqual(lists[key], Option.none())
        }
      }
      const status = sent.get("status")
      assert.isTrue(status === false || typeof status === "string")
      assert.strictEqual(
        ImportAnswer.isSettled(decoded.right),
        /^\s*(completed|failed|interrupted)\s*$/i.test(String(status))
      )
    },
    { fastCheck: { numRuns: 2000 } }
  )

  it("is made of values that equal themselves", () => {
    const answer = ImportAnswer.make("completed", { success: ids("1") })
    assert.isTrue(Equal.equals(answer, answer))
  })
})
