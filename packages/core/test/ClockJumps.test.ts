import { assert, describe, it } from "@effect/vitest"
import { Clock, DateTime, Duration, Effect, Metric, Schedule } from "effect"
import { ImportAnswer, Metrics, PollState, RateBudget, WaitError } from "effect-activecampaign"
import { answering, batchId, withVirtualTime } from "./support.js"
import { scripted, stillRunning } from "./waiting.js"

const morning = Date.parse("2031-04-02T08:15:00Z")
const hour = 3_600_000

/** A wall clock that is set by so much after so long. */
const setBy =
  (jump: number, after: number) =>
  (now: number): number =>
    morning + now + (now < after ? 0 : jump)

/** Milliseconds that nobody sets. */
const steadyNow = Effect.map(Clock.currentTimeNanos, (nanos) => Number(nanos / 1_000_000n))

const jumps = [-hour, hour, -86_400_000, 5_000] as const

describe("a wall clock that is set during a wait", () => {
  it.each(jumps)("neither ends nor lengthens it: by %i ms", (jump) =>
    Effect.gen(function* () {
      const { bulkImport } = yield* scripted([answering("active")])
      const began = yield* steadyNow
      const error = yield* Effect.flip(
        bulkImport.awaitSettled(batchId, {
          firstDelay: 0,
          schedule: Schedule.spaced("1 second"),
          deadline: "5 seconds"
        })
      )
      assert.strictEqual((yield* steadyNow) - began, 5000)
      assert.strictEqual(Duration.toMillis(stillRunning(error).waited), 5000)
      assert.include(error.message, "after 5s")
    }).pipe(Effect.scoped, (wait) => withVirtualTime(wait, setBy(jump, 2500)), Effect.runPromise)
  )

  it.each(jumps)("leaves the time between calls as it was: by %i ms", (jump) =>
    Effect.gen(function* () {
      const { bulkImport, calls } = yield* scripted([answering("active")])
      const times: Array<number> = []
      yield* bulkImport
        .awaitSettled(batchId, {
          firstDelay: "1 second",
          schedule: Schedule.tapInput(Schedule.exponential("1 second"), () =>
            Effect.map(steadyNow, (now) => times.push(now))
          ),
          deadline: "20 seconds"
        })
        .pipe(Effect.flip)
      assert.deepStrictEqual(times, [1000, 2000, 4000, 8000, 16_000])
      assert.lengthOf(calls, 5)
    }).pipe(Effect.scoped, (wait) => withVirtualTime(wait, setBy(jump, 2500)), Effect.runPromise)
  )

  it("does not make a batch unknown before its grace is over", () =>
    Effect.gen(function* () {
      const { bulkImport } = yield* scripted([answering(false), answering(false), answering("completed")])
      const settled = yield* bulkImport.awaitSettled(batchId, {
        schedule: Schedule.spaced("2 seconds"),
        unsetGrace: "1 minute"
      })
      assert.strictEqual(settled.status, "completed")
    }).pipe(Effect.scoped, (wait) => withVirtualTime(wait, setBy(hour, 2500)), Effect.runPromise))

  it("does not count as time that the batch took", () =>
    Effect.gen(function* () {
      const { bulkImport } = yield* scripted([answering("active"), answering("interrupted")])
      const { awaitSettled } = bulkImport
      yield* awaitSettled(batchId, { schedule: Schedule.spaced("2 seconds") })
      const times = yield* Metric.value(Metric.tagged(Metrics.settleTimes, "status", "interrupted"))
      assert.strictEqual(times.max, 3)
    }).pipe(Effect.scoped, (wait) => withVirtualTime(wait, setBy(hour, 2500)), Effect.runPromise))
})

describe("a wait that is continued on another clock", () => {
  const policy = {
    firstDelay: "1 second",
    schedule: Schedule.spaced("10 seconds"),
    deadline: "1 minute"
  } as const

  it("is never longer than its schedule: before the first call", () =>
    Effect.gen(function* () {
      const { bulkImport, times } = yield* scripted([answering("completed")])
      const state = yield* PollState.start(batchId, DateTime.unsafeMake(hour))
      yield* bulkImport.awaitSettled(state, policy)
      assert.deepStrictEqual(times(), [1000])
    }).pipe(Effect.scoped, withVirtualTime, Effect.runPromise))

  it("is never longer than its schedule: between calls", () =>
    Effect.gen(function* () {
      const { bulkImport, times } = yield* scripted([answering("completed")])
      const started = yield* PollState.start(batchId, DateTime.unsafeMake(hour))
      const state = PollState.next(started, ImportAnswer.make("active"), DateTime.unsafeMake(hour))
      yield* bulkImport.awaitSettled(state, policy)
      assert.deepStrictEqual(times(), [10_000])
    }).pipe(Effect.scoped, withVirtualTime, Effect.runPromise))

  it("still ends at its deadline", () =>
    Effect.gen(function* () {
      const { bulkImport } = yield* scripted([answering("active")])
      const state = yield* PollState.start(batchId, DateTime.unsafeMake(hour))
      const error = yield* Effect.flip(bulkImport.awaitSettled(state, policy))
      assert(error instanceof WaitError.StillRunning)
      assert.strictEqual(yield* Clock.currentTimeMillis, 60_000)
    }).pipe(Effect.scoped, withVirtualTime, Effect.runPromise))
})

describe("a wall clock that is set while callers wait for their turn", () => {
  it.each(jumps)("gives no turn too early or too late: by %i ms", (jump) =>
    Effect.gen(function* () {
      const budget = yield* RateBudget.make({ requestsPerSecond: 5 })
      yield* budget.hold(Duration.seconds(3))
      const turns = yield* Effect.forEach([1, 2, 3], () => Effect.zipRight(budget.take(), steadyNow))
      yield* Effect.sleep("1 second")
      yield* budget.hold(Duration.seconds(2))
      yield* budget.take()
      assert.deepStrictEqual(turns, [3000, 3200, 3400])
      assert.strictEqual(yield* steadyNow, 6400)
    }).pipe((turns) => withVirtualTime(turns, setBy(jump, 1500)), Effect.runPromise)
  )
})
