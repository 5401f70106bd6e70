import { describe, expect, it } from "vitest"
import { thousands } from "../../src/text/numbers.js"

describe("a number for people", () => {
  it("is written as in English", () => {
    for (const count of [
      0, 7, 999, 1000, 12_345, 999_999, 1_000_000, 1_234_567_890, -1, -999, -1000, -1_234_567
    ]) {
      expect(thousands(count)).toBe(count.toLocaleString("en-US"))
    }
  })
})
