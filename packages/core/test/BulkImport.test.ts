import { HttpClient } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Layer, Option, Redacted, TestClock } from "effect"
import { ActiveCampaignClient, BulkImport, ImportAnswer, PollPolicy, RateBudget } from "effect-activecampaign"
import { accountUrl, answering, batchId, during, respond, token, vendor } from "./support.js"
import { completed, everySecond, scripted } from "./waiting.js"

describe("info", () => {
  it.scoped("asks once and returns the answer, settled or not", () =>
    Effect.gen(function* () {
      const { bulkImport, calls } = yield* scripted([answering(false)])
      assert.strictEqual((yield* bulkImport.info(batchId)).status, "unset")
      assert.lengthOf(calls, 1)
    })
  )
})

describe("snapshot", () => {
  it.scoped("asks once and keeps the body's text beside the answer", () =>
    Effect.gen(function* () {
      const { bulkImport, calls } = yield* scripted([completed])
      const snapshot = yield* bulkImport.snapshot(batchId)
      assert.strictEqual(snapshot.body, completed.body)
      assert.isTrue(ImportAnswer.isSettled(snapshot.answer))
      assert.lengthOf(calls, 1)
    })
  )
})

describe("awaitSettled", () => {
  it.scoped("keeps asking over false, waiting, claimed and active until completed", () =>
    Effect.gen(function* () {
      const { bulkImport, times } = yield* scripted([
        answering(false),
        answering("waiting"),
        answering("claimed"),
        answering("active", { success: ["1"] }),
        completed,
        answering("active")
      ])
      const answer = yield* during("1 minute")(bulkImport.awaitSettled(batchId, everySecond))
      assert.strictEqual(answer.status, "completed")
      assert.deepStrictEqual(answer.failure, Option.some(["a@x.yz"]))
      assert.deepStrictEqual(times(), [0, 1000, 2000, 3000, 4000])
    })
  )

  it.scoped("takes an undefined part of a policy from the default", () =>
    Effect.gen(function* () {
      const { bulkImport, times } = yield* scripted([completed])
      const policy = {
        firstDelay: undefined,
        deadline: undefined,
        schedule: undefined,
        unsetGrace: undefined
      }
      yield* during("1 minute")(bulkImport.awaitSettled(batchId, policy))
      assert.deepStrictEqual(times(), [1000])
    })
  )

  it.scoped("makes its first call after a second by default", () =>
    Effect.gen(function* () {
      const { bulkImport, times } = yield* scripted([completed])
      yield* during("1 minute")(bulkImport.awaitSettled(batchId))
      assert.deepStrictEqual(times(), [1000])
    })
  )

  it.scoped("uses another first delay, which is not repeated", () =>
    Effect.gen(function* () {
      const { bulkImport, times } = yield* scripted([answering(false), answering("active"), completed])
      yield* during("1 minute")(bulkImport.awaitSettled(batchId, { ...everySecond, firstDelay: "7 seconds" }))
      assert.deepStrictEqual(times(), [7000, 8000, 9000])
    })
  )

  it.scoped("by default waits longer each time, up to 30 seconds with a fifth more or less", () =>
    Effect.gen(function* () {
      const { bulkImport, times } = yield* scripted([answering("active")])
      yield* during("31 minutes")(Effect.flip(bulkImport.awaitSettled(batchId)))
      const gaps = times()
        .slice(1)
        .map((at, index) => at - (times()[index] ?? 0))
      for (const [index, gap] of gaps.entries()) {
        const planned = Math.min(2000 * 1.5 ** index, 30_000)
        assert.isAtLeast(gap, 0.8 * planned - 1)
        assert.isAtMost(gap, 1.2 * planned + 1)
      }
      assert.isAtLeast(gaps.length, 50)
    })
  )

  it.scoped.each(["failed", "interrupted"])(
    "returns a batch that %s as an answer, not as an error",
    (status) =>
      Effect.gen(function* () {
        const { bulkImport } = yield* scripted([answering("active"), answering(status, { success: ["1"] })])
        const answer = yield* during("1 minute")(bulkImport.awaitSettled(batchId, everySecond))
        assert.strictEqual(answer.status, status)
        assert.deepStrictEqual(answer.failure, Option.none())
      })
  )

  it.scoped("keeps asking if it does not know the status word", () =>
    Effect.gen(function* () {
      const { bulkImport, calls } = yield* scripted([answering("paused"), answering("Resumed"), completed])
      const answer = yield* during("1 minute")(bulkImport.awaitSettled(batchId, everySecond))
      assert.strictEqual(answer.status, "completed")
      assert.lengthOf(calls, 3)
    })
  )

  it.scoped("does not stop because it found the batch settled before", () =>
    Effect.gen(function* () {
      const { bulkImport, calls } = yield* scripted([completed])
      const once = during("1 minute")(bulkImport.awaitSettled(batchId, everySecond))
      yield* once
      yield* once
      assert.lengthOf(calls, 2)
    })
  )

  it.scoped("waits a week if asked to", () =>
    Effect.gen(function* () {
      const week = Duration.toMillis("7 days")
      const settles = yield* scripted([
        (request) =>
          Effect.flatMap(Clock.currentTimeMillis, (now) =>
            Effect.sync(() => respond(request, now < week ? answering("active") : completed))
          )
      ])
      const answer = yield* during("8 days")(
        settles.bulkImport.awaitSettled(batchId, PollPolicy.fixed("2 hours", "8 days"))
      )
      assert.strictEqual(answer.status, "completed")
      assert.strictEqual(settles.times().at(-1), week)
      assert.lengthOf(settles.calls, 7 * 12 + 1)
    })
  )

  it.scoped("stops asking when it is interrupted", () =>
    Effect.gen(function* () {
      const { bulkImport, calls } = yield* scripted([answering("active")])
      yield* during("10 seconds")(
        Effect.timeoutOption(bulkImport.awaitSettled(batchId, everySecond), "2500 millis")
      )
      yield* TestClock.adjust("10 seconds")
      assert.lengthOf(calls, 3)
    })
  )
})

describe("several waits", () => {
  it.scoped("share the account's rate", () =>
    Effect.gen(function* () {
      const { bulkImport, times } = yield* scripted([answering("active")])
      const policy = PollPolicy.fixed("1 second", "10 seconds")
      const waits = Array.from({ length: 12 }, () => bulkImport.awaitSettled(batchId, policy))
      yield* during("10 seconds")(Effect.all(waits, { concurrency: "unbounded", mode: "either" }))
      assert.isAtLeast(times().length, 40)
      for (const at of times()) {
        assert.isAtMost(times().filter((other) => other >= at && other < at + 1000).length, 4)
      }
    })
  )
})

describe("the layer", () => {
  it.effect("is built on that of the client", () =>
    Effect.gen(function* () {
      const { http } = vendor(completed)
      const answer = yield* Effect.flatMap(BulkImport.BulkImport, (bulkImport) =>
        bulkImport.info(batchId)
      ).pipe(
        Effect.provide(
          BulkImport.layer.pipe(
            Layer.provide(ActiveCampaignClient.layer({ url: accountUrl, apiToken: Redacted.make(token) })),
            Layer.provide(RateBudget.layerUnlimited),
            Layer.provide(Layer.succeed(HttpClient.HttpClient, http))
          )
        )
      )
      assert.strictEqual(answer.status, "completed")
    })
  )
})
