import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { planLookup } from "../../src/job/lookupPlan.js"

const known = FastCheck.record({
  addresses: FastCheck.nat({ max: 100_000 }),
  newestId: FastCheck.option(FastCheck.bigInt({ min: 0n, max: 10_000_000n }), { nil: null }),
  budget: FastCheck.nat({ max: 100_000 }),
  mustWalk: FastCheck.boolean()
})

describe("the plan of a look-up", () => {
  it("never costs more than the other affordable way, and never more than the limit", () => {
    FastCheck.assert(
      FastCheck.property(known, (facts) => {
        const plan = planLookup(facts)
        assert.isAtMost(plan.affordable, plan.addresses)
        if (plan.method === "walk") {
          assert.isAtMost(plan.calls, facts.budget)
          if (!facts.mustWalk) assert.isBelow(plan.calls, facts.addresses)
          assert.strictEqual(plan.affordable, facts.addresses)
        } else {
          assert.isAtMost(plan.affordable, facts.budget)
          if (plan.walkCalls !== null && plan.walkCalls <= facts.budget && !facts.mustWalk) {
            assert.isAtMost(plan.calls, plan.walkCalls)
          }
        }
      })
    )
  })
})
