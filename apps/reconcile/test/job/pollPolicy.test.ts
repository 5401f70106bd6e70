import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { firstWait, pollInterval, timeToSettle } from "../../src/job/pollPolicy.js"

const times = FastCheck.array(FastCheck.nat({ max: 10_000_000 }), { maxLength: 60 })

describe("the wait before the first call about a batch", () => {
  it("is the median time of the last 30 to settle, and 1 s if none is known", () => {
    assert.strictEqual(firstWait([]), 1000)
    assert.strictEqual(firstWait([9000, 20_000, 12_000]), 12_000)
    const before = Array.from({ length: 30 }, () => 50_000)
    const since = Array.from({ length: 30 }, (_, index) => 6000 + index)
    assert.strictEqual(firstWait([...before, ...since]), 6015)
  })

  it("is never under 1 s nor over a minute, and leaves what it was given as it was", () => {
    FastCheck.assert(
      FastCheck.property(times, (some) => {
        const before = [...some]
        const wait = firstWait(some)
        assert.deepStrictEqual(some, before)
        return wait >= 1000 && wait <= 60_000
      })
    )
  })

  it("becomes shorter again once batches settle sooner than it lasts", () => {
    const known: Array<number> = [60_000]
    for (let batch = 0; batch < 300; batch++) {
      const wait = firstWait(known)
      // Settled within 3 s, so that each first call finds it settled.
      known.push(timeToSettle(wait, wait < 3000))
    }
    assert.isBelow(firstWait(known), 4000)
  })
})

describe("the wait before a batch is asked about again", () => {
  it("is a quarter of its age, between 1 s and 10 s", () => {
    assert.strictEqual(pollInterval(20_000), 5000)
    FastCheck.assert(
      FastCheck.property(FastCheck.nat(), FastCheck.nat(), (one, other) => {
        const younger = pollInterval(Math.min(one, other))
        const older = pollInterval(Math.max(one, other))
        return younger >= 1000 && older <= 10_000 && younger <= older
      })
    )
  })
})

describe("the wait, in a run that has followed a batch for more than an hour,", () => {
  it("grows with that time, up to 4 minutes after a day", () => {
    const hour = 3_600_000
    assert.strictEqual(pollInterval(2 * hour, hour), 10_000)
    assert.strictEqual(pollInterval(2 * hour, 2 * hour), 20_000)
    assert.strictEqual(pollInterval(30 * hour, 24 * hour), 240_000)
  })
})
