import { HttpClient } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import {
  Chunk,
  Clock,
  Duration,
  Effect,
  Either,
  Layer,
  Option,
  Redacted,
  Schedule,
  Stream,
  TestClock
} from "effect"
import {
  ActiveCampaignClient,
  BulkImport,
  ImportAnswer,
  PollPolicy,
  RateBudget,
  RetryPolicy
} from "effect-activecampaign"
import {
  accountUrl,
  answering,
  batchId,
  connect,
  during,
  respond,
  silence,
  token,
  unreachable,
  vendor
} from "./support.js"

type Script = Parameters<typeof vendor>

/** Bulk imports of a scripted account; without retries unless the test asks for them. */
const scripted = (script: Script, options: Partial<ActiveCampaignClient.Options> = {}) =>
  Effect.gen(function* () {
    const { calls, http } = vendor(...script)
    const client = yield* connect(http, options)
    const bulkImport = yield* Effect.provideService(
      BulkImport.make,
      ActiveCampaignClient.ActiveCampaignClient,
      client
    )
    return { bulkImport, calls, times: () => calls.map(({ at }) => at) }
  })

const everySecond = PollPolicy.fixed("1 second", "1 minute")
const completed = answering("completed", { success: ["1", "2"], failure: ["a@x.yz"] })

