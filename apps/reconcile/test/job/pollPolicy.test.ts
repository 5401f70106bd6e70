import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as FastCheck from "effect/FastCheck"
import { isLongAgo, pollInterval } from "../../src/job/pollPolicy.js"

describe("the wait before a batch is asked about again", () => {
  it("is a quarter of its age, between 1 s and 10 s", () => {
    assert.strictEqual(Duration.toMillis(pollInterval(Duration.seconds(20))), 5000)
    FastCheck.assert(
      FastCheck.property(FastCheck.nat(), FastCheck.nat(), (one, other) => {
        const wait = (age: number) => Duration.toMillis(pollInterval(Duration.millis(age)))
        const younger = wait(Math.min(one, other))
        const older = wait(Math.max(one, other))
        return younger >= 1000 && older <= 10_000 && younger <= older
      })
    )
  })
})

describe("a time from another process", () => {
  const now = DateTime.unsafeMake("2031-04-02T08:15:00Z")
  it("is long ago after the grace, and is ignored if it is in the future", () => {
    assert.strictEqual(isLongAgo(DateTime.subtract(now, { seconds: 60 }), now), "no")
    assert.strictEqual(isLongAgo(DateTime.subtract(now, { seconds: 61 }), now), "yes")
    assert.strictEqual(isLongAgo(DateTime.add(now, { hours: 1 }), now), "clock was set")
  })
})
