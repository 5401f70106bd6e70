import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Option, Schedule, TestClock } from "effect"
import { ImportAnswer, PollPolicy, RetryPolicy } from "effect-activecampaign"
import { answering, batchId, during, silence } from "./support.js"
import { completed, everySecond, scripted, stillRunning } from "./waiting.js"

describe("the deadline", () => {
  it.scoped("ends the wait as StillRunning, with the last answer and the time waited", () =>
    Effect.gen(function* () {
      yield* TestClock.adjust("3 hours")
      const { bulkImport, calls } = yield* scripted([
        answering("waiting"),
        answering("active", { success: ["1"] })
      ])
      const error = stillRunning(
        yield* during("1 hour")(Effect.flip(bulkImport.awaitSettled(batchId, everySecond)))
      )
      assert.strictEqual(error.batchId, batchId)
      assert.strictEqual(Duration.toMillis(error.waited), 60_000)
      const last = Option.getOrThrow(error.lastAnswer)
      assert.strictEqual(last.status, "active")
      assert.deepStrictEqual(
        Option.map(ImportAnswer.lists(last).success, (ids) => ids.length),
        Option.some(1)
      )
      assert.include(error.message, "b-0001 has not settled after 1m: its last status is active.")
      assert.isAtMost(calls.length, 61)
    })
  )

  it.scoped.each([answering(false), answering("paused")])("ends a wait over %j, too", (reply) =>
    Effect.gen(function* () {
      const { bulkImport } = yield* scripted([reply])
      stillRunning(yield* during("1 hour")(Effect.flip(bulkImport.awaitSettled(batchId, everySecond))))
    })
  )

  it.scoped("comes exactly on time, even between two calls", () =>
    Effect.gen(function* () {
      const { bulkImport, times } = yield* scripted([answering("active")])
      const policy = PollPolicy.fixed("10 seconds", "25 seconds")
      const fiber = yield* Effect.fork(Effect.flip(bulkImport.awaitSettled(batchId, policy)))
      yield* TestClock.adjust("24999 millis")
      assert.isTrue(Option.isNone(yield* fiber.poll))
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(Duration.toMillis(stillRunning(yield* fiber).waited), 25_000)
      assert.deepStrictEqual(times(), [0, 10_000, 20_000])
    })
  )

  it.scoped("ends the wait while a call hangs, with the answer before it", () =>
    Effect.gen(function* () {
      const { bulkImport, times } = yield* scripted([answering("active"), silence])
      const policy = PollPolicy.fixed("1 second", "10 seconds")
      const error = stillRunning(
        yield* during("10 seconds")(Effect.flip(bulkImport.awaitSettled(batchId, policy)))
      )
      assert.deepStrictEqual(
        Option.map(error.lastAnswer, ({ status }) => status),
        Option.some("active")
      )
      assert.deepStrictEqual(times(), [0, 1000])
    })
  )

  it.scoped("ends the wait without an answer if there was none", () =>
    Effect.gen(function* () {
      const { bulkImport } = yield* scripted([silence])
      const error = stillRunning(
        yield* during("5 seconds")(
          Effect.flip(bulkImport.awaitSettled(batchId, PollPolicy.fixed("1 second", "5 seconds")))
        )
      )
      assert.deepStrictEqual(error.lastAnswer, Option.none())
      assert.include(error.message, "it has not answered")
    })
  )

  it.scoped("ends the wait during the first delay", () =>
    Effect.gen(function* () {
      const { bulkImport, calls } = yield* scripted([completed])
      const policy = { firstDelay: "1 hour", deadline: "5 seconds" } as const
      stillRunning(yield* during("5 seconds")(Effect.flip(bulkImport.awaitSettled(batchId, policy))))
      assert.isEmpty(calls)
    })
  )

  it.scoped("ends the wait during retries and holds", () =>
    Effect.gen(function* () {
      const { bulkImport, calls } = yield* scripted(
        [answering("waiting"), { status: 429, headers: { "retry-after": "120" } }],
        { retry: RetryPolicy.standard }
      )
      const error = stillRunning(
        yield* during("1 minute")(Effect.flip(bulkImport.awaitSettled(batchId, everySecond)))
      )
      assert.strictEqual(Duration.toMillis(error.waited), 60_000)
      assert.deepStrictEqual(
        Option.map(error.lastAnswer, ({ status }) => status),
        Option.some("waiting")
      )
      assert.lengthOf(calls, 2)
    })
  )

  it.scoped("is 30 minutes by default", () =>
    Effect.gen(function* () {
      const { bulkImport } = yield* scripted([answering("active")])
      const error = stillRunning(yield* during("31 minutes")(Effect.flip(bulkImport.awaitSettled(batchId))))
      // Jittered waits are no whole milliseconds on the test's clock.
      assert.closeTo(Duration.toMillis(error.waited), 30 * 60_000, 1)
    })
  )

  it.scoped("also comes with a schedule that ends", () =>
    Effect.gen(function* () {
      const { bulkImport, times } = yield* scripted([answering("active")])
      const schedule = Schedule.intersect(Schedule.spaced("1 second"), Schedule.recurs(3))
      const error = stillRunning(
        yield* during("1 minute")(
          Effect.flip(bulkImport.awaitSettled(batchId, { schedule, firstDelay: 0, deadline: "1 day" }))
        )
      )
      assert.deepStrictEqual(times(), [0, 1000, 2000, 3000])
      assert.strictEqual(Duration.toMillis(error.waited), 3000)
      assert.isTrue(Option.isSome(error.lastAnswer))
    })
  )

  it.scoped("also comes with a schedule that ends and no deadline", () =>
    Effect.gen(function* () {
      const { bulkImport, calls } = yield* scripted([answering("active")])
      const policy = { schedule: Schedule.stop, firstDelay: 0, deadline: Duration.infinity }
      stillRunning(yield* during("1 minute")(Effect.flip(bulkImport.awaitSettled(batchId, policy))))
      assert.lengthOf(calls, 1)
    })
  )
})

