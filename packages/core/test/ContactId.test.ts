import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { ContactId } from "effect-activecampaign"

describe("the order of contact IDs", () => {
  it("is that of whole numbers of any length", () => {
    const numbers = FastCheck.bigInt({ min: 0n, max: 10n ** 25n })
    FastCheck.assert(
      FastCheck.property(numbers, numbers, (left, right) => {
        const expected = left < right ? -1 : left > right ? 1 : 0
        assert.strictEqual(ContactId.Order(String(left), String(right)), expected)
        assert.strictEqual(ContactId.Order(`00${left}`, `0${right}`), expected)
      })
    )
  })

  it("is an order for any text", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.array(FastCheck.string()), (texts) => {
        const sorted = texts.toSorted(ContactId.Order)
        for (const [index, text] of sorted.slice(1).entries()) {
          assert.isAtMost(ContactId.Order(sorted[index] ?? "", text), 0)
        }
      })
    )
  })
})
