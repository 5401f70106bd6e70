import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { neutralise, restore } from "../../src/contacts/SpreadsheetText.js"

// Mostly what a rule could turn on: apostrophes, quotes, blanks, separators and what begins a formula.
const text = FastCheck.oneof(
  FastCheck.string({
    unit: FastCheck.constantFrom(
      ..."'\"=+-@;,|\t\r\n a1",
      "\uFF1D",
      "\uFF0B",
      "\u2212",
      "\u00A0",
      "\u200B",
      "\uFEFF",
      "\u0000"
    )
  }),
  FastCheck.string({ unit: "binary" })
)

/** What some spreadsheet could take for the cells of a text: quotes it ignores, and delimiters that are not ours. */
const cellsOf = (cell: string) =>
  cell.split(/[;\t\r\n]/).map((part) => part.replace(/^["\p{Cc}\p{Cf}\p{Z}]+/u, ""))

describe("text for a spreadsheet", () => {
  it.prop(
    "is restored to exactly what it was, for every text",
    [text],
    ([original]) => {
      assert.strictEqual(restore(neutralise(original)), original)
    },
    { fastCheck: { numRuns: 5000 } }
  )

  it.prop("never begins a formula, at any possible start of a cell", [text], ([original]) => {
    for (const cell of cellsOf(neutralise(original))) {
      assert.notMatch(cell, /^[=+\-@\uFF1D\uFF0B\uFF0D\uFF20\u2212]/)
    }
    assert.notMatch(neutralise(original), /^[\t\r\n]/)
  })

  it.prop("never looks like the neutralised form of another text", [text], ([original]) => {
    // Else two cells would read the same, and one of them would come back as the other.
    if (neutralise(original) === original) assert.strictEqual(restore(original), original)
  })

  it("gets an apostrophe before a possible formula, and nowhere else", () => {
    const expected: ReadonlyArray<readonly [string, string]> = [
      ["=cmd()", "'=cmd()"],
      ["+49 170 1234567", "'+49 170 1234567"],
      ["-5", "'-5"],
      ["@SUM(A1)", "'@SUM(A1)"],
      ["\t=1", "'\t'=1"],
      ["\rx", "'\rx"],
      ["  =1", "'  =1"],
      ["\uFF1D1", "'\uFF1D1"],
      ['"=1', "'\"=1"],
      ["'=1", "''=1"],
      ["a;=1", "a;'=1"],
      ["a\n-b", "a\n'-b"],
      ["a=1", "a=1"],
      ["5-3", "5-3"],
      ["'quoted'", "'quoted'"],
      ["person@example.test", "person@example.test"],
      ["a; b", "a; b"],
      ["", ""]
    ]
    for (const [original, neutral] of expected) assert.strictEqual(neutralise(original), neutral)
  })

  it("takes time in proportion to its length", () => {
    const long = "\n".repeat(500_000)
    assert.strictEqual(restore(neutralise(long)), long)
  })
})
