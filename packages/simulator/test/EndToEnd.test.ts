import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import {
  ActiveCampaignClient,
  BatchId,
  BulkImport,
  ContactId,
  PollPolicy,
  WaitError
} from "effect-activecampaign"
import { Scenario, Simulator } from "effect-activecampaign-simulator"
import { batchId, coreLayer } from "./support.js"

const contacts = [
  { email: "a@example.test" },
  { email: "b@example.test", becomes: "updated" },
  { email: "c@example", becomes: "rejected" },
  { email: "d@example.test" }
] as const
const slowly = { unset: 1000, waiting: 1000, claimed: 1000, active: 2000 }
const scenarioWith = (input: Scenario.ScenarioInput = {}) =>
  Scenario.make({ batches: [{ batchId: "b-1", stages: slowly, contacts }], ...input })

const awaitSettled = BulkImport.awaitSettled(batchId, PollPolicy.fixed("500 millis", "10 minutes"))
const afterFiveMinutes = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(effect)
    yield* TestClock.adjust("5 minutes")
    return yield* Fiber.join(fiber)
  })
const successIds = ["1001", "1002", "1003"].map((id) => ContactId.make(id))

describe("awaiting a batch", () => {
  it.effect("goes through false, waiting, claimed and active to completed", () =>
    Effect.gen(function* () {
      const snapshots = yield* afterFiveMinutes(
        Stream.runCollect(BulkImport.changes(batchId, PollPolicy.fixed("500 millis")))
      )
      const answers = Chunk.toReadonlyArray(snapshots).map((snapshot) => snapshot.answer)
      assert.deepStrictEqual(
        answers.map((answer) => answer.status),
        ["unset", "waiting", "claimed", "active", "completed"]
      )
      const settled = yield* afterFiveMinutes(awaitSettled)
      assert.deepStrictEqual(Option.getOrThrow(settled.success), successIds)
      assert.deepStrictEqual(Option.getOrThrow(settled.failure), ["c@example"])
    }).pipe(Effect.provide(coreLayer(scenarioWith())))
  )

  for (const ends of ["failed", "interrupted"] as const) {
    it.effect(`ends with ${ends} as an answer, not an error`, () =>
      Effect.gen(function* () {
        const settled = yield* afterFiveMinutes(awaitSettled)
        assert.strictEqual(settled.status, ends)
        assert.strictEqual(Option.getOrThrow(settled.success).length, 1)
      }).pipe(
        Effect.provide(
          coreLayer(
            scenarioWith({ batches: [{ batchId: "b-1", stages: slowly, contacts, ends, processed: 1 }] })
          )
        )
      )
    )
  }

  const fleeting = [
    { _tag: "RateLimited", retryAfter: 2 },
    { _tag: "RateLimited", retryAfter: 2, retryAfterAs: "date" },
    { _tag: "RateLimited", headers: false },
    { _tag: "RateLimitAs400" },
    { _tag: "Unavailable" },
    { _tag: "Unavailable", status: 525 },
    { _tag: "Cut" },
    { _tag: "Empty" },
    { _tag: "HtmlWith200" },
    { _tag: "Reset" },
    { _tag: "Slow", millis: 45_000 }
  ] as const

  for (const fault of fleeting) {
    it.effect(`survives ${JSON.stringify(fault)}`, () =>
      Effect.gen(function* () {
        const settled = yield* afterFiveMinutes(awaitSettled)
        assert.deepStrictEqual(Option.getOrThrow(settled.success), successIds)
        const requests = yield* Simulator.requests
        assert.isAtLeast(requests.length, 3)
      }).pipe(Effect.provide(coreLayer(scenarioWith({ faults: [{ on: { calls: [2, 4] }, fault }] }))))
    )
  }

  it.effect("makes no call for as long as Retry-After says, even from other callers", () =>
    Effect.gen(function* () {
      yield* afterFiveMinutes(
        Effect.all([BulkImport.info(batchId), BulkImport.info(batchId), BulkImport.info(batchId)], {
          concurrency: "unbounded"
        })
      )
      const requests = yield* Simulator.requests
      assert.deepStrictEqual(
        requests.map((request) => [request.at, Option.getOrNull(request.status)]),
        [
          [0, 429],
          [20_000, 200],
          [20_250, 200],
          [20_500, 200]
        ]
      )
    }).pipe(
      Effect.provide(
        coreLayer(
          scenarioWith({ faults: [{ on: { calls: [1] }, fault: { _tag: "RateLimited", retryAfter: 20 } }] })
        )
      )
    )
  )

  it.effect("fails with StillRunning and the last answer at the deadline", () =>
    Effect.gen(function* () {
      const error = yield* afterFiveMinutes(
        Effect.flip(BulkImport.awaitSettled(batchId, { deadline: "1 minute" }))
      )
      assert.instanceOf(error, WaitError.StillRunning)
      assert.strictEqual(Option.getOrThrow(error.lastAnswer).status, "active")
    }).pipe(
      Effect.provide(
        coreLayer(scenarioWith({ batches: [{ batchId: "b-1", stages: slowly, contacts, ends: "never" }] }))
      )
    )
  )

  it.effect("treats an undocumented status word as not final", () =>
    Effect.gen(function* () {
      const snapshots = yield* afterFiveMinutes(
        Stream.runCollect(BulkImport.changes(batchId, PollPolicy.fixed("500 millis")))
      )
      assert.deepStrictEqual(
        Chunk.toReadonlyArray(snapshots).map(({ answer }) => String(answer.status)),
        ["unset", "waiting", "claimed", "paused", "completed"]
      )
    }).pipe(
      Effect.provide(
        coreLayer(
          scenarioWith({ batches: [{ batchId: "b-1", stages: slowly, contacts, statusWord: "paused" }] })
        )
      )
    )
  )
})

