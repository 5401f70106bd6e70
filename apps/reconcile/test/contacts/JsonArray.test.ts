import { assert, describe, it } from "@effect/vitest"
import { columnsOf, emails, failure, parse, places } from "./support.js"

const told = { format: undefined }

describe("a JSON array", () => {
  it("is read object by object, with any line ends, with the line of each", () => {
    const text =
      '\uFEFF\n[\n  {\n    "email": "a@x.test",\r\n    "n": {"x": [1, "]}\\"", {}]}\n  }, {"email":"b@x.test"},\n\n{"email":"c@x.test"}\n]\n'
    for (const cuts of [1, 5, 1000]) {
      const found = parse(text, told, cuts)
      assert.deepStrictEqual(places(found), ["3:a@x.test", "6:b@x.test", "8:c@x.test"])
      assert.deepStrictEqual(found.rejected, [])
      assert.deepStrictEqual(JSON.parse(columnsOf(found.rows[0])), {
        email: "a@x.test",
        n: { x: [1, ']}"', {}] }
      })
    }
  })

  it("may be empty, one of several, or objects without an array, each over several lines", () => {
    assert.deepStrictEqual(emails(parse("[]", told)), [])
    assert.deepStrictEqual(emails(parse('[{"email":"a@x.test"}]\n[{"email":"b@x.test"}]', told)), [
      "a@x.test",
      "b@x.test"
    ])
    assert.deepStrictEqual(emails(parse('{\n"email":"a@x.test"}\n{"email":\n"b@x.test"}', told)), [
      "a@x.test",
      "b@x.test"
    ])
  })

  it("loses only the values that are not contacts", () => {
    const found = parse(
      '[{"email":"a@x.test"},\nnull, 12, "x, y", [{"email":"no@x.test"}],\n{"email":},{"email":"a\nb@x.test"},{"email":"z@x.test"}]',
      told
    )
    assert.deepStrictEqual(emails(found), ["a@x.test", "z@x.test"])
    assert.deepStrictEqual(
      found.rejected.map(({ line, reason }) => `${line}: ${reason.split(/ at|:/)[0]}`),
      [
        "2: It is JSON, but not an object.",
        "2: It is JSON, but not an object.",
        "2: It is JSON, but not an object.",
        "2: It is JSON, but not an object.",
        "3: It is not valid JSON",
        "3: It is not valid JSON"
      ]
    )
  })

  it("rejects a value that is too long or not UTF-8, and reads on", () => {
    const long = `[{"email":"a@x.test","n":"${"x".repeat(3 * 1024 * 1024)}"},\n{"email":"b@x.test"}]`
    for (const cuts of [65_536, 1_000_003]) {
      const found = parse(long, told, cuts)
      assert.deepStrictEqual(places(found), ["2:b@x.test"])
      assert.strictEqual(
        found.rejected[0]?.reason,
        "The value is longer than 1048576 bytes, too long for one contact."
      )
      assert.strictEqual(found.rejected[0]?.record.length, 64 * 1024)
    }
    const latin1 = parse(Buffer.from('[{"email":\n"\u00eb@x.test"},{"email":"b@x.test"}]', "latin1"), told)
    assert.deepStrictEqual(emails(latin1), ["b@x.test"])
    assert.strictEqual(
      latin1.rejected[0]?.reason,
      "The byte 0xEB on line 2 at column 2 is not UTF-8; save the file as UTF-8."
    )
  })

  it("rejects the body of a request that is too long over many lines, and says how to write it", () => {
    const contacts = Array.from({ length: 20_000 }, () => ({ email: "a@x.test", tags: ["vip"] }))
    const { rejected, rows } = parse(JSON.stringify({ contacts }, null, 2), told)
    assert.deepStrictEqual(rows, [])
    assert.deepStrictEqual(
      rejected.map(({ line, reason }) => `${line}: ${reason}`),
      [
        "1: The value is longer than 1048576 bytes, and begins as the body of a bulk import request. ActiveCampaign takes bodies of less than 400,000 bytes: " +
          "write each one as it was sent, on a line of its own, for example with jq -c."
      ]
    )
  })

  it("that is cut short is refused, with the line that is left open", () => {
    const ends =
      "the JSON that begins here never ends, as in a file that was cut off; nothing was loaded. Download or create it again."
    assert.strictEqual(failure('\n[{"email":"a@x.test"},', told), `contacts.csv, line 2: ${ends}`)
    assert.strictEqual(
      failure('[\n{"email":"a@x.test"},\n{"email":"b@', told),
      `contacts.csv, line 3: ${ends}`
    )
  })

  it("inside an object is pointed out", () => {
    const found = parse('{"people":[{"email":"a@x.test"}],"meta":{"total":1}}', told)
    assert.strictEqual(
      found.rejected[0]?.reason,
      "It has no key for an e-mail address (keys: people, meta). " +
        `The contacts seem to be in the list "people": load only that, for example with jq '.["people"]'.`
    )
  })

  it("inside the body of a bulk import request is read", () => {
    const text = JSON.stringify({ contacts: [{ email: "a@x.test" }, { email: "b@x.test" }] }, null, 1)
    const found = parse(text, told)
    assert.deepStrictEqual(
      found.rows.map(({ email, line }) => [email, line]),
      [
        ["a@x.test", 3],
        ["b@x.test", 6]
      ]
    )
  })
})
