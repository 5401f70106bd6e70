import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import Papa from "papaparse"
import type { ContactRow, RejectedRow } from "../../src/contacts/ContactRow.js"
import { maxRecordLength } from "../../src/contacts/ContactRow.js"
import * as CsvRows from "../../src/contacts/CsvRows.js"
import * as PhysicalLines from "../../src/contacts/PhysicalLines.js"
import * as RecordFramer from "../../src/contacts/RecordFramer.js"
import { attempt, bytes, chunked, columnsOf, parse } from "./support.js"

const field = FastCheck.oneof(
  FastCheck.string({
    unit: FastCheck.constantFrom("a", " ", ",", ";", '"', "\n", "\r", "\t", "é", "😀", "\uFFFD")
  }),
  FastCheck.string({ unit: "grapheme" })
)
const address = field.map((text) => `x${text}`)
const table = FastCheck.array(FastCheck.tuple(address, field, field), { maxLength: 12 })
const cuts = FastCheck.array(FastCheck.nat(400), { maxLength: 20 })
const lineEnd = FastCheck.constantFrom("\n", "\r\n", "\r")
const delimiter = FastCheck.constantFrom(",", ";", "\t")

// Mostly bytes that mean something to a CSV reader, the rest of any kind.
const anyBytes = FastCheck.array(
  FastCheck.oneof(
    { weight: 4, arbitrary: FastCheck.constantFrom(...bytes('",\n\r a')) },
    { weight: 1, arbitrary: FastCheck.nat(255) }
  ),
  { maxLength: 120 }
).map((list) => Uint8Array.from(list))

const physicalLines = (text: string): ReadonlyArray<string> => {
  const lines = text.split(/\r\n|\n|\r/)
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines
}

const linesIn = (text: string): number => text.match(/\r\n|\n|\r/g)?.length ?? 0

const byLine = (a: { readonly line: number }, b: { readonly line: number }) => a.line - b.line

/** Every record, kept or rejected, in the order of the file, from the two layers below the columns. */
const frameAll = (chunks: ReadonlyArray<Uint8Array>) => {
  const framed: RecordFramer.Framed = { texts: [], lines: [], rejected: [] }
  let lines = PhysicalLines.initial
  let framer = RecordFramer.initial
  for (const chunk of chunks) {
    const [next, segments] = PhysicalLines.feed(lines, chunk)
    lines = next
    for (const segment of segments) framer = RecordFramer.frame(framer, segment, ",", framed)
  }
  for (const segment of PhysicalLines.finish(lines)) framer = RecordFramer.frame(framer, segment, ",", framed)
  RecordFramer.flush(framer, ",", framed)
  const kept = framed.texts.map((record, i) => ({ line: framed.lines[i] ?? 0, record }))
  return { texts: framed.texts, records: [...kept, ...framed.rejected].sort(byLine) }
}

