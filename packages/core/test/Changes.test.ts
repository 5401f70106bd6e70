import { assert, describe, it } from "@effect/vitest"
import { Chunk, Duration, Effect, Either, Stream, TestClock } from "effect"
import type { PollPolicy } from "effect-activecampaign"
import { answering, batchId, during } from "./support.js"
import { completed, everySecond, type Script, scripted, stillRunning } from "./waiting.js"

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

  it.scoped("compares what an answer means, not how it is spelled", () =>
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

  it.scoped("does not ask before it is run, and asks again each time it is run", () =>
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

  it.scoped("stops asking when nobody listens", () =>
    Effect.gen(function* () {
      const { bulkImport, calls } = yield* scripted([answering("waiting"), answering("active"), completed])
      yield* during("1 minute")(Stream.runCollect(Stream.take(bulkImport.changes(batchId, everySecond), 1)))
      assert.lengthOf(calls, 1)
    })
  )
})
