import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as EmailKey from "effect-activecampaign/EmailKey"
import { columnsOf, emails, parse, places } from "./support.js"

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
        cells: ['"A@x.test"', "1.50", '["a"]', '{"x": null}', "42"],
        isPlain: false,
        record: text,
        names: ["Email", "n", "tags", "deep", "contact_id"]
      }
    ])
    assert.strictEqual(rows[0]?.emailKey, "a@x.test")
  })

  it.each(["batch_id", "callback", "contacts"])(
    "rejects the body of a request that is too long, with %s first, and says how to write it",
    (first) => {
      const contact = { email: "a@x.test", first_name: 'The "contacts": [' }
      const body = { [first]: {}, batch_id: "b1", contacts: Array.from({ length: 30_000 }, () => contact) }
      const { rejected, rows } = parse(`${JSON.stringify(body)}\n{"email":"b@x.test"}\n`, jsonl)
      assert.deepStrictEqual(
        rejected.map(({ line, reason }) => `${line}: ${reason}`),
        [
          "1: The line is longer than 1048576 bytes, and begins as the body of a bulk import request. ActiveCampaign takes bodies of less than 400,000 bytes: " +
            "write each one as it was sent, on a line of its own, for example with jq -c."
        ]
      )
      assert.deepStrictEqual(
        rows.map(({ line }) => line),
        [2]
      )
    }
  )

  it.each([
    ["its contacts are another member's", { email: "a@x.test", contacts: [] }],
    ["the word stands in a text", { note: '"contacts": [' }],
    ["it is in a member", { of: { contacts: [] } }],
    ["it is not JSON", '{"\\x":1,"contacts":['],
    ["it is a text", '"contacts":[']
  ])("calls a line that is too long a contact where %s", (_, begins) => {
    const text = typeof begins === "string" ? begins : JSON.stringify(begins).slice(0, -1)
    const { rejected } = parse(`${text},"n":"${"x".repeat(2 * 1024 * 1024)}"}`, jsonl)
    assert.strictEqual(
      rejected[0]?.reason,
      "The line is longer than 1048576 bytes, too long for one contact."
    )
  })

  it("skips blank lines, and gives no rows for an empty file", () => {
    assert.deepStrictEqual(places(parse('\n{"email":"a@x.test"}\n \n{"email":"b@x.test"}', jsonl)), [
      "2:a@x.test",
      "4:b@x.test"
    ])
    assert.deepStrictEqual(parse("", jsonl), { rows: [], rejected: [], remarks: [] })
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
    ["with NUL", '{"email":"a\\u0000@x.test"}', 'The address in "email" contains a NUL character.'],
    ["absent", '{"id":1,"name":"x"}', "It has no key for an e-mail address (keys: id, name)."],
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
    assert.strictEqual(read.rejected[0]?.reason, 'It has no key "to" (keys: email).')
  })

  it.each(["[1]", "null", '"a@x.test"', "7"])("rejects %s, which is not an object", (line) => {
    assert.strictEqual(parse(line, jsonl).rejected[0]?.reason, "It is JSON, but not an object.")
  })

  it.each([
    ['{"email":"a@x.test",}', 21],
    ['{"email":"a@x.test","n":tru}', 28],
    ['{"email":"a@x.test","n":', 25],
    ['{"email":"at position 3" x}', 26]
  ])("says once where %s is not JSON, and quotes nothing of it", (line, column) => {
    const [found] = parse(`${line}\n{"email":"b@x.test"}\n`, jsonl).rejected
    assert.strictEqual(found?.column, column)
    assert.match(found?.reason ?? "", new RegExp(`^It is not valid JSON at column ${column}: [^:]+\\.$`))
    assert.notMatch(found?.reason ?? "", /position|@|\.\.\./)
  })

  it("rejects a line that is not JSON, and reads on", () => {
    const read = parse('{"email":"a@x.test" "x"}\n{"email":"b@x.test"}\n', jsonl)
    assert.match(read.rejected[0]?.reason ?? "", /^It is not valid JSON at column 21: (?!.*position)/)
    assert.strictEqual(read.rejected[0]?.record, '{"email":"a@x.test" "x"}')
    assert.deepStrictEqual(emails(read), ["b@x.test"])
  })

  it("rejects a line that is not UTF-8", () => {
    const read = parse(Buffer.from('{"email":"\u00eb@x.test"}\n{"email":"b@x.test"}\n', "latin1"), jsonl)
    assert.strictEqual(read.rejected[0]?.record, '{"email":"\u00eb@x.test"}')
    assert.deepStrictEqual(places(read), ["2:b@x.test"])
  })

  it("is recognised by its first character if no format is given", () => {
    const unknown = { format: undefined }
    assert.deepStrictEqual(emails(parse('\uFEFF\n \n{"email":"a@x.test"}\n', unknown, 1)), ["a@x.test"])
    assert.deepStrictEqual(emails(parse("email\na@x.test\n", unknown, 1)), ["a@x.test"])
  })

  it.each([
    '{"email":"a@x.test","email":"b@x.test"}',
    '{"batch":"b-1","email":"a@x.test", "\\u0062atch" : "b-2"}'
  ])("rejects %s, which has a used key twice", (line) => {
    const once = '{"email":"c@x.test","batch":"b-1","n":{"email":"email","batch":["batch"]},"é":"\\u00e9"}'
    const found = parse(`${line}\n${once}`, { ...jsonl, map: { batchId: "batch" } })
    assert.match(found.rejected[0]?.reason ?? "", /^It has the key "(email|batch)" more than once\.$/)
    assert.deepStrictEqual(places(found), ["2:c@x.test"])
  })

  it("rejects a line nested deeper than SQLite can read, and keeps others", () => {
    const nested = (levels: number) =>
      `{"email":"a@x.test","x":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}}`
    const found = parse([nested(8000), nested(1001), nested(1000), nested(2)].join("\n"), jsonl)
    assert.deepStrictEqual(places(found), ["3:a@x.test", "4:a@x.test"])
    assert.strictEqual(found.rejected[1]?.reason, "It is nested deeper than 1,000 levels.")
    const database = new Sqlite(":memory:")
    for (const row of found.rows) {
      assert.strictEqual(
        database.prepare("SELECT json_extract(?, '$.email')").pluck().get(columnsOf(row)),
        "a@x.test"
      )
    }
    database.close()
    // Brackets in a text are no levels.
    assert.strictEqual(parse(`{"email":"a@x.test","x":"${'[\\"'.repeat(3000)}"}`, jsonl).rows.length, 1)
  })

  it.each([
    ["the address", '{"email":"a\\udfff@x.test"}'],
    ["the batch", '{"email":"a@x.test","batch":"b\\udfff"}'],
    ["a key", '{"email":"a@x.test","\\uD83D":1}'],
    ["a value that is not used", '{"email":"a@x.test","x":[{"y":"\\ude00\\ud83d"}]}']
  ])("rejects a line with half of a character in %s", (_, line) => {
    const found = parse(`${line}\n{"email":"b@x.test","x":"\\ud83d\\ude00 \\\\udfff"}`, {
      ...jsonl,
      map: { batchId: "batch" }
    })
    assert.deepStrictEqual(
      found.rejected.map(({ line, reason }) => `${line}: ${reason}`),
      ["1: It contains half of a character (a lone surrogate, like \\udfff), which is not text."]
    )
    assert.deepStrictEqual(places(found), ["2:b@x.test"])
  })
})
