import { assert, describe, it } from "@effect/vitest"
import { maxRecordLength, maxRecordShown } from "../../src/contacts/ContactRow.js"
import { emails, parse, places } from "./support.js"

const header = "email,name\n"

describe("bad CSV rows", () => {
  it.each([
    ["blank", "   "],
    ["missing", ""],
    ["an empty quoted field", '""']
  ])("rejects an address that is %s and reads on", (_, address) => {
    const read = parse(`${header}${address},Ada\nb@x.test,Bob\n`)
    assert.deepStrictEqual(read.rejected, [
      { line: 2, column: null, reason: 'The address in column "email" is blank.', record: `${address},Ada` }
    ])
    assert.deepStrictEqual(places(read), ["3:b@x.test"])
  })

  it("rejects an address with a NUL character", () => {
    const read = parse(`${header}a\0@x.test,Ada\n`)
    assert.strictEqual(read.rejected[0]?.reason, 'The address in column "email" contains a NUL character.')
  })

  it("rejects a row with too few or too many columns, saying how many", () => {
    const read = parse(`${header}a@x.test\nb@x.test,Bob,extra\nc@x.test,Cy\n`)
    assert.deepStrictEqual(
      read.rejected.map(({ line, reason, record }) => ({ line, reason, record })),
      [
        { line: 2, reason: "Expected 2 columns, found 1: values are missing.", record: "a@x.test" },
        {
          line: 3,
          reason: "Expected 2 columns, found 3: put values that contain the delimiter in double quotes.",
          record: "b@x.test,Bob,extra"
        }
      ]
    )
    assert.deepStrictEqual(places(read), ["4:c@x.test"])
  })

  it("rejects a row of delimiters only, and in a tab file too", () => {
    assert.strictEqual(parse(`${header},\n`).rejected.length, 1)
    assert.strictEqual(parse("email\tname\n\t\n").rejected.length, 1)
  })

  it("rejects only the line with a quote that is never closed", () => {
    const read = parse(`${header}a@x.test,"Ada\nb@x.test,Bob\nc@x.test,Cy\n`)
    assert.deepStrictEqual(read.rejected, [
      {
        line: 2,
        column: 10,
        reason: "The quote that opens at column 10 is never closed; close it, or remove it.",
        record: 'a@x.test,"Ada'
      }
    ])
    assert.deepStrictEqual(places(read), ["3:b@x.test", "4:c@x.test"])
  })

  it("does not let an unclosed quote run into the next quoted row", () => {
    const read = parse(`${header}"a@x.test,Ada\n"b@x.test","Bob"\nc@x.test,Cy\n`)
    assert.deepStrictEqual(
      read.rejected.map(({ line, column, record }) => ({ line, column, record })),
      [{ line: 2, column: 1, record: '"a@x.test,Ada' }]
    )
    assert.deepStrictEqual(emails(read), ["b@x.test", "c@x.test"])
  })

  it("gives up on an open quote after a bounded length, and reads what follows as rows", () => {
    const filler = "b@x.test,Bob\n".repeat(2 * Math.ceil(maxRecordLength / 13))
    const read = parse(`${header}a@x.test,"Ada\n${filler}c@x.test,"Cy"\n`)
    assert.strictEqual(read.rejected.length, 1)
    assert.strictEqual(
      read.rejected[0]?.reason,
      `The quote that opens at column 10 is not closed within ${maxRecordLength} characters; close it.`
    )
    assert.strictEqual(read.rows.length, filler.length / 13 + 1)
  })

  it("rejects a lone quote inside a quoted field, with both places", () => {
    const read = parse(`${header}a@x.test,"Ada "the" Byron"\nb@x.test,Bob\n`)
    assert.deepStrictEqual(read.rejected, [
      {
        line: 2,
        column: 10,
        reason:
          "The quoted field that opens at column 10 contains a single quote at column 15; " +
          "close the field before it, or double the quote.",
        record: 'a@x.test,"Ada "the" Byron"'
      }
    ])
    assert.deepStrictEqual(emails(read), ["b@x.test"])
  })

  it("names the line of a fault within a row of several lines", () => {
    const read = parse(`${header}"a@x.test\n","Ada\nb@x.test,Bob\n`)
    assert.deepStrictEqual(read.rejected, [
      {
        line: 2,
        column: null,
        reason: "The quote that opens on line 3 at column 3 is never closed; close it, or remove it.",
        record: '"a@x.test\n","Ada'
      }
    ])
    assert.deepStrictEqual(places(read), ["4:b@x.test"])
  })

  it("rejects a line that is not UTF-8, shown as Windows-1252, and keeps its neighbours", () => {
    const latin1 = Buffer.from(`${header}a@x.test,Zo\u00eb\nb@x.test,Bob\n`, "latin1")
    const read = parse(Uint8Array.from(latin1))
    assert.deepStrictEqual(read.rejected, [
      {
        line: 2,
        column: 12,
        reason: "The byte 0xEB at column 12 is not UTF-8; save the file as UTF-8.",
        record: "a@x.test,Zo\u00eb"
      }
    ])
    assert.deepStrictEqual(emails(read), ["b@x.test"])
  })

  it("keeps a replacement character that is really in the file, even beside an invalid byte", () => {
    const read = parse(
      Buffer.concat([Buffer.from(`${header}a@x.test,\uFFFD\nb@x.test,\uFFFD`), Buffer.from([0xff, 0x0a])])
    )
    assert.deepStrictEqual(emails(read), ["a@x.test"])
    assert.strictEqual(
      read.rejected[0]?.reason,
      "The byte 0xFF at column 11 is not UTF-8; save the file as UTF-8."
    )
  })

  it("keeps every byte of an invalid line recognisable", () => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i).filter(
      (byte) => ![0x0a, 0x0d, 0x22].includes(byte)
    )
    const read = parse(Buffer.concat([Buffer.from(header), all]))
    assert.strictEqual(new Set(read.rejected[0]?.record).size, all.length)
  })

  it("rejects a whole quoted row with an invalid byte on any of its lines", () => {
    const read = parse(Buffer.from(`${header}a@x.test,"one\ntw\u00f6, b@x.test\n"\nc@x.test,Cy\n`, "latin1"))
    assert.deepStrictEqual(read.rejected, [
      {
        line: 2,
        column: null,
        reason: "The byte 0xF6 on line 3 at column 3 is not UTF-8; save the file as UTF-8.",
        record: 'a@x.test,"one\ntw\u00f6, b@x.test\n"'
      }
    ])
    assert.deepStrictEqual(places(read), ["5:c@x.test"])
  })

  it("rejects a line too long to hold, showing its beginning, and reads on", () => {
    const long = "x".repeat(3 * maxRecordLength)
    const read = parse(`${header}a@x.test,${long}\r\nb@x.test,Bob\n`)
    assert.strictEqual(
      read.rejected[0]?.reason,
      `The line is longer than ${maxRecordLength} bytes, too long for one contact.`
    )
    assert.strictEqual(read.rejected[0]?.record.length, maxRecordShown)
    assert.deepStrictEqual(places(read), ["3:b@x.test"])
  })

  it("bounds the record it shows without cutting a character in half", () => {
    const read = parse(`${header}x${"\u{1F600}".repeat(maxRecordShown)}\n`)
    assert.strictEqual(read.rejected[0]?.record.length, maxRecordShown - 1)
  })

  it("reports rejected rows in the order of the file", () => {
    const read = parse(`${header}a@x.test\nb@x.test,"x\nc@x.test\n"d@x.test,y\n,z\n`)
    assert.deepStrictEqual(
      read.rejected.map((row) => row.line),
      [2, 3, 4, 5, 6]
    )
  })
})
