import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Stream from "effect/Stream"
import Papa from "papaparse"
import { encode, type Format, formats, type Row } from "../../src/cli/output/rowFormat.js"
import { columnsOf, parse } from "../contacts/support.js"

const written = (
  format: Format,
  columns: ReadonlyArray<string>,
  rows: ReadonlyArray<Row>,
  options: { readonly keepFormulas?: boolean; readonly chunk?: number } = {}
) =>
  Stream.fromIterable(rows).pipe(
    Stream.rechunk(options.chunk ?? 2),
    encode(format, columns, options),
    Stream.runCollect,
    Effect.map((pieces) => ({
      text: Chunk.toReadonlyArray(pieces)
        .map((piece) => piece.text)
        .join(""),
      rows: Chunk.reduce(pieces, 0, (sum, piece) => sum + piece.rows),
      neutralised: Chunk.reduce(pieces, 0, (sum, piece) => sum + piece.neutralised)
    })),
    Effect.runSync
  )

const text = FastCheck.oneof(
  FastCheck.string({ unit: FastCheck.constantFrom(..."'\"=+-@;,|\t\r\n a1", "\uFEFF", "\uFF1D") }),
  FastCheck.string({ unit: "grapheme" })
)
const table = FastCheck.tuple(
  FastCheck.uniqueArray(
    text.filter((name) => name.trim() !== ""),
    { minLength: 1, maxLength: 4 }
  ).map((names) => names.map((name) => `${name}.`)),
  FastCheck.array(FastCheck.array(text, { minLength: 4, maxLength: 4 }), { maxLength: 5 })
)

describe("CSV", () => {
  it.prop("is loaded again exactly as it was", [table], ([[names, cells]]) => {
    const columns = ["email", ...names]
    const rows = cells.map((row, at) => [`${at}@x.test`, ...row.slice(0, names.length)])
    const { text } = written("csv", columns, rows)
    const read = parse(text)
    assert.deepStrictEqual(read.rejected, [])
    const expected = rows.map((row) => Object.fromEntries(row.map((cell, at) => [columns[at], cell])))
    assert.deepStrictEqual(
      read.rows.map((row) => JSON.parse(columnsOf(row))),
      expected
    )
  })

  it.prop("written raw is read the same by any reader", [table], ([[columns, cells]]) => {
    const rows = cells.map((row) => row.slice(0, columns.length))
    const { text } = written("csv", columns, rows, { keepFormulas: true })
    assert.deepStrictEqual(Papa.parse(text, { newline: "\r\n", delimiter: "," }).data.slice(0, -1), [
      columns,
      ...rows
    ])
  })

  it("counts the cells it made safe, and keeps numbers as numbers", () => {
    const csv = written(
      "csv",
      ["=a", "b"],
      [
        ["=1", -5],
        ["+49", null],
        ["x", { deep: [1] }]
      ]
    )
    assert.deepStrictEqual(csv, {
      text: `'=a,b\r\n'=1,-5\r\n'+49,\r\nx,"{""deep"":[1]}"\r\n`,
      rows: 3,
      neutralised: 3
    })
    assert.strictEqual(written("csv", ["=a"], [["=1"]], { keepFormulas: true }).text, "=a\r\n=1\r\n")
  })

  it("writes a row of one empty cell as a row", () => {
    assert.strictEqual(written("csv", ["a"], [[null], [""]]).text, 'a\r\n""\r\n""\r\n')
  })
})

describe("Markdown", () => {
  it("is one table in which no cell ends early and every cell stays text", () => {
    const cells = ["a|b\\", "one\r\ntwo\nthree", "<img src=x> & [a](b)", "_a_ snake_case *b* `c`"]
    const { text } = written("markdown", ["a|", "b", "c", "d"], [cells])
    assert.strictEqual(
      text,
      [
        "| a\\| | b | c | d |",
        "| --- | --- | --- | --- |",
        "| a\\|b\\\\ | one<br>two<br>three | &lt;img src=x> &amp; \\[a\\](b) | \\_a\\_ snake_case \\*b\\* \\`c\\` |",
        ""
      ].join("\n")
    )
  })
})

describe("JSON and NDJSON", () => {
  it.prop("hold every value under its column, with any name", [table], ([[columns, cells]]) => {
    const rows = cells.map((row) => row.slice(0, columns.length))
    const expected = rows.map((row) => Object.fromEntries(row.map((cell, at) => [columns[at], cell])))
    assert.deepStrictEqual(JSON.parse(written("json", columns, rows).text), expected)
    const lines = written("ndjson", columns, rows).text.split("\n").slice(0, -1)
    assert.deepStrictEqual(
      lines.map((line) => JSON.parse(line)),
      expected
    )
  })

  it("keep the columns' order and names", () => {
    const { text } = written("ndjson", ["b", "2024", "__proto__"], [[1, undefined, { deep: true }]])
    assert.strictEqual(text, '{"b":1,"2024":null,"__proto__":{"deep":true}}\n')
  })
})

describe("rows of any format", () => {
  // Few values, so that many stand below their like.
  const value = FastCheck.constantFrom<unknown>(
    "a",
    "=1",
    '"',
    "b;",
    " ",
    "",
    null,
    1,
    -0,
    Number.NaN,
    2n,
    [1]
  )
  const rows = FastCheck.array(FastCheck.array(value, { minLength: 2, maxLength: 2 }), { maxLength: 8 })

  it.prop("read the same after any other rows", [rows], ([all]) => {
    for (const format of ["csv", "ndjson", "markdown"] as const) {
      for (const raw of [false, true]) {
        const header = written(format, ["a", "b"], [], { keepFormulas: raw })
        const each = all.map((row) => written(format, ["a", "b"], [row], { keepFormulas: raw }))
        assert.deepStrictEqual(written(format, ["a", "b"], all, { keepFormulas: raw, chunk: 8 }), {
          text: header.text + each.map(({ text }) => text.slice(header.text.length)).join(""),
          rows: all.length,
          neutralised: each.reduce((sum, one) => sum + one.neutralised, 0)
        })
      }
    }
  })
})

describe("an output without rows", () => {
  it("is still valid, with a header if the format has one", () => {
    const texts = formats.map((format) => written(format, ["a", "b"], []).text)
    assert.deepStrictEqual(texts, ["a,b\r\n", "[\n\n]\n", "", "| a | b |\n| --- | --- |\n"])
  })
})
