import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { printable } from "../../src/text/printable.js"
import { shortened, widthOf } from "../../src/text/width.js"

describe("the width of text on a terminal", () => {
  it("is two columns for a wide character and none for a combining one", () => {
    const texts = ["abc", "例え", "é", "e\u0301", "😀", "👩‍👩‍👧", "🇩🇪"]
    assert.deepStrictEqual(texts.map(widthOf), [3, 4, 1, 1, 2, 2, 2])
  })

  it("is kept to by cutting out the middle", () => {
    assert.strictEqual(shortened("ada@example.test", 16), "ada@example.test")
    assert.strictEqual(shortened("ada.lovelace@example.test", 16), "ada.love…le.test")
    assert.strictEqual(shortened("例え例え@example.test", 9), "例え…test")
    assert.strictEqual(shortened("abc", 1), "…")
  })

  it.prop(
    "is never more than asked for, for any text",
    [FastCheck.string({ unit: "binary", maxLength: 40 }), FastCheck.integer({ min: 1, max: 30 })],
    ([text, most]) => {
      const shown = printable(text)
      assert.isAtMost(widthOf(shortened(shown, most)), most)
      if (widthOf(shown) <= most) assert.strictEqual(shortened(shown, most), shown)
    }
  )
})
