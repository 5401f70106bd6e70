import { assert, describe, it } from "@effect/vitest"
import { columnsOf, emails, parse, places } from "./support.js"

const map = { batchId: "batch_id" }
const reasons = (read: ReturnType<typeof parse>) =>
  read.rejected.map(({ line, reason }) => `${line}: ${reason}`)
const again = "It is the header again, as in files that were joined."

describe("concatenated files", () => {
  it.each(["", "\uFEFF", "\uFEFF\uFEFF"])(
    "cost their header, with %j before it, and nothing else",
    (mark) => {
      const one = `${mark}"email",batch_id\na@x.test,b-1\n`
      for (const cuts of [1, 1000]) {
        const found = parse(`${one}${mark}EMAIL,"Batch ID"\n${one}`, { map }, cuts)
        assert.deepStrictEqual(places(found), ["2:a@x.test", "5:a@x.test"])
        assert.deepStrictEqual(reasons(found), [`3: ${again}`, `4: ${again}`])
      }
    }
  )

  it("lose their byte order marks, even before rows and quotes, but not within values", () => {
    const text = 'email,note\n\uFEFF"a@x.test",1\n\uFEFFb@x.test,"x\n\uFEFFy"\n\uFEFF{}@x.test,\uFEFFz\n'
    const found = parse(text, {}, 5)
    assert.deepStrictEqual(found.rows.map(columnsOf), [
      '{"email":"a@x.test","note":"1"}',
      '{"email":"b@x.test","note":"x\\n\uFEFFy"}',
      '{"email":"{}@x.test","note":"\uFEFFz"}'
    ])
    assert.deepStrictEqual(
      emails(parse('{"email":"a@x.test"}\n\uFEFF{"email":"b@x.test"}\n', { format: "jsonl" })),
      ["a@x.test", "b@x.test"]
    )
  })

  it("with other columns are not read under the names of the first", () => {
    const found = parse(
      "email,batch_id\na@x.test,b-1\nbatch_id,email\nb-2,b@x.test\nc@x.test,b-3\nemail,batch_id\nd@x.test,b-1\nE-Mail,Name\ne@x.test,Eve\n",
      { map },
      7
    )
    assert.deepStrictEqual(places(found), ["2:a@x.test", "7:d@x.test"])
    const below = (line: number) =>
      `It is below another header (line ${line}) with different columns. Load that file separately.`
    const other =
      "It is another header, with different columns; the rows below it are not read. Load that file separately."
    assert.deepStrictEqual(reasons(found), [
      `3: ${other}`,
      `4: ${below(3)}`,
      `5: ${below(3)}`,
      `6: ${again}`,
      `8: ${other}`,
      `9: ${below(8)}`
    ])
  })

  it("without a final line end in the first file lose that line even if the columns would fit", () => {
    const glued =
      "The header of another file is on the same line, as in files that were joined when the first did not end with a line break."
    const one = parse("email\na@x.test\uFEFFemail\nb@x.test\n", {}, 3)
    assert.deepStrictEqual(places(one), ["3:b@x.test"])
    assert.deepStrictEqual(reasons(one), [`2: ${glued}`])
    for (const text of [
      "name,email\nAnn,a@x.test\uFEFFemail\nb@x.test,c@x.test\n",
      "email\na@x.test\uFEFFE-Mail-Adresse\nb@x.test\n"
    ]) {
      const other = parse(text, {}, 3)
      assert.deepStrictEqual(places(other), [])
      assert.strictEqual(reasons(other)[0], `2: ${glued}`)
    }
    assert.deepStrictEqual(places(parse("email,note\na@x.test,x\uFEFFof email\n", {}, 3)), ["2:a@x.test"])
  })

  it("without a final line end in the first file lose that line, and are not read under its names", () => {
    const found = parse("email,batch_id\na@x.test,b-1\uFEFFbatch_id,email\nb-2,b@x.test\n", { map })
    assert.deepStrictEqual(places(found), [])
    assert.deepStrictEqual(
      found.rejected.map(({ line }) => line),
      [2, 3]
    )
  })

  it("are distinguished from a row with 'email' in place of an address", () => {
    const found = parse("email,name,batch_id\nE-Mail,Ada,b-1\nb@x.test,Bob,b-1\n", { map })
    assert.deepStrictEqual(reasons(found), [
      '2: The address in column "email" is a column name: there is another header among the rows.'
    ])
    assert.deepStrictEqual(places(found), ["3:b@x.test"])
    assert.deepStrictEqual(parse('{"email":"Email"}', { format: "jsonl" }).rows, [])
  })
})

describe("a blank before an opening quote", () => {
  it.each([
    [",", " "],
    [",", "\t "],
    [";", "  "],
    ["\t", " "],
    ["|", " "]
  ])("is skipped, in the header too (%j, %j)", (delimiter, blank) => {
    const rows = [
      ["name", '"email"', "note"],
      ["Jane", '"jane@x.test"', `"a ""b""${delimiter} c"`],
      ['"two\nlines"', `"b@x.test"${blank}`, '"" ']
    ]
    const text = rows.map((row) => row.join(`${delimiter}${blank}`)).join("\n")
    for (const cuts of [1, 1000]) {
      const found = parse(text, { delimiter }, cuts)
      assert.deepStrictEqual(found.rejected, [])
      assert.deepStrictEqual(
        found.rows.map((row) => Object.values(JSON.parse(columnsOf(row)))),
        [
          ["Jane", "jane@x.test", `a "b"${delimiter} c`],
          ["two\nlines", "b@x.test", ""]
        ]
      )
    }
  })

  it("stays before a value that is not quoted", () => {
    assert.strictEqual(
      columnsOf(parse('email, note\na@x.test,  6" nail\n').rows[0]),
      '{"email":"a@x.test"," note":"  6\\" nail"}'
    )
  })
})