describe("reading in chunks", () => {
  it.prop(
    "reads any table back as it was written, with its lines, in chunks of any size",
    [table, delimiter, lineEnd, cuts, FastCheck.boolean()],
    ([written, delimiter, newline, cuts, quotes]) => {
      const rows = [["email", "b", 'ü, "c"\n'], ...written]
      const text = Papa.unparse(rows, { delimiter, newline, quotes })
      const read = parse(text, { delimiter, keepApostrophes: true }, cuts)
      assert.deepStrictEqual(read.rejected, [])
      let line = 1
      const expected = rows.map((row) => {
        const start = line
        line += 1 + row.reduce((sum, value) => sum + (value.match(/\r\n|\n|\r/g)?.length ?? 0), 0)
        return { line: start, email: row[0] ?? "", values: row }
      })
      assert.deepStrictEqual(
        read.rows.map((row) => ({
          line: row.line,
          email: row.email,
          values: Object.values(JSON.parse(columnsOf(row)))
        })),
        expected.slice(1)
      )
    }
  )

  it.prop(
    "gives the same rows and rejections for any bytes, in chunks of any size",
    [anyBytes, cuts],
    ([input, cuts]) => {
      const source = Buffer.concat([Buffer.from("email,a\n"), input])
      const whole = attempt(source, {}, [])
      assert.deepStrictEqual(attempt(source, {}, cuts), whole)
      assert.deepStrictEqual(attempt(source, {}, 1), whole)
    }
  )

  it.prop(
    "gives the same for any JSON lines, in chunks of any size",
    [
      FastCheck.array(
        FastCheck.oneof(
          FastCheck.json(),
          field,
          FastCheck.record({ email: address }).map((o) => JSON.stringify(o))
        )
      ),
      lineEnd,
      cuts
    ],
    ([lines, end, cuts]) => {
      const text = lines.join(end)
      const options = { format: "jsonl" } as const
      const whole = parse(text, options, [])
      assert.deepStrictEqual(parse(text, options, cuts), whole)
      const seen = new Set(
        [...whole.rows, ...whole.rejected].map((row: ContactRow | RejectedRow) => row.line)
      )
      physicalLines(text).forEach((line, i) => {
        assert.strictEqual(seen.has(i + 1), line.trim() !== "", `line ${i + 1}`)
      })
    }
  )

  it.prop(
    "gives the same for any JSON array in chunks of any size, with the line of each value",
    [
      FastCheck.array(
        FastCheck.oneof(
          FastCheck.jsonValue().map((value) => JSON.stringify(value)),
          FastCheck.tuple(address, FastCheck.jsonValue()).map(([email, x]) =>
            JSON.stringify({ email, x }, null, 1)
          ),
          FastCheck.constantFrom("nul", "{x}", '{"email":}', '{"email":"a\nb"}')
        ),
        { maxLength: 8 }
      ),
      FastCheck.constantFrom(",", ",\n", "\r\n,\r", " ,\t"),
      FastCheck.boolean(),
      cuts
    ],
    ([values, between, isUtf16, cuts]) => {
      const text = `\uFEFF[\n${values.join(between)}]`
      const input = isUtf16 ? Uint8Array.from(Buffer.from(text, "utf16le")) : bytes(text)
      const options = { format: undefined }
      const whole = parse(input, options, [])
      assert.deepStrictEqual(parse(input, options, cuts), whole)
      assert.deepStrictEqual(parse(input, options, 1), whole)
      let line = 2
      const expected = values.map((value) => {
        const start = line
        line += linesIn(value) + linesIn(between)
        return `${start}: ${value}`
      })
      const read = [...whole.rows, ...whole.rejected].map(({ line, record }) => `${line}: ${record.trim()}`)
      assert.deepStrictEqual(read.sort(), expected.sort())
    }
  )

  it.prop(
    "gives the same for UTF-16 as for the same text in UTF-8, in chunks of any size",
    [FastCheck.array(FastCheck.tuple(address, field), { maxLength: 8 }), FastCheck.boolean(), cuts],
    ([written, littleEndian, cuts]) => {
      const text = Papa.unparse([["email", "n"], ...written])
      const units = Buffer.from(`\uFEFF${text}`, "utf16le")
      const input = Uint8Array.from(littleEndian ? units : units.swap16())
      const options = { format: undefined }
      const whole = parse(text, { format: "csv" })
      assert.deepStrictEqual(parse(input, options, cuts), whole)
      assert.deepStrictEqual(parse(input, options, 1), whole)
    }
  )

  it.prop("fails on no bytes except those of the header", [anyBytes, cuts], ([input, cuts]) => {
    assert.isTrue(Either.isRight(attempt(Buffer.concat([Buffer.from("email,a\n"), input]), {}, cuts)))
    attempt(input, {}, cuts)
    attempt(input, { format: undefined }, cuts)
    attempt(input, { format: "jsonl" }, cuts)
  })

  it.prop("loses no physical line of any bytes", [anyBytes, cuts], ([input, cuts]) => {
    // Windows-1252 shows wrong lines; compared as ASCII, which no decoding changes.
    const ascii = (text: string) => text.replace(/\P{ASCII}+/gu, "")
    const source = Buffer.from(input).toString("latin1")
    const { records } = frameAll(chunked(input, cuts))
    let line = 1
    for (const record of records) {
      assert.strictEqual(record.line, line)
      line += record.record.split(/\r\n|\n|\r/).length
    }
    assert.deepStrictEqual(
      records.flatMap(({ record }) => record.split(/\r\n|\n|\r/)).map(ascii),
      physicalLines(source).map(ascii)
    )
  })

  it.prop("hands Papa only records that it reads the same alone as together", [anyBytes], ([input]) => {
    const { texts } = frameAll([input])
    assert.deepStrictEqual(
      CsvRows.fieldsOf(texts, ","),
      texts.flatMap((text) => CsvRows.fieldsOf([text], ","))
    )
    assert.strictEqual(CsvRows.fieldsOf(texts, ",").length, texts.length)
  })

  it("applies the limits at the same place, in chunks of any size", () => {
    const pieces = [
      "email,note\n",
      `a@x.test,${"x".repeat(maxRecordLength)}\r\n`,
      `b@x.test,"${`${"line ".repeat(200)}\n`.repeat(maxRecordLength / 1000)}`,
      `${"y".repeat(maxRecordLength)}\r`,
      `${"z".repeat(maxRecordLength + 1)}\r\n`,
      'c@x.test,"closed"\n'
    ]
    const source = bytes(pieces.join(""))
    const whole = parse(source, {}, [])
    assert.strictEqual(whole.rows.at(-1)?.email, "c@x.test")
    for (const size of [16_411, 65_536, 1_000_003]) assert.deepStrictEqual(parse(source, {}, size), whole)
  })
})
