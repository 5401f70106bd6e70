import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import { isLongAgo } from "../../src/job/unknownBatch.js"

describe("a time from another process", () => {
  const now = DateTime.unsafeMake("2031-04-02T08:15:00Z")
  it("is long ago after the grace, and is ignored if it is in the future", () => {
    assert.strictEqual(isLongAgo(DateTime.subtract(now, { seconds: 60 }), now), "no")
    assert.strictEqual(isLongAgo(DateTime.subtract(now, { seconds: 61 }), now), "yes")
    assert.strictEqual(isLongAgo(DateTime.add(now, { hours: 1 }), now), "clock was set")
  })
})
