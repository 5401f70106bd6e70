import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Either, FastCheck, Option, ParseResult, Schema } from "effect"
import { ContactId, ImportAnswer, ImportStatus } from "effect-activecampaign"

const schema = ImportAnswer.ImportAnswer
const decode = Schema.decodeUnknownSync(schema)
const decodeEither = Schema.decodeUnknownEither(schema)
const encode = Schema.encodeSync(schema)
const same = Schema.equivalence(Schema.typeSchema(schema))

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
  it.prop(
    "decodes what it encodes to the same answer, for anything received",
    [anyJson],
    ([json]) => {
      const received = decodeEither(JSON.parse(JSON.stringify(json)))
      if (Either.isLeft(received)) return
      const wire: unknown = JSON.parse(JSON.stringify(encode(received.right)))
      assert.deepStrictEqual(decode(wire), received.right)
    },
    { fastCheck: { numRuns: 2000 } }
  )

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
    "decodes what it encodes to the same answer, for any value of its type",
    [Schema.typeSchema(schema)],
    ([answer]) => {
      const wire: unknown = JSON.parse(JSON.stringify(encode(answer)))
      assert.isTrue(same(decode(wire), answer))
      assert.strictEqual(decode(wire)._tag, answer._tag)
    },
    property
  )

  it.prop(
    "decodes or fails with a typed error, and invents no list, for any JSON",
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
        const list: unknown = sent.get(key)
        const unreadable = lists.unreadable.filter((item) => item.list === key)
        if (list === undefined || list === null) {
          assert.deepStrictEqual(lists[key], Option.none())
          assert.deepStrictEqual(unreadable, [])
          continue
        }
        const isReadable = (item: unknown) =>
          key === "failure"
            ? typeof item === "string"
            : (typeof item === "string" || Number.isSafeInteger(item)) && /^\d*[1-9]\d*$/.test(String(item))
        const items: ReadonlyArray<unknown> = Array.isArray(list)
          ? list
          : Object.entries(typeof list === "object" ? list : {}).flatMap(([name, item]) =>
              /^\d+$/.test(name) ? [item] : []
            )
        const readable = items.filter(isReadable).map((item) => Buffer.from(String(item)).toString())
        assert.deepStrictEqual(
          lists[key],
          Option.some(typeof list === "string" && key === "failure" && list.includes("@") ? [list] : readable)
        )
        if (Array.isArray(list)) assert.lengthOf(unreadable, list.length - readable.length)
        else assert.deepStrictEqual(unreadable[0]?.position, Option.none())
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
})
