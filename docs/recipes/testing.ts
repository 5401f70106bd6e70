import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { ActiveCampaignClient, BatchId, BulkImport } from "effect-activecampaign"
import { InProcess, Scenario, Simulator } from "effect-activecampaign-simulator"

// Your own code.
const tellOf = (batchId: BatchId.BatchId) =>
  BulkImport.awaitSettled(batchId, { deadline: "10 minutes" }).pipe(
    Effect.map(
      ({ failure, status }) => `${status}, rejected: ${Option.getOrElse(failure, () => []).join(", ")}`
    ),
    Effect.catchTag("StillRunning", () => Effect.succeed("still running, ask again tomorrow"))
  )

// The account that it is tested on: one batch that settles after a 503, and one that never does.
const scenario = Scenario.make({
  batches: [
    {
      batchId: "b-1",
      contacts: [{ email: "ada@example.test" }, { email: "bob@nodot", becomes: "rejected" }]
    },
    { batchId: "b-2", ends: "never" }
  ],
  faults: [{ on: { batchId: "b-1", calls: [1] }, fault: { _tag: "Unavailable" } }]
})

const Account = BulkImport.layer.pipe(
  Layer.provide(
    ActiveCampaignClient.layer({ url: InProcess.url, apiToken: Redacted.make(scenario.apiToken) })
  ),
  Layer.provideMerge(InProcess.layer(scenario))
)

it.effect("tells which addresses were rejected, in spite of a 503", () =>
  Effect.gen(function* () {
    const told = yield* Effect.fork(tellOf(BatchId.make("b-1")))
    yield* TestClock.adjust("1 minute")
    assert.strictEqual(yield* Fiber.join(told), "completed, rejected: bob@nodot")
    const [first] = yield* Simulator.requests
    assert.deepStrictEqual(first?.status, Option.some(503))
  }).pipe(Effect.provide(Account))
)

it.effect("gives up after ten minutes, which cost no time", () =>
  Effect.gen(function* () {
    const told = yield* Effect.fork(tellOf(BatchId.make("b-2")))
    yield* TestClock.adjust("10 minutes")
    assert.strictEqual(yield* Fiber.join(told), "still running, ask again tomorrow")
  }).pipe(Effect.provide(Account))
)
