import { assert, describe, it } from "@effect/vitest"
import * as OddAddress from "../../src/contacts/OddAddress.js"
import * as Remarks from "../../src/contacts/Remarks.js"
import { columnsOf, parse } from "./support.js"

const csvOf = (column: string, values: ReadonlyArray<string>) =>
  `email,${column}\n${values.map((value, i) => `a${i}@x.test,"${value.replaceAll('"', '""')}"\n`).join("")}`

describe("a contact ID", () => {
  it.each([
    ["7", "7"],
    [" 7 ", "7"],
    ["7.0", "7"],
    ["123000.000", "123000"],
    ["9223372036854775807", "9223372036854775807"],
    ["", null],
    [" ", null]
  ])("written as %j is read", (written, id) => {
    const { remarks, rows } = parse(csvOf("contact_id", [written]))
    assert.strictEqual(rows[0]?.contactId, id)
    assert.deepStrictEqual(remarks, [])
  })

  it.each([
    "1.23E+05",
    "nan",
    "NULL",
    "None",
    "N/A",
    "-",
    "1,234",
    "#REF!",
    "12abc",
    "0",
    "007",
    "0.0",
    "-7",
    "+7",
    "7.",
    "7.5",
    "7 8",
    "７",
    "99999999999999999999",
    "true"
  ])("written as %j is not accepted: the row loads, and is counted", (written) => {
    const { rejected, remarks, rows } = parse(csvOf("contact_id", [written]))
    assert.deepStrictEqual(rejected, [])
    assert.deepStrictEqual(
      rows.map((row) => [row.contactId, columnsOf(row)]),
      [[null, JSON.stringify({ email: "a0@x.test", contact_id: written })]]
    )
    assert.deepStrictEqual(remarks, [{ line: 2, kind: "contact-id", value: written }])
  })

  it("is read the same from JSON, even as a number", () => {
    const values = [
      "7",
      "7.0",
      "123000",
      '"7.0"',
      "null",
      "0",
      "1.5",
      "true",
      "[7]",
      '"NULL"',
      "12345678901234567890",
      "1234567890123456789"
    ]
    const { rejected, remarks, rows } = parse(
      values.map((value) => `{"email":"a@x.test","contact_id":${value}}\n`).join(""),
      { format: "jsonl" }
    )
    assert.deepStrictEqual(rejected, [])
    assert.deepStrictEqual(
      rows.map(({ contactId }) => contactId),
      ["7", "7", "123000", "7", null, null, null, null, null, null, null, null]
    )
    assert.deepStrictEqual(
      remarks.map(({ value }) => value),
      ["0", "1.5e+0", "true", "[7]", "NULL", "1.2345678901234567e+19", "1.2345678901234568e+18"]
    )
  })
})

describe("a batch ID", () => {
  const map = { batchId: "batch" }

  it.each(["5B1F2D7A-0c1e-4b2a-9f3d-0123456789ab", "b-1", "12", "bätch_1", "a/b#c", "x".repeat(255)])(
    "may be %j",
    (id) => {
      assert.strictEqual(parse(csvOf("batch", [` ${id} `]), { map }).rows[0]?.batchId, id)
    }
  )

  it.each([
    ["b 1", "contains a space"],
    ["b\u00a01", "contains a space"],
    ["b\t1", "contains a control character"],
    ["b\n1", "contains a control character"],
    ["b\u0000", "contains a control character"],
    ["b\u200b1", "contains an invisible character"],
    ["b\u00ad1", "contains an invisible character"],
    ["b\ufeff1", "contains an invisible character"],
    ["b\u202e1", "contains an invisible character"],
    ["b-1,b-2", "contains a comma or semicolon"],
    ["b-1;b-2", "contains a comma or semicolon"],
    ['"b-1"', "contains a quotation mark"],
    ["'b-1'", "contains a quotation mark"],
    ["\u201cb-1\u201d", "contains a quotation mark"],
    ["ada@x.test", "is an e-mail address"],
    ["b\ufffd", "contains a character that could not be decoded (U+FFFD)"],
    ["-".repeat(20), "means that there is none; leave it blank instead"],
    ["--", "means that there is none; leave it blank instead"],
    ["NULL", "means that there is none; leave it blank instead"],
    ["Batch ID", "contains a space"],
    ["batch_id", "is a column name"],
    ["x".repeat(256), "is longer than 255 characters"]
  ])("cannot be %j", (id, why) => {
    const found = parse(`${csvOf("batch", [id])}b@x.test,b-1\n`, { map })
    assert.deepStrictEqual(
      found.rejected.map(({ line }) => line),
      [2]
    )
    assert.isTrue(found.rejected[0]?.reason.endsWith(`in column "batch" ${why}.`), found.rejected[0]?.reason)
    assert.isBelow(found.rejected[0]?.reason.length ?? 0, 400)
    assert.deepStrictEqual(
      found.rows.map(({ batchId }) => batchId),
      ["b-1"]
    )
    const json = parse(JSON.stringify({ email: "a@x.test", batch: id }), { format: "jsonl", map })
    assert.isTrue(json.rejected[0]?.reason.endsWith(`in "batch" ${why}.`), json.rejected[0]?.reason)
  })
})

