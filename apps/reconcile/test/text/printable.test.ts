import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { printable, printableJson, printableLines } from "../../src/text/printable.js"

const anything = FastCheck.string({ unit: "binary", maxLength: 60 })
const seen = /^[^\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]*$/u

describe("shown text", () => {
  it("has escapes in place of invisible characters and terminal controls", () => {
    const shown = (text: string) => printable(`a${text}b`).slice(1, -1)
    for (const [text, escaped] of [
      ["\u001b]52;c;YQ==\u0007", "\\u001b]52;c;YQ==\\u0007"],
      ["\r\n\t\0", "\\u000d\\u000a\\u0009\\u0000"],
      ["\u007f\u009b31m\u0085", "\\u007f\\u009b31m\\u0085"],
      ["\u202e\u2066\u200f\u061c", "\\u202e\\u2066\\u200f\\u061c"],
      ["\u200b\u00ad\u2060\ufeff\u200d", "\\u200b\\u00ad\\u2060\\ufeff\\u200d"],
      ["\ufe0f\u{e0100}\u034f\u3164\u115f", "\\ufe0f\\u{e0100}\\u034f\\u3164\\u115f"],
      ["\u{e0041}\u{e007f}", "\\u{e0041}\\u{e007f}"],
      ["\u2028\u2029\u00a0\u3000\u2800", "\\u2028\\u2029\\u00a0\\u3000\\u2800"],
      ["\ud800", "\\ud800"],
      ["\ue000\u{10fffd}\u0378\uffff", "\\ue000\\u{10fffd}\\u0378\\uffff"],
      ["Zoë 例え 😀 = \\n", "Zoë 例え 😀 = \\n"]
    ] as const) {
      assert.strictEqual(shown(text), escaped)
    }
  })

  it.prop("has no invisible characters, in one line or several", [anything], ([text]) => {
    assert.match(printable(text), seen)
    assert.match(printableLines(text).replace(/\r\n|[\n\t]/g, ""), seen)
    assert.strictEqual(printable(printable(text)), printable(text))
  })

  it.prop("as JSON is still the same value", [anything], ([text]) => {
    const json = printableJson(JSON.stringify({ [text]: [text] }, null, 2))
    assert.deepStrictEqual(JSON.parse(json), JSON.parse(JSON.stringify({ [text]: [text] })))
    assert.match(json.replaceAll("\n", ""), seen)
  })

  it("is shortened if it is too long to read, with its length", () => {
    const address = `${"a".repeat(9_000_000)}@example.test`
    assert.strictEqual(printable(address, 5), "aaaaa… (9,000,013 characters)")
    assert.isBelow(printable(address).length, 1100)
    const [first, cut, last] = printableLines(`first\n${address}\nlast`).split("\n")
    assert.deepStrictEqual([first, last], ["first", "last"])
    assert.match(cut ?? "", /^a+… \(9,000,013 characters\)$/)
    assert.strictEqual(printable("a😀b", 2), "a… (4 characters)")
  })

  it("keeps the lines of a text, but not a carriage return that would overwrite one", () => {
    assert.strictEqual(printableLines("a\tb\r\nc\n\rd"), "a\tb\r\nc\n\\u000dd")
  })
})
