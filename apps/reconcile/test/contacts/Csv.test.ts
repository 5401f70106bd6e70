import { assert, describe, it } from "@effect/vitest"
import * as EmailKey from "effect-activecampaign/EmailKey"
import { columnsOf, emails, failure, parse, places } from "./support.js"

describe("CSV", () => {
  it("keeps the address as written and computes its key", () => {
    const { rows } = parse("email,name\n Ada@Example.TEST ,Ada\n")
    assert.deepStrictEqual(rows, [
      {
        line: 2,
        email: " Ada@Example.TEST ",
        emailKey: EmailKey.fromAddress(" Ada@Example.TEST "),
        contactId: null,
        batchId: null,
        key: null,
        cells: [" Ada@Example.TEST ", "Ada"],
        isPlain: true,
        record: " Ada@Example.TEST ,Ada",
        names: ["email", "name"]
      }
    ])
    assert.strictEqual(rows[0]?.emailKey, "ada@example.test")
  })

  it("keeps addresses that do not look like one, because they were sent", () => {
    assert.deepStrictEqual(emails(parse("email\ninvalid.email@invalidDomain\nnodomain\n")), [
      "invalid.email@invalidDomain",
      "nodomain"
    ])
  })

  it.each([
    ["comma", ","],
    ["semicolon", ";"],
    ["tab", "\t"]
  ])("detects a %s from the header line", (_, delimiter) => {
    const text = [`name${delimiter}email`, `"A${delimiter}B"${delimiter}a@x.test`].join("\n")
    assert.strictEqual(
      columnsOf(parse(text).rows[0]),
      JSON.stringify({ name: `A${delimiter}B`, email: "a@x.test" })
    )
  })

  it("counts delimiters in the header line only outside quotes", () => {
    assert.deepStrictEqual(emails(parse('"a,b,c,d";email\n1;a@x.test\n')), ["a@x.test"])
  })

  it.each([
    ["LF", "\n"],
    ["CRLF", "\r\n"],
    ["CR", "\r"]
  ])("reads lines ended by %s, the last one ended or not", (_, end) => {
    const lines = ["email,note", "a@x.test,1", '"b@x.test","2"', "c@x.test,3"]
    const expected = ["2:a@x.test", "3:b@x.test", "4:c@x.test"]
    assert.deepStrictEqual(places(parse(lines.join(end))), expected)
    assert.deepStrictEqual(places(parse(lines.join(end) + end)), expected)
    assert.strictEqual(columnsOf(parse(lines.join(end)).rows[1]), '{"email":"b@x.test","note":"2"}')
  })

  it("reads a file that mixes line ends", () => {
    assert.deepStrictEqual(places(parse("email\r\na@x.test\nb@x.test\rc@x.test\r\n")), [
      "2:a@x.test",
      "3:b@x.test",
      "4:c@x.test"
    ])
  })

  it("skips a byte order mark, in chunks of any size", () => {
    for (const size of [1, 2, 3, 4, 100]) {
      assert.deepStrictEqual(emails(parse("\uFEFFemail\na@x.test\n", {}, size)), ["a@x.test"])
    }
  })

  it("reads quoted fields with delimiters, line ends and doubled quotes", () => {
    const { rows } = parse('email,note\na@x.test,"one, ""two""\r\nthree"\nb@x.test,last\n')
    assert.strictEqual(columnsOf(rows[0]), JSON.stringify({ email: "a@x.test", note: 'one, "two"\r\nthree' }))
    assert.deepStrictEqual(
      rows.map((row) => row.line),
      [2, 4]
    )
  })

  it("allows spaces between a closing quote and what follows", () => {
    const { rows } = parse('email,note\n"a@x.test" ,"b" \n"c@x.test" , d\n')
    assert.deepStrictEqual(
      rows.map((row) => columnsOf(row)),
      ['{"email":"a@x.test","note":"b"}', '{"email":"c@x.test","note":" d"}']
    )
  })

  it("keeps a quote inside an unquoted field", () => {
    assert.strictEqual(
      columnsOf(parse('email,note\na@x.test,6" nail\n').rows[0]),
      '{"email":"a@x.test","note":"6\\" nail"}'
    )
  })

  it("skips blank lines silently, before the header too, and still counts them", () => {
    const read = parse("\n  \nemail,name\n\na@x.test,1\n \n\r\nb@x.test,2\n\n")
    assert.deepStrictEqual(places(read), ["5:a@x.test", "8:b@x.test"])
    assert.deepStrictEqual(read.rejected, [])
  })

  it("gives no rows for a file with only a header", () => {
    assert.deepStrictEqual(parse("email,name"), { rows: [], rejected: [], remarks: [] })
  })

  it("refuses an empty file", () => {
    const message =
      "contacts.csv: the file is empty and has no header. Give it a first line that names its columns."
    assert.strictEqual(failure(""), message)
    assert.strictEqual(failure("\uFEFF"), message)
    assert.strictEqual(failure("\r\n\r\n"), message)
  })

  it("refuses a header it cannot read, with the place", () => {
    assert.strictEqual(
      failure('name,"email\na@x.test\n'),
      "contacts.csv, line 1, column 6: the header cannot be read. " +
        "The quote that opens at column 6 is never closed; close it, or remove it."
    )
  })
})
