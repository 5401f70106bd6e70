import { assert, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import { BatchId } from "effect-activecampaign"
import { Intents, SubmitImport } from "../src/index.js"
import { cluster, inTime, posts } from "./support.js"

const submission = { contacts: [{ email: "ada@example.test" }, { email: "bob@nodot" }] }
const payload = { account: "acme", key: "upload 1", submission }
const execute = SubmitImport.workflow.execute(payload)

it.effect("submits once and follows the batch", () =>
  Effect.gen(function* () {
    const { queued, settled } = yield* inTime(execute)
    assert.deepStrictEqual(queued.queued, Option.some(2))
    assert.strictEqual(settled.batchId, queued.batchId)
    assert.deepStrictEqual(settled.answer.failure, Option.some(["bob@nodot"]))
    assert.deepStrictEqual(yield* inTime(execute), { queued, settled })
    assert.lengthOf(yield* posts, 1)
  }).pipe(Effect.provide(cluster({})))
)

it.effect("submits again under another key", () =>
  Effect.gen(function* () {
    yield* inTime(execute)
    yield* inTime(SubmitImport.workflow.execute({ account: "acme", key: "upload 2", submission }))
    assert.lengthOf(yield* posts, 2)
  }).pipe(Effect.provide(cluster({})))
)

it.effect("tries a 429 again, which queued nothing", () =>
  Effect.gen(function* () {
    yield* inTime(execute)
    assert.deepStrictEqual(
      (yield* posts).map(({ status }) => status),
      [Option.some(429), Option.some(200)]
    )
  }).pipe(
    Effect.provide(
      cluster({
        faults: [{ on: { endpoint: "submit", calls: [1] }, fault: { _tag: "RateLimited", retryAfter: 2 } }]
      })
    )
  )
)

it.effect("waits for the reply to a submission that another runner has let go", () =>
  Effect.gen(function* () {
    const intents = yield* Intents.Intents
    const id = yield* SubmitImport.workflow.executionId(payload)
    assert.isTrue(yield* intents.claim(id))
    const waiting = yield* Effect.fork(execute)
    yield* TestClock.adjust("10 seconds")
    yield* intents.replied(id, {
      queued: { batchId: BatchId.make("b-1"), queued: Option.some(2), message: "" },
      submittedAt: yield* DateTime.now
    })
    const { queued, settled } = yield* inTime(Fiber.join(waiting))
    assert.strictEqual(queued.batchId, "b-1")
    assert.strictEqual(settled.answer.status, "completed")
    assert.lengthOf(yield* posts, 0)
  }).pipe(
    Effect.provide(cluster({ batches: [{ batchId: "b-1", contacts: [{ email: "ada@example.test" }] }] }))
  )
)

it.effect("does not know the outcome if the reply does not come in 35 seconds, and never submits again", () =>
  Effect.gen(function* () {
    yield* Effect.flatMap(Intents.Intents, ({ claim }) =>
      Effect.flatMap(SubmitImport.workflow.executionId(payload), claim)
    )
    const before = yield* Clock.currentTimeMillis
    const error = yield* Effect.flip(inTime(execute))
    assert.strictEqual(error._tag, "OutcomeUnknown")
    assert.isAtLeast((yield* Clock.currentTimeMillis) - before, 35_000)
    assert.strictEqual((yield* Effect.flip(inTime(execute)))._tag, "OutcomeUnknown")
    assert.lengthOf(yield* posts, 0)
  }).pipe(Effect.provide(cluster({})))
)

it.effect("never sends contacts that were erased before they left", () =>
  Effect.gen(function* () {
    const { queued } = yield* inTime(
      SubmitImport.workflow.execute({
        account: "acme",
        key: "upload 1",
        submission: { contacts: [{ erased: true }, ...submission.contacts] }
      })
    )
    assert.deepStrictEqual(queued.queued, Option.some(2))
  }).pipe(Effect.provide(cluster({})))
)

it.effect("says which batch was queued if it could not be followed", () =>
  Effect.gen(function* () {
    const error = yield* Effect.flip(inTime(execute))
    assert.strictEqual(error._tag, "NotFollowed")
    assert.include(error.message, "Follow that batch, and do not submit them again.")
  }).pipe(
    Effect.provide(
      cluster({ submissions: { stages: { active: 86_400_000 } } }, { policy: { deadline: "1 minute" } })
    )
  )
)
