import { assert, describe, it } from "@effect/vitest"
import { emails, failure, parse, places } from "./support.js"

const told = { format: undefined }
const cuts = [1, 7, 1000]

const a = '{"email":"a@x.test"}'
const b = '{"email":"b@x.test"}'
const c = '{"email":"c@x.test"}'

describe("the body of a request over several lines", () => {
  it.each([
    [`{"contacts":[\n${a},\n${b}\n]}`, ["2:a@x.test", "3:b@x.test"]],
    [`{"contacts":\n[${a}\n,${b}]}`, ["2:a@x.test", "3:b@x.test"]],
    [`{"contacts":[${a},\n\n${b}]}`, ["1:a@x.test", "3:b@x.test"]],
    [`{"contacts":[${a}\n,${b}]}\n`, ["1:a@x.test", "2:b@x.test"]],
    [`{"batch_id":"b1",\n"contacts":[${a}]}`, ["2:a@x.test"]],
    [`{"batch_id":"b1","contacts":[${a}]\n}`, ["1:a@x.test"]]
  ])("is read, wherever its lines end: %j", (text, found) => {
    for (const cut of cuts) assert.deepStrictEqual(places(parse(text, told, cut)), found)
  })

  it.each([
    [
      '{"contacts":[\n{"email":"a@example.test","first_name":"A",}\n,\n{"email":"b@example.test"}\n]}\n',
      "line 2, column 44"
    ],
    [`{"contacts":[\n${a}\n${b}\n]}`, "line 3, column 1"],
    [`{\n"contacts": [${a}],\n"batch_id": b1\n}`, "line 3, column 13"],
    [`{\r\n"contacts": [${a}}, ${b}]\r\n}`, "line 2, column 34"],
    [
      `{"batch_id":"b0","contacts":[\n${c}]}\n{"batch_id":"b1","contacts":[\n${a},,${b}]}`,
      "line 4, column 22"
    ]
  ])("is refused as a whole for one fault, with its place: %j", (text, place) => {
    for (const cut of cuts) {
      const reason = failure(text, told, cut)
      assert.isTrue(reason.startsWith(`contacts.csv, ${place}: it is not valid JSON: `), reason)
      assert.isTrue(reason.endsWith("Nothing was loaded; correct it."), reason)
    }
  })
})

describe("a bad contact in a body", () => {
  it.each([
    ['{"email":"  "}', 'Contact 2: The address in "email" is blank.'],
    ['{"email":null}', 'Contact 2: The address in "email" is blank.'],
    ["7", "Contact 2: It is JSON, but not an object."],
    ['{"first_name":"A"}', "Contact 2: It has no key for an e-mail address (keys: first_name)."]
  ])("is told by its number, as a line may have many: %s", (bad, reason) => {
    for (const text of [`{"contacts":[${a},${bad},${b}]}`, `{"contacts":[${a},\n${bad},${b}]}`]) {
      for (const cut of cuts) {
        const found = parse(text, told, cut)
        assert.deepStrictEqual(emails(found), ["a@x.test", "b@x.test"])
        assert.deepStrictEqual(
          found.rejected.map((row) => row.reason),
          [reason]
        )
      }
    }
  })

  it("has the number in its own body, and a single contact has none", () => {
    const blank = '{"email":""}'
    const text = `{"batch_id":"b1","contacts":[${a},${blank}]}\n{"batch_id":"b2","contacts":[${blank},${b},${blank}]}\n${blank}\n`
    assert.deepStrictEqual(
      parse(text, told).rejected.map(({ line, reason }) => `${line} ${reason.split(":")[0]}`),
      ["1 Contact 2", "2 Contact 1", "2 Contact 3", '3 The address in "email" is blank.']
    )
  })
})

describe("JSON lines of which the first is broken", () => {
  it.each([
    `{"email":"x\n${b}\n${c}\n`,
    `{"email":"x@x.test"\n${b}\n${c}\n`,
    `{"email":"x@x.test",\n${b}\n${c}\n`,
    `{"email":"x@x.test",}\n${b}\n${c}\n`,
    `{"contacts":[${a}}\n${b}\n${c}\n`
  ])("lose only that: %j", (text) => {
    for (const cut of cuts) {
      const found = parse(text, told, cut)
      assert.deepStrictEqual(emails(found), ["b@x.test", "c@x.test"])
      assert.deepStrictEqual(
        found.rejected.map(({ line }) => line),
        [1]
      )
    }
  })
})
