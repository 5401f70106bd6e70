import { assert, it } from "@effect/vitest"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { BatchId } from "effect-activecampaign"
import { FollowImport } from "../src/index.js"
import { accounts, bare, cluster, inTime, polls } from "./support.js"

const batchId = BatchId.make("b-1")
const oneBatch = {
  batches: [{ batchId: "b-1", contacts: [{ email: "ada@example.test" }, { email: "bob@nodot" }] }]
}

it.effect("follows a batch until it has settled", () =>
  Effect.gen(function* () {
    const settled = yield* inTime(FollowImport.workflow.execute({ account: "acme", batchId }))
    assert.strictEqual(settled.answer.status, "completed")
    assert.strictEqual(settled.batchId, batchId)
    assert.include(settled.body, '"completed"')
  }).pipe(Effect.provide(cluster(oneBatch)))
)

it.effect("follows a batch only once, however often it is asked for", () =>
  Effect.gen(function* () {
    const follow = FollowImport.workflow.execute({ account: "acme", batchId })
    const both = yield* inTime(Effect.all([follow, follow], { concurrency: 2 }))
    const asked = (yield* polls).length
    const later = yield* inTime(follow)
    assert.deepStrictEqual(later, both[0])
    assert.deepStrictEqual(later, both[1])
    assert.strictEqual((yield* polls).length, asked)
  }).pipe(Effect.provide(cluster(oneBatch)))
)

it.effect("ends as UnknownBatch if the account does not have the batch", () =>
  Effect.gen(function* () {
    const follow = FollowImport.workflow.execute({ account: "acme", batchId: BatchId.make("none") })
    const error = yield* Effect.flip(inTime(follow))
    assert.strictEqual(error._tag, "UnknownBatch")
  }).pipe(Effect.provide(cluster(oneBatch)))
)

it.effect("counts the deadline from the submission", () =>
  Effect.gen(function* () {
    const submittedAt = yield* DateTime.now
    yield* inTime(Effect.sleep("50 seconds"))
    const late = FollowImport.workflow.execute({ account: "acme", batchId, submittedAt })
    const error = yield* Effect.flip(inTime(late))
    assert.strictEqual(error._tag, "StillRunning")
    assert.strictEqual(error._tag === "StillRunning" && Duration.toSeconds(error.waited), 60)
  }).pipe(
    Effect.provide(
      cluster(
        { batches: [{ batchId: "b-1", contacts: [], stages: { active: 86_400_000 } }] },
        { policy: { deadline: "1 minute" } }
      )
    )
  )
)

it.effect("makes one client for all waits of an account, and a new one after it refused the key", () => {
  let made = 0
  const counted = Layer.unwrapEffect(
    Effect.sync(() => {
      made += 1
      return accounts()
    })
  )
  const follow = (id: string) => FollowImport.workflow.execute({ account: "acme", batchId: BatchId.make(id) })
  return Effect.gen(function* () {
    const waits = yield* Effect.forEach(["slow-1", "slow-2", "slow-3"], (id) => Effect.fork(follow(id)))
    yield* inTime(Effect.sleep("30 seconds"), "1 second")
    assert.strictEqual(made, 1)
    const refused = (yield* Effect.forEach(waits, Fiber.poll)).filter(Option.isSome)
    assert.lengthOf(refused, 1)
    yield* inTime(follow("b-1"))
    assert.strictEqual(made, 2)
    const ends = yield* inTime(
      Effect.forEach(waits, (wait) => Effect.either(Fiber.join(wait))),
      "1 second"
    )
    assert.deepStrictEqual(
      Arr.getLefts(ends).map((error) => error._tag),
      ["AuthenticationFailed"]
    )
  }).pipe(
    Effect.provide(
      cluster(
        {
          ...oneBatch,
          batches: [
            ...oneBatch.batches,
            ...["slow-1", "slow-2", "slow-3"].map((id) => ({
              batchId: id,
              contacts: [],
              stages: { active: 60_000 }
            }))
          ],
          faults: [{ on: { endpoint: "info", calls: [1] }, fault: { _tag: "Forbidden" } }]
        },
        { accounts: () => counted }
      )
    )
  )
})

it("encodes its result as an ImportSnapshot", () => {
  const encoded = {
    batchId: "b-1",
    answer: { status: "completed", success: ["1"], failure: [] },
    receivedAt: "2026-11-27T00:00:00.000Z",
    body: "{}"
  }
  const decoded = Schema.decodeUnknownSync(FollowImport.SettledImport)(encoded)
  assert.strictEqual(decoded.answer.status, "completed")
  assert.throws(() =>
    Schema.decodeUnknownSync(FollowImport.SettledImport)({ ...encoded, answer: { status: "active" } })
  )
})

it.effect("says that no client could be made, without a call", () =>
  Effect.gen(function* () {
    const error = yield* Effect.flip(inTime(FollowImport.workflow.execute({ account: "acme", batchId })))
    assert.strictEqual(error._tag, "AccountUnavailable")
    assert.include(error.message, "no key for acme")
    assert.lengthOf(yield* polls, 0)
  }).pipe(
    Effect.provide(
      FollowImport.layer({
        accounts: (account) => Layer.fail(new Error(`no key for ${account}`))
      }).pipe(Layer.provideMerge(bare))
    )
  )
)
