import { assert, describe, it } from "@effect/vitest"
import { columnsOf, failure, parse } from "./support.js"

const keys = (input: string, key: string, format: "csv" | "jsonl" = "csv") => {
  const { rejected, rows } = parse(input, { format, map: { key } })
  return {
    keys: rows.map((row) => row.key),
    rejected: rejected.map(({ line, reason }) => `${line}: ${reason}`)
  }
}

describe("the key column", () => {
  it("is used only if the caller names it", () => {
    assert.strictEqual(parse("key,id,email\n1,2,a@x.test\n").rows[0]?.key, null)
    assert.deepStrictEqual(keys("Key,ID,email\n1, 2 ,a@x.test\n", "id"), { keys: ["2"], rejected: [] })
  })

  it("rejects a CSV row with a blank key, and keeps the good ones", () => {
    assert.deepStrictEqual(keys("id,email\n1,a@x.test\n ,b@x.test\n3,c@x.test\n", "id"), {
      keys: ["1", "3"],
      rejected: ['3: The key in column "id" is blank.']
    })
  })

  it("rejects a JSON line whose key is missing, null or not an exact number", () => {
    const lines = ['"id":1', '"id":"b"', '"id":null', '"no":1', '"id":1.5']
    const { keys: found, rejected } = keys(
      lines.map((member) => `{"email":"a@x.test",${member}}\n`).join(""),
      "id",
      "jsonl"
    )
    assert.deepStrictEqual(found, ["1", "b"])
    assert.deepStrictEqual(rejected, [
      '3: The value of "id", the key of the row, is blank.',
      '4: It has no key "id" (keys: email, no).',
      '5: The number in "id" is not a whole number that can be read exactly; write it as a string.'
    ])
  })

  it("rejects a row whose key has a NUL character, at which SQLite ends a text", () => {
    assert.deepStrictEqual(
      keys('{"email":"a@x.test","id":"1\\u0000"}\n{"email":"b@x.test","id":"2"}', "id", "jsonl"),
      {
        keys: ["2"],
        rejected: ['1: The key in "id" contains a NUL character.']
      }
    )
  })

  it("is named with its option if it is missing", () => {
    assert.strictEqual(
      failure("email,name\n", { map: { key: "id" } }),
      'contacts.csv, line 1: there is no column "id" (columns: email, name). Correct --key COLUMN.'
    )
  })
})

describe("a first line that names the delimiter", () => {
  it.each(["sep=;\n", "\uFEFFsep=;\r\n", "SEP=;\r", '"sep=;"\n'])(
    "as %j is followed, and is not a row",
    (line) => {
      const { rejected, rows } = parse(`${line}email;note\na@x.test;1,2\n\nb@x.test\nc@x.test;3\n`, {}, 3)
      assert.deepStrictEqual(
        rows.map((row) => [row.line, columnsOf(row)]),
        [
          [3, '{"email":"a@x.test","note":"1,2"}'],
          [6, '{"email":"c@x.test","note":"3"}']
        ]
      )
      assert.deepStrictEqual(
        rejected.map((row) => row.line),
        [5]
      )
    }
  )

  it("may name any character, even against the file's name", () => {
    const options = { preferredDelimiter: "\t" }
    assert.strictEqual(
      columnsOf(parse("sep=|\nname|email\nA\tB|a@x.test\n", options).rows[0]),
      '{"name":"A\\tB","email":"a@x.test"}'
    )
  })

  it("is skipped if the caller names another", () => {
    assert.strictEqual(
      parse("sep=,\nname|email\nA|a@x.test\n", { delimiter: "|" }).rows[0]?.email,
      "a@x.test"
    )
  })

  it("needs a header below it", () => {
    assert.include(failure("sep=;\n"), "the file is empty and has no header")
    assert.include(failure("sep=;\nname\n"), "contacts.csv, line 2: no e-mail address column was found")
  })
})
