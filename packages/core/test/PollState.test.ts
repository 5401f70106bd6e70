import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Effect, Option, Schedule, Schema, Stream, TestClock } from "effect"
import { ActiveCampaignClient, BulkImport, PollPolicy, PollState, WaitError } from "effect-activecampaign"
import { answering, batchId, connect, during, vendor } from "./support.js"

const scripted = (...script: Parameters<typeof vendor>) =>
  Effect.gen(function* () {
    const { calls, http } = vendor(...script)
    const bulkImport = yield* Effect.provideServiceEffect(
      BulkImport.make,
      ActiveCampaignClient.ActiveCampaignClient,
      connect(http)
    )
    return { bulkImport, calls }
  })

const codec = Schema.parseJson(PollState.PollState)

describe("the state of a wait", () => {
  it.scoped("encodes to JSON and back", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.parse("2031-04-02T08:15:00Z"))
      const { bulkImport } = yield* scripted(answering("active", { success: ["1"] }))
      const fresh = yield* PollState.start(batchId)
      assert.strictEqual(
        yield* Schema.encode(codec)(fresh),
        '{"batchId":"b-0001","startedAt":"2031-04-02T08:15:00.000Z","polls":0,"known":false}'
      )
      const polled = yield* bulkImport.poll(fresh)
      const text = yield* Schema.encode(codec)(polled)
      assert.include(text, '"answer":{"status":"active","success":["1"]}')
      assert.strictEqual(yield* Schema.encode(codec)(yield* Schema.decode(codec)(text)), text)
    })
  )

  it.scoped("counts the answers, and knows once a batch is known", () =>
    Effect.gen(function* () {
      const { bulkImport } = yield* scripted(answering(false), answering("active"), answering(false))
      const fresh = yield* PollState.start(batchId)
      const states = yield* during("1 minute")(
        Effect.gen(function* () {
          const first = yield* bulkImport.poll(fresh)
          const second = yield* bulkImport.poll(first)
          return [first, second, yield* bulkImport.poll(second)]
        })
      )
      assert.deepStrictEqual(
        states.map(({ known, polls }) => [polls, known]),
        [
          [1, false],
          [2, true],
          [3, true]
        ]
      )
    })
  )

  it.scoped("is neither polled nor waited for again once it has settled", () =>
    Effect.gen(function* () {
      const { bulkImport, calls } = yield* scripted(answering("failed"))
      const state = yield* bulkImport.poll(yield* PollState.start(batchId))
      assert.strictEqual(yield* bulkImport.poll(state), state)
      assert.strictEqual((yield* bulkImport.awaitSettled(state)).status, "failed")
      assert.isEmpty([...(yield* Stream.runCollect(bulkImport.changes(state)))])
      assert.lengthOf(calls, 1)
    })
  )
})

describe("a wait that is resumed", () => {
  it.scoped("continues the schedule, counting the time in between", () =>
    Effect.gen(function* () {
      const { bulkImport, calls } = yield* scripted(answering("active"))
      const policy = {
        ...PollPolicy.fixed("1 second", "20 seconds"),
        schedule: Schedule.exponential("1 second")
      }
      const state = yield* during("3 seconds")(
        bulkImport.states(batchId, policy).pipe(Stream.take(3), Stream.runLast, Effect.flatten)
      )
      // Calls at 0, 1 and 3; the next is due at 7, of which 2 pass here.
      yield* TestClock.adjust("2 seconds")
      const error = yield* during("1 minute")(Effect.flip(bulkImport.awaitSettled(state, policy)))
      assert(error instanceof WaitError.StillRunning)
      assert.deepStrictEqual(
        calls.map(({ at }) => at),
        [0, 1000, 3000, 7000, 15_000]
      )
      assert.strictEqual(Duration.toMillis(error.waited), 20_000)
      assert.strictEqual(error.state.polls, 5)
    })
  )

  it.scoped("does not emit again what it had before", () =>
    Effect.gen(function* () {
      const { bulkImport } = yield* scripted(answering("active"), answering("active"), answering("completed"))
      const state = yield* bulkImport.poll(yield* PollState.start(batchId))
      const seen = yield* during("1 minute")(
        bulkImport.changes(state, PollPolicy.fixed("1 second")).pipe(Stream.runCollect)
      )
      assert.deepStrictEqual(
        [...seen].map(({ answer }) => answer.status),
        ["completed"]
      )
    })
  )

  it.scoped("has its first delay only once", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(10_000)
      const { bulkImport, calls } = yield* scripted(answering("completed"))
      const state = yield* PollState.start(batchId, DateTime.unsafeMake(9600))
      yield* during("1 minute")(bulkImport.awaitSettled(state))
      assert.deepStrictEqual(
        calls.map(({ at }) => at),
        [10_600]
      )
    })
  )
})

describe("a batch that answers nothing but false", () => {
  const policy = (unsetGrace: Duration.DurationInput) => ({ ...PollPolicy.fixed("10 seconds"), unsetGrace })

  it.scoped("is unknown once the grace has passed", () =>
    Effect.gen(function* () {
      const { bulkImport, calls } = yield* scripted(answering(false))
      const error = yield* during("1 hour")(Effect.flip(bulkImport.awaitSettled(batchId, policy("1 minute"))))
      assert(error instanceof WaitError.UnknownBatch)
      assert.strictEqual(Duration.toMillis(error.waited), 70_000)
      assert.include(error.message, "check the ID and the account")
      assert.lengthOf(calls, 8)
    })
  )

  it.scoped("is known again with any other answer, and stays known", () =>
    Effect.gen(function* () {
      const { bulkImport, calls } = yield* scripted(
        answering("waiting"),
        ...Array.from({ length: 20 }, () => answering(false)),
        answering("completed")
      )
      const answer = yield* during("1 hour")(bulkImport.awaitSettled(batchId, policy("1 minute")))
      assert.strictEqual(answer.status, "completed")
      assert.lengthOf(calls, 22)
    })
  )
})

describe("a policy", () => {
  it("has the same deadline as a bare schedule and as one call every so often", () => {
    const { deadline } = PollPolicy.default
    assert.deepStrictEqual(PollPolicy.make(Schedule.spaced("1 second")).deadline, deadline)
    assert.deepStrictEqual(PollPolicy.fixed("1 second").deadline, deadline)
  })

  it("may be just a schedule, with the rest from the default", () => {
    const schedule = Schedule.spaced("3 seconds")
    const { deadline, ...policy } = PollPolicy.make(schedule)
    assert.strictEqual(policy.schedule, schedule)
    assert.deepStrictEqual(deadline, PollPolicy.default.deadline)
    assert.deepStrictEqual(PollPolicy.make(), PollPolicy.default)
    assert.isTrue(Option.isSome(Duration.decodeUnknown(policy.unsetGrace)))
  })
})
