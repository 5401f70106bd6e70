import { createRequire } from "node:module"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Schedule, Schema } from "effect"
import { BatchId, BulkImport, PollPolicy, PollState, RetryPolicy, WaitError } from "effect-activecampaign"
import { answering, batchId, withVirtualTime } from "./support.js"
import { completed, scripted } from "./waiting.js"

// The build for `require` is a second copy of every class and function of Effect, in the same process.
const other: typeof import("effect") = createRequire(import.meta.url)("effect")

describe("a program that has Effect twice", () => {
  it("has it twice here", () => {
    assert.notStrictEqual<unknown>(other.Schedule.spaced, Schedule.spaced)
    assert.notStrictEqual<unknown>(other.Effect.succeed, Effect.succeed)
  })

  it.effect("waits by a policy made with the other copy", () =>
    withVirtualTime(
      Effect.scoped(
        Effect.gen(function* () {
          const policies: ReadonlyArray<PollPolicy.Input> = [
            other.Schedule.spaced("2 seconds"),
            {
              schedule: other.Schedule.spaced(other.Duration.seconds(2)),
              firstDelay: other.Duration.seconds(1),
              deadline: other.Duration.minutes(1)
            }
          ]
          for (const policy of policies) {
            const { bulkImport, times } = yield* scripted(
              [answering(false), { status: 502, body: "<html>" }, answering("active"), completed],
              { retry: RetryPolicy.make(other.Schedule.recurs(2)) }
            )
            const [before = 0] = [yield* Effect.clockWith((clock) => clock.currentTimeMillis)]
            const settled = yield* bulkImport.awaitSettled(batchId, policy)
            assert.strictEqual(settled.status, "completed")
            assert.strictEqual((times()[0] ?? 0) - before, 1000)
            assert.lengthOf(times(), 4)
          }
        })
      )
    )
  )

  it.effect("continues from a state with the time and options of the other copy", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { bulkImport } = yield* scripted([completed])
        const startedAt = other.DateTime.unsafeMake(0)
        const fresh = yield* PollState.start(batchId, startedAt)
        const state = new PollState.PollState({ ...fresh, last: other.Option.none() })
        const delay = yield* PollPolicy.nextDelay(state)
        assert.isTrue(other.Option.isSome(delay))
        const polled = yield* bulkImport.poll(state)
        assert.isTrue(other.Option.isSome(PollState.settled(polled)))
        const text = yield* Schema.encode(Schema.parseJson(PollState.PollState))(polled)
        assert.include(text, '"startedAt":"1970-01-01T00:00:00.000Z"')
      })
    )
  )

  it("is run by the other copy, which recognises its errors by their tags", () =>
    other.Effect.runPromise(
      BulkImport.info(BatchId.make("b-1")).pipe(
        other.Effect.provideServiceEffect(
          BulkImport.BulkImport,
          other.Effect.map(scripted([{ status: 404 }]), ({ bulkImport }) => bulkImport)
        ),
        other.Effect.scoped,
        other.Effect.catchTag("RequestRejected", ({ status }) => other.Effect.succeed(status)),
        other.Effect.map((status) => assert.strictEqual(status, 404))
      )
    ))

  it("stores an error with an option of the other copy", () => {
    const error = new WaitError.UnknownBatch({ batchId, waited: other.Duration.seconds(90) })
    assert.deepInclude(Schema.encodeSync(WaitError.WaitError)(error), { waited: 90_000 })
    assert.isTrue(Option.isOption(other.Option.none()))
  })
})