describe("the last error of a wait", () => {
  const patient = { retry: RetryPolicy.standard }

  it.scoped("is the one that the client was still retrying", () =>
    Effect.gen(function* () {
      const { bulkImport } = yield* scripted(
        [
          answering("active"),
          { status: 502, body: "<html>" },
          { status: 429, headers: { "retry-after": "60" } }
        ],
        patient
      )
      const error = stillRunning(
        yield* during("1 hour")(
          Effect.flip(bulkImport.awaitSettled(batchId, PollPolicy.fixed("1 second", "30 seconds")))
        )
      )
      assert.deepStrictEqual(
        Option.map(error.lastTrouble, ({ _tag }) => _tag),
        Option.some("RateLimited")
      )
      assert.include(error.message, "its last status is active. The last attempt to ask failed: GET ")
      assert.include(error.message, "429")
    })
  )

  it.scoped("is cleared by the next answer", () =>
    Effect.gen(function* () {
      const { bulkImport } = yield* scripted([{ status: 502, body: "<html>" }, answering("active")], patient)
      const error = stillRunning(
        yield* during("1 hour")(Effect.flip(bulkImport.awaitSettled(batchId, everySecond)))
      )
      assert.deepStrictEqual(error.lastTrouble, Option.none())
      assert.isTrue(error.message.endsWith("its last status is active."))
    })
  )

  it.scoped("is empty if a call hangs and none has failed", () =>
    Effect.gen(function* () {
      const { bulkImport } = yield* scripted([silence], { timeout: "1 hour" })
      const error = stillRunning(
        yield* during("1 hour")(Effect.flip(bulkImport.awaitSettled(batchId, everySecond)))
      )
      assert.deepStrictEqual(error.lastTrouble, Option.none())
    })
  )
})
