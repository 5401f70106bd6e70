import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as FastCheck from "effect/FastCheck"
import * as ImportAnswer from "effect-activecampaign/ImportAnswer"
import { isUnknownBatch, pollInterval } from "../../src/job/pollPolicy.js"

describe("the wait before a batch is asked about again", () => {
  it("is a quarter of its age, never under 1 s nor over 10 s", () => {
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

describe("a batch that answers false", () => {
  it("is taken for unknown only after the grace, and only for that answer", () => {
    assert.isFalse(isUnknownBatch(ImportAnswer.make("unset"), Duration.seconds(60)))
    assert.isTrue(isUnknownBatch(ImportAnswer.make("unset"), Duration.seconds(61)))
    assert.isFalse(isUnknownBatch(ImportAnswer.make("active"), Duration.days(2)))
  })
})