describe("changes", () => {
  it.effect("emits no two equal answers in a row, and nothing after the settled one", () =>
    Effect.gen(function* () {
      const snapshots = yield* afterFiveMinutes(
        Stream.runCollect(BulkImport.changes(batchId, PollPolicy.fixed("100 millis")))
      )
      const answers = Chunk.toReadonlyArray(snapshots).map((snapshot) => JSON.stringify(snapshot.answer))
      assert.isTrue(answers.every((answer, index) => answer !== answers[index - 1]))
      const settled = Chunk.toReadonlyArray(snapshots).map(({ answer }) => answer._tag === "Settled")
      assert.strictEqual(settled.indexOf(true), settled.length - 1)
      assert.isAbove(answers.length, 5)
    }).pipe(
      Effect.provide(
        coreLayer(
          scenarioWith({ batches: [{ batchId: "b-1", stages: slowly, contacts, partialLists: true }] })
        )
      )
    )
  )
})

describe("core's default budget", () => {
  it.effect("never trips the simulator's rate limit with 20 callers at once", () =>
    Effect.gen(function* () {
      const client = yield* ActiveCampaignClient.ActiveCampaignClient
      const callers = Array.from({ length: 20 }, (_, n) => BatchId.make(`b-${n}`))
      yield* afterFiveMinutes(
        Effect.forEach(callers, (id) => Effect.replicateEffect(client.importInfo(id), 3), {
          concurrency: "unbounded"
        })
      )
      const requests = yield* Simulator.requests
      assert.strictEqual(requests.length, 60)
      assert.isTrue(requests.every((request) => Option.contains(request.status, 200)))
    }).pipe(Effect.provide(coreLayer(scenarioWith())))
  )
})

describe("a permanent fault", () => {
  const once = BulkImport.info(batchId)

  for (const [fault, tag] of [
    [{ _tag: "Redirect", location: "https://login.example.test/" }, "RequestRejected"],
    [{ _tag: "Forbidden" }, "AuthenticationFailed"],
    [{ _tag: "WrongShape" }, "ContractBroken"],
    [{ _tag: "HtmlWith200" }, "ContractBroken"],
    [{ _tag: "Unavailable", status: 502 }, "ApiUnavailable"],
    [{ _tag: "Reset" }, "ApiUnavailable"],
    [{ _tag: "RateLimited" }, "RateLimited"]
  ] as const) {
    it.effect(`such as ${fault._tag} ends as ${tag}, which does not contain the token`, () =>
      Effect.gen(function* () {
        const error = yield* afterFiveMinutes(Effect.flip(once))
        assert.strictEqual(error._tag, tag)
        assert.notInclude(JSON.stringify(error) + error.message, "simulator-token")
      }).pipe(Effect.provide(coreLayer(scenarioWith({ faults: [{ fault }] }))))
    )
  }
})
