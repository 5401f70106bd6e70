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