const stillRunning = <E>(error: E) => {
  assert(error instanceof BulkImport.StillRunning)
  return error
}

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
  it.scoped("asks on over false, waiting, claimed and active until completed", () =>
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

  it.scoped("makes its first call after a second by default", () =>
    Effect.gen(function* () {
      const { bulkImport, times } = yield* scripted([completed])
      yield* during("1 minute")(bulkImport.awaitSettled(batchId))
      assert.deepStrictEqual(times(), [1000])
    })
  )

  it.scoped("honours another first delay, which is not repeated", () =>
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

  it.scoped("asks on when it does not know the status word", () =>
    Effect.gen(function* () {
      const { bulkImport, calls } = yield* scripted([answering("paused"), answering("Resumed"), completed])
      const answer = yield* during("1 minute")(bulkImport.awaitSettled(batchId, everySecond))
      assert.strictEqual(answer.status, "completed")
      assert.lengthOf(calls, 3)
    })
  )

  it.scoped("does not stop because of what it found settled before", () =>
    Effect.gen(function* () {
      const { bulkImport, calls } = yield* scripted([completed])
      const once = during("1 minute")(bulkImport.awaitSettled(batchId, everySecond))
      yield* once
      yield* once
      assert.lengthOf(calls, 2)
    })
  )

  it.scoped("waits a week where it is asked to", () =>
    Effect.gen(function* () {
      const week = Duration.toMillis("7 days")
      const settles = yield* scripted([
        (request) =>
          Effect.flatMap(Clock.currentTimeMillis, (now) =>
            Effect.sync(() => respond(request, now < week ? answering("active") : completed))
          )
      ])
      const answer = yield* during("8 days")(
        settles.bulkImport.awaitSettled(batchId, PollPolicy.fixed("2 hours"))
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

  it.scoped("comes exactly when it is due, also between two calls", () =>
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

  it.scoped("ends the wait without an answer where there was none", () =>
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

  it.scoped("comes also with a schedule that ends", () =>
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

  it.scoped("comes also with a schedule that ends, where there is no deadline", () =>
    Effect.gen(function* () {
      const { bulkImport, calls } = yield* scripted([answering("active")])
      const policy = { schedule: Schedule.stop, firstDelay: 0, deadline: Duration.infinity }
      stillRunning(yield* during("1 minute")(Effect.flip(bulkImport.awaitSettled(batchId, policy))))
      assert.lengthOf(calls, 1)
    })
  )
})

describe("changes", () => {
  const collect = (script: Script, policy: Partial<PollPolicy.PollPolicy> = everySecond) =>
    Effect.gen(function* () {
      const { bulkImport, calls } = yield* scripted(script)
      const seen: Array<string> = []
      const result = yield* during("1 hour")(
        bulkImport.changes(batchId, policy).pipe(
          Stream.tap((snapshot) => Effect.sync(() => seen.push(snapshot.body))),
          Stream.runDrain,
          Effect.either
        )
      )
      return { calls, result, seen: seen.map((body): unknown => JSON.parse(body)) }
    })

  it.scoped("emits each answer that differs from the one before, the settled one last", () =>
    Effect.gen(function* () {
      const { calls, result, seen } = yield* collect([
        answering(false),
        answering(false),
        answering("waiting"),
        answering("active"),
        answering("active"),
        answering("active", { success: [] }),
        answering("active", { success: [] }),
        answering("active", { success: ["1"] }),
        answering("active", { success: ["1"] }),
        answering("active", { success: ["1"], failure: ["a@x.yz"] }),
        answering("waiting"),
        answering("paused"),
        answering("paused"),
        completed
      ])
      assert.isTrue(Either.isRight(result))
      assert.lengthOf(calls, 14)
      assert.deepStrictEqual(seen, [
        { status: false },
        { status: "waiting" },
        { status: "active" },
        { status: "active", success: [] },
        { status: "active", success: ["1"] },
        { status: "active", success: ["1"], failure: ["a@x.yz"] },
        { status: "waiting" },
        { status: "paused" },
        { status: "completed", success: ["1", "2"], failure: ["a@x.yz"] }
      ])
    })
  )

  it.scoped("goes by what an answer means, not by how it is spelt", () =>
    Effect.gen(function* () {
      const { seen } = yield* collect([
        answering("active", { success: ["1"] }),
        answering(" ACTIVE", { success: [1], failure: null }),
        { body: '{"success":["1"],"status":"active"}' },
        completed
      ])
      assert.lengthOf(seen, 2)
    })
  )

  it.scoped("counts a changed order as a change", () =>
    Effect.gen(function* () {
      const { seen } = yield* collect([
        answering("active", { success: ["1", "2"] }),
        answering("active", { success: ["2", "1"] }),
        completed
      ])
      assert.lengthOf(seen, 3)
    })
  )

  it.scoped("emits a settled answer at once and ends", () =>
    Effect.gen(function* () {
      const { calls, seen } = yield* collect([completed])
      assert.lengthOf(seen, 1)
      assert.lengthOf(calls, 1)
    })
  )

  it.scoped("emits what it saw before it fails with StillRunning", () =>
    Effect.gen(function* () {
      const { result, seen } = yield* collect([answering("waiting"), answering("active")])
      assert.lengthOf(seen, 2)
      stillRunning(Either.getOrThrow(Either.flip(result)))
    })
  )

  it.scoped("does not ask before it is run, and asks afresh each time it is run", () =>
    Effect.gen(function* () {
      const { bulkImport, calls, times } = yield* scripted([answering("active"), completed])
      const changes = bulkImport.changes(batchId, { ...everySecond, firstDelay: "2 seconds" })
      yield* TestClock.adjust("1 hour")
      assert.isEmpty(calls)
      const first = yield* during("1 minute")(Stream.runCollect(changes))
      const second = yield* during("1 minute")(Stream.runCollect(changes))
      assert.deepStrictEqual([Chunk.size(first), Chunk.size(second)], [2, 1])
      const start = Duration.toMillis("1 hour")
      assert.deepStrictEqual(times(), [start + 2000, start + 3000, start + 62_000])
    })
  )

  it.scoped("stops asking when nobody listens any more", () =>
    Effect.gen(function* () {
      const { bulkImport, calls } = yield* scripted([answering("waiting"), answering("active"), completed])
      yield* during("1 minute")(Stream.runCollect(Stream.take(bulkImport.changes(batchId, everySecond), 1)))
      assert.lengthOf(calls, 1)
    })
  )
})

describe("an error", () => {
  it.scoped("that passes by itself does not end the wait", () =>
    Effect.gen(function* () {
      const { bulkImport } = yield* scripted(
        [
          answering("waiting"),
          { status: 502, body: "<html>" },
          unreachable(new Error("reset")),
          { body: "" },
          answering("active"),
          { status: 429, headers: { "retry-after": "3" } },
          completed
        ],
        { retry: RetryPolicy.standard }
      )
      const answer = yield* during("5 minutes")(
        bulkImport.awaitSettled(batchId, PollPolicy.fixed("1 second", "5 minutes"))
      )
      assert.strictEqual(answer.status, "completed")
    })
  )

  it.scoped("that outlasts the retries surfaces as itself", () =>
    Effect.gen(function* () {
      const { bulkImport, calls } = yield* scripted([answering("waiting"), { status: 502, body: "<html>" }], {
        retry: RetryPolicy.standard
      })
      const error = yield* during("1 hour")(
        Effect.flip(bulkImport.awaitSettled(batchId, PollPolicy.fixed("1 second", "1 hour")))
      )
      assert.strictEqual(error._tag, "ApiUnavailable")
      assert.lengthOf(calls, 1 + 6)
    })
  )

  it.scoped("that no retry can mend surfaces at once", () =>
    Effect.gen(function* () {
      const { bulkImport, calls } = yield* scripted(
        [answering("waiting"), { status: 401, body: "{}" }, completed],
        { retry: RetryPolicy.standard }
      )
      const tag = yield* during("1 hour")(
        bulkImport.awaitSettled(batchId, everySecond).pipe(
          Effect.as("settled"),
          Effect.catchTags({
            AuthenticationFailed: ({ status }) => Effect.succeed(`AuthenticationFailed ${status}`)
          })
        )
      )
      assert.strictEqual(tag, "AuthenticationFailed 401")
      assert.lengthOf(calls, 2)
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
  it.effect("stands on the client's", () =>
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