describe("an address", () => {
  it.each([
    ["ja\u200bne@x.test", "invisible"],
    ["ja\u00adne@x.test", "invisible"],
    ["ja\ufeffne@x.test", "invisible"],
    ["jane@x\u2060.test", "invisible"],
    ["\u202ejane@x.test", "invisible"],
    ["ja\u00a0ne@x.test", "invisible"],
    ["jane@x.\u3000test", "invisible"],
    ["ja\tne@x.test", "invisible"],
    ["Jane <jane@x.test>", "name"],
    ["<jane@x.test>", "name"],
    ["mailto:jane@x.test", "mailto"],
    ["MAILTO:jane@x.test?subject=a", "mailto"],
    ["a@x.test; b@y.test", "several"],
    ["a@x.test,b@y.test", "several"],
    ["a@x.test b@y.test", "several"],
    ["a@@x.test", "several"],
    ["N/A", "without-at"],
    ["jane(at)x.test", "without-at"],
    ["jane\uff20x.test", "without-at"],
    ["\u201cjane@x.test\u201d", "quotes"],
    ["'jane@x.test'", "quotes"],
    ['"jane"@x.test', "quotes"],
    ["jane doe@x.test", "blank"],
    ["jane@ x.test", "blank"],
    ["jane@x.test.", "punctuation"],
    ["jane@x.test,", "punctuation"],
    [".jane@x.test", "punctuation"],
    ["(jane@x.test)", "punctuation"],
    ["jane,doe@x.test", "punctuation"],
    ["m\u00c3\u00bcller@x.test", "garbled"],
    ["m\ufffdller@x.test", "garbled"],
    ["jane&amp;bob@x.test", "garbled"],
    ["jane@x", "host"],
    ["jane@", "host"],
    ["@x.test", "host"],
    ["jane@x..test", "host"],
    ["ja..ne@x.test", "host"],
    ["jane@x.test/path", "host"],
    ["j\u0430ne@x.test", "lookalike"],
    ["\uff4aane@x.test", "lookalike"],
    [`${"x".repeat(250)}@x.test`, "long"]
  ])("like %j loads as it stands, and is counted as odd", (address, kind) => {
    const { rejected, remarks, rows } = parse(`email,n\n"${address.replaceAll('"', '""')}",1\n`)
    assert.deepStrictEqual(rejected, [])
    assert.strictEqual(rows[0]?.email, address)
    assert.deepStrictEqual(
      remarks.map((remark) => [remark.line, remark.kind]),
      [[2, kind]]
    )
  })

  it.each([
    "jane@x.test",
    " Jane.O'Brien+news@Sub.X.test ",
    "müller@müller.example",
    "a@xn--mller-kva.example",
    "иван@пример.test",
    "иван.petrov@x.test",
    "例子@例子.测试",
    "!#$%&*+/=?^_{|}~-@x.test",
    "a_b@x_y.test"
  ])("like %j is not odd", (address) => {
    assert.strictEqual(OddAddress.kindOf(address), null)
  })

  it("is shown shortened if it is long, and counted with three examples of each kind", () => {
    const { remarks } = parse(`email\n${"x".repeat(900_000)}\n${"jane@x\n".repeat(5)}`)
    assert.strictEqual(remarks[0]?.value, `${"x".repeat(120)}… (900,000 characters)`)
    const counted = Remarks.make()
    counted.add(remarks.slice(0, 3))
    counted.add(remarks.slice(3))
    assert.deepStrictEqual(
      counted.counted().map(({ count, examples, kind }) => [kind, count, examples.map(({ line }) => line)]),
      [
        ["host", 5, [3, 4, 5]],
        ["long", 1, [2]]
      ]
    )
  })
})
