import { assert, describe, it } from "@effect/vitest"
import * as EmailKey from "effect-activecampaign/EmailKey"
import { emails, parse, places } from "./support.js"

const jsonl = { format: "jsonl" } as const

describe("JSON lines", () => {
  it("keeps the object's own text, with values of any type", () => {
    const text = '{ "Email":"A@x.test", "n": 1.50, "tags": ["a"], "deep": {"x": null}, "contact_id": 42 }'
    const { rows } = parse(`${text}\r\n`, jsonl)
    assert.deepStrictEqual(rows, [
      {
        line: 1,
        email: "A@x.test",
        emailKey: EmailKey.fromAddress("A@x.test"),
        contactId: "42",
        batchId: null,
        key: null,
        columns: text,
        record: text,
        names: ["Email", "n", "tags", "deep", "contact_id"]
      }
    ])
    assert.strictEqual(rows[0]?.emailKey, "a@x.test")
  })

  it("skips blank lines, and gives no rows for an empty file", () => {
    assert.deepStrictEqual(places(parse('\n{"email":"a@x.test"}\n \n{"email":"b@x.test"}', jsonl)), [
      "2:a@x.test",
      "4:b@x.test"
    ])
    assert.deepStrictEqual(parse("", jsonl), { rows: [], rejected: [] })
  })

  it("takes the keys the caller names", () => {
    const { rows } = parse('{"to":"a@x.test","id":" 7 ","b":12,"email":"no"}', {
      ...jsonl,
      map: { email: "to", contactId: "id", batchId: "b" }
    })
    assert.deepStrictEqual(
      rows.map(({ email, contactId, batchId }) => [email, contactId, batchId]),
      [["a@x.test", "7", "12"]]
    )
  })

  it.each([
    ["blank", '{"email":" "}', 'The address in "email" is blank.'],
    ["null", '{"email":null}', 'The address in "email" is blank.'],
    ["a number", '{"email":7}', 'The address in "email" is not a string.'],
    ["with NUL", '{"email":"a\\u0000@x.test"}', 'The address in "email" holds a NUL character.'],
    ["absent", '{"id":1,"name":"x"}', "No key holds an e-mail address (keys: id, name)."],
    [
      "ambiguous",
      '{"email":"a@x.test","mail":"b@x.test"}',
      'Both "email" and "mail" could be the email; name one with --map email=KEY.'
    ]
  ])("rejects a line whose address is %s", (_, line, reason) => {
    const read = parse(`${line}\n{"email":"b@x.test"}\n`, jsonl)
    assert.deepStrictEqual(read.rejected, [{ line: 1, column: null, reason, record: line }])
    assert.deepStrictEqual(places(read), ["2:b@x.test"])
  })

  it("rejects a line without the key the caller named", () => {
    const read = parse('{"email":"a@x.test"}', { ...jsonl, map: { email: "to" } })
    assert.strictEqual(read.rejected[0]?.reason, 'No key is "to" (keys: email).')
  })

  it.each(["[1]", "null", '"a@x.test"', "7"])("rejects %s, which is no object", (line) => {
    assert.strictEqual(parse(line, jsonl).rejected[0]?.reason, "It is JSON, but not an object.")
  })

  it("rejects a line that is not JSON, and reads on", () => {
    const read = parse('{"email":"a@x.test" "x"}\n{"email":"b@x.test"}\n', jsonl)
    assert.match(read.rejected[0]?.reason ?? "", /^It is not valid JSON at column 21: /)
    assert.strictEqual(read.rejected[0]?.record, '{"email":"a@x.test" "x"}')
    assert.deepStrictEqual(emails(read), ["b@x.test"])
  })

  it("rejects a line that is not UTF-8", () => {
    const read = parse(Buffer.from('{"email":"\u00eb@x.test"}\n{"email":"b@x.test"}\n', "latin1"), jsonl)
    assert.strictEqual(read.rejected[0]?.record, '{"email":"\u00eb@x.test"}')
    assert.deepStrictEqual(places(read), ["2:b@x.test"])
  })

  it("is recognised by its first sign where no format is given", () => {
    const unknown = { format: undefined }
    assert.deepStrictEqual(emails(parse('\uFEFF\n \n{"email":"a@x.test"}\n', unknown, 1)), ["a@x.test"])
    assert.deepStrictEqual(emails(parse("email\na@x.test\n", unknown, 1)), ["a@x.test"])
  })
})
