import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Stream from "effect/Stream"
import { asTable } from "../../src/cli/output/tableText.js"
import { columns, fitted, numberTable } from "../../src/cli/output/text.js"
import { widthOf } from "../../src/text/width.js"

const table = (rows: ReadonlyArray<ReadonlyArray<unknown>>, width: number) =>
  Stream.fromIterable(rows).pipe(
    asTable(["email", "batch_id", "outcome"], width),
    Stream.runCollect,
    Effect.map((pieces) =>
      Chunk.join(
        Chunk.map(pieces, ({ text }) => text),
        ""
      ).split("\n")
    ),
    Effect.runSync
  )

const long = "somebody.with.quite.a.long.name+and-a-tag@a-subdomain.of.example.test"
const batchId = "8a7b6c5d-1234-4321-aaaa-000000000001"

describe("a table on a terminal", () => {
  it("loses the middle of its widest cells, where a line would be too long", () => {
    assert.deepStrictEqual(table([[long, batchId, "pending"]], 80).slice(0, 2), [
      "  email                              batch_id                           outcome",
      "  somebody.with.qu….of.example.test  8a7b6c5d-1234-43…aaa-000000000001  pending"
    ])
    assert.deepStrictEqual(table([["a@x.test", batchId, "pending"]], 80).slice(0, 2), [
      "  email     batch_id                              outcome",
      `  a@x.test  ${batchId}  pending`
    ])
  })

  it("has numbers below each other beside names that lose their middle, each in its line", () => {
    const rows = [
      ["sent value", "sent", "not checked"],
      ["field 12 (Company)", "1,200", "0"],
      [long, "7", "12"]
    ]
    assert.deepStrictEqual(numberTable(rows, 44).split("\n"), [
      "  sent value               sent  not checked",
      "  field 12 (Company)      1,200            0",
      "  somebody.wi…ample.test      7           12"
    ])
    assert.include(numberTable(rows, Number.POSITIVE_INFINITY), `  ${long}      7           12`)
  })

  it("of numbers fits, whatever the names are", () => {
    const row = FastCheck.tuple(
      FastCheck.string({ unit: "grapheme", maxLength: 200 }),
      FastCheck.nat().map(String),
      FastCheck.nat().map(String)
    )
    FastCheck.assert(
      FastCheck.property(
        FastCheck.array(row, { minLength: 1, maxLength: 20 }),
        FastCheck.constantFrom(60, 80, 120),
        (rows, width) => {
          const lines = numberTable(rows, width).split("\n")
          assert.strictEqual(lines.length, rows.length)
          const ends = new Set(lines.map(widthOf))
          assert.strictEqual(ends.size, 1)
          assert.isAtMost([...ends][0] ?? 0, width)
        }
      )
    )
  })

  it("is whole where it is kept", () => {
    assert.strictEqual(
      table([[long, batchId, "pending"]], Number.POSITIVE_INFINITY)[1],
      `  ${long}  ${batchId}  pending`
    )
  })

  it("fits, whatever is in a few columns", () => {
    const cell = FastCheck.oneof(FastCheck.string({ unit: "grapheme", maxLength: 200 }), FastCheck.integer())
    FastCheck.assert(
      FastCheck.property(
        FastCheck.array(FastCheck.tuple(cell, cell, cell), { minLength: 1, maxLength: 20 }),
        FastCheck.constantFrom(60, 80, 120),
        (rows, width) => {
          for (const line of table(rows, width)) assert.isAtMost(widthOf(line), width)
        }
      )
    )
  })

  it("leaves cells of a few columns as they are, however many there are", () => {
    assert.deepStrictEqual(
      fitted(
        Array.from({ length: 20 }, () => 10),
        80
      ),
      Array.from({ length: 20 }, () => 10)
    )
    assert.deepStrictEqual(fitted([5, 100, 30], 60), [5, 24, 24])
  })
})

describe("columns for people", () => {
  it("go on below the last one, where a line is full", () => {
    assert.strictEqual(
      columns([[batchId, "completed", "250 contacts sent: 240 imported, 5 rejected, 5 unaccounted"]], 80),
      [
        `  ${batchId}  completed  250 contacts sent: 240`,
        `${" ".repeat(51)}imported, 5 rejected, 5`,
        `${" ".repeat(51)}unaccounted`
      ].join("\n")
    )
    assert.strictEqual(columns([["at", long]], 60).split("\n").length, 2)
  })

  it("have the last one below where the others leave no room, or would have an ID broken", () => {
    assert.strictEqual(
      columns([["missing", long, "Looked up: the account does not have it."]], 80),
      `  missing  ${long}\n      Looked up: the account does not have it.`
    )
    assert.strictEqual(
      columns([["missing", "noemi.sandvik@a-host.example.test", `not there (batch ${batchId})`]], 80),
      `  missing  noemi.sandvik@a-host.example.test\n      not there (batch ${batchId})`
    )
  })

  it("fit, whatever is in the last one", () => {
    const cell = FastCheck.string({ unit: "grapheme", maxLength: 200 })
    FastCheck.assert(
      FastCheck.property(cell, FastCheck.integer({ min: 1, max: 60 }), (text, first) => {
        for (const line of columns([["x".repeat(first), text]], 60).split("\n")) {
          assert.isAtMost(widthOf(line), Math.max(60, first + 2))
        }
      })
    )
  })

  it("are one line each where they are kept", () => {
    assert.strictEqual(
      columns(
        [
          ["a", long],
          ["bb", "c"]
        ],
        Number.POSITIVE_INFINITY
      ),
      `  a   ${long}\n  bb  c`
    )
  })
})
