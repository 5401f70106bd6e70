import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, FastCheck, Option, Schedule, Schema, TestClock } from "effect"
import { type BulkImport, PollPolicy, PollState, type WaitError } from "effect-activecampaign"
import { answering, batchId, during, withVirtualTime } from "./support.js"
import { completed, type Script, scripted } from "./waiting.js"

const codec = Schema.parseJson(PollState.PollState)

/** A queue worker's wait: each job is a text, worked on by a process that knows nothing else. */
const outside = (
  bulkImport: BulkImport.Service,
  policy: PollPolicy.Input
): Effect.Effect<PollState.PollState, WaitError.WaitError> =>
  Effect.gen(function* () {
    let job = yield* Effect.orDie(Schema.encode(codec)(yield* PollState.start(batchId)))
    while (true) {
      const state = yield* Effect.orDie(Schema.decode(codec)(job))
      const delay = yield* PollPolicy.nextDelay(state, policy)
      if (Option.isNone(delay)) return state
      yield* Effect.sleep(delay.value)
      job = yield* Effect.orDie(Schema.encode(codec)(yield* bulkImport.poll(state)))
    }
  })

/** How a wait ends, and when it asked. */
const run = (
  script: Script,
  wait: (bulkImport: BulkImport.Service) => Effect.Effect<{ readonly status: string }, WaitError.WaitError>
) =>
  withVirtualTime(
    Effect.scoped(
      Effect.gen(function* () {
        const { bulkImport, times } = yield* scripted(script)
        const end = yield* wait(bulkImport).pipe(
          Effect.match({ onFailure: ({ _tag }) => _tag, onSuccess: ({ status }) => status })
        )
        return { end, times: times() }
      })
    )
  )

describe("the next delay of a wait", () => {
  it.effect("is the rest of the first delay", () =>
    Effect.gen(function* () {
      const state = yield* PollState.start(batchId)
      assert.deepStrictEqual(yield* PollPolicy.nextDelay(state), Option.some(Duration.seconds(1)))
      yield* TestClock.adjust("400 millis")
      assert.deepStrictEqual(yield* PollPolicy.nextDelay(state), Option.some(Duration.millis(600)))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* PollPolicy.nextDelay(state), Option.some(Duration.zero))
    })
  )

  it.scoped("is that of the schedule after the answers so far, in whole milliseconds", () =>
    Effect.gen(function* () {
      const { bulkImport } = yield* scripted([answering("active")])
      let state = yield* PollState.start(batchId)
      const least = [2000, 3000, 4500, 6750]
      for (const millis of least) {
        state = yield* during("1 second")(bulkImport.poll(state))
        const delay = Duration.toMillis(yield* Effect.flatten(PollPolicy.nextDelay(state)))
        assert.isTrue(Number.isInteger(delay), String(delay))
        assert.isAtLeast(delay, millis * 0.8 - 1000)
        assert.isAtMost(delay, millis * 1.2)
      }
    })
  )

  it.scoped("is none once the batch has settled, even after the deadline", () =>
    Effect.gen(function* () {
      const { bulkImport } = yield* scripted([completed])
      const state = yield* bulkImport.poll(yield* PollState.start(batchId))
      yield* TestClock.adjust("3 days")
      assert.deepStrictEqual(yield* PollPolicy.nextDelay(state), Option.none())
    })
  )

  it.scoped("is StillRunning if the deadline or the end of the schedule comes first", () =>
    Effect.gen(function* () {
      const { bulkImport } = yield* scripted([answering("active")])
      const state = yield* bulkImport.poll(yield* PollState.start(batchId))
      const ends = [PollPolicy.fixed("1 minute", "1 minute"), Schedule.recurs(0)]
      for (const policy of ends) {
        const error = yield* Effect.flip(PollPolicy.nextDelay(state, policy))
        assert(error._tag === "StillRunning")
        assert.strictEqual(error.state, state)
      }
      assert.isTrue(
        Option.isSome(yield* PollPolicy.nextDelay(state, PollPolicy.fixed("59 seconds", "1 minute")))
      )
    })
  )

  it.scoped("is UnknownBatch by the time of the last answer, not of the question", () =>
    Effect.gen(function* () {
      const { bulkImport } = yield* scripted([answering(false)])
      const start = yield* PollState.start(batchId)
      const early = yield* bulkImport.poll(start)
      yield* TestClock.adjust("2 minutes")
      assert.deepStrictEqual(yield* PollPolicy.nextDelay(early), Option.some(Duration.zero))
      const error = yield* Effect.flip(PollPolicy.nextDelay(yield* bulkImport.poll(early)))
      assert(error._tag === "UnknownBatch")
      assert.strictEqual(Duration.toMillis(error.waited), 120_000)
    })
  )

  it("makes single polls end as awaitSettled does, after the same calls", () =>
    FastCheck.assert(
      FastCheck.asyncProperty(
        FastCheck.array(FastCheck.constantFrom<string | false>(false, "waiting", "active", "odd"), {
          maxLength: 12
        }),
        FastCheck.constantFrom("completed", "failed", "active"),
        FastCheck.integer({ min: 1, max: 120 }),
        FastCheck.integer({ min: 1, max: 20 }),
        async (statuses, last, deadline, interval) => {
          const [first = last, ...others] = [...statuses, last]
          const script: Script = [answering(first), ...others.map((status) => answering(status))]
          const policy = {
            schedule: Schedule.spaced(Duration.seconds(interval)),
            // Between two calls: one that is due at the very deadline is cut, or answers in no time at all.
            deadline: Duration.seconds(deadline + 0.5),
            unsetGrace: Duration.seconds(30)
          }
          const inside = await Effect.runPromise(
            run(script, (bulkImport) => bulkImport.awaitSettled(batchId, policy))
          )
          const single = await Effect.runPromise(
            run(script, (bulkImport) =>
              Effect.flatMap(outside(bulkImport, policy), (state) => Effect.orDie(PollState.settled(state)))
            )
          )
          assert.deepStrictEqual(single, inside)
        }
      ),
      { numRuns: 60 }
    ))
})
