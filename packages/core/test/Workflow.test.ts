import { assert, describe, it } from "@effect/vitest"
import { Activity, DurableClock, Workflow, WorkflowEngine } from "@effect/workflow"
import { Effect, Exit, Layer, Option, Schema } from "effect"
import {
  ActiveCampaignClient,
  ActiveCampaignError,
  BatchId,
  BulkImport,
  ImportAnswer,
  PollPolicy,
  PollState,
  WaitError
} from "effect-activecampaign"
import { answering, batchId, connect, vendor, withVirtualTime } from "./support.js"
import { completed, type Script } from "./waiting.js"

const AwaitImport = Workflow.make({
  name: "AwaitImport",
  payload: { batchId: BatchId.BatchId },
  success: ImportAnswer.Settled,
  error: WaitError.WaitError,
  idempotencyKey: ({ batchId }) => batchId
})

const policy = PollPolicy.fixed("2 minutes", "1 hour")

/** Each call and each decision is an activity, each wait a durable one: the engine keeps them, and the library nothing. */
const AwaitImportLive = AwaitImport.toLayer(({ batchId }) =>
  Effect.gen(function* () {
    let state = yield* Activity.make({
      name: "start",
      success: PollState.PollState,
      execute: PollState.start(batchId)
    })
    while (true) {
      const delay = yield* Activity.make({
        name: `delay-${state.polls}`,
        success: Schema.OptionFromNullOr(Schema.DurationFromMillis),
        error: WaitError.WaitError,
        execute: PollPolicy.nextDelay(state, policy)
      })
      if (Option.isNone(delay)) break
      yield* DurableClock.sleep({ name: `wait-${state.polls}`, duration: delay.value })
      state = yield* Activity.make({
        name: `poll-${state.polls}`,
        success: PollState.PollState,
        error: ActiveCampaignError.ActiveCampaignError,
        execute: BulkImport.poll(state)
      })
    }
    return yield* Effect.orDie(PollState.settled(state))
  })
)

const execute = (...script: Script) =>
  Effect.gen(function* () {
    const { calls, http } = vendor(...script)
    const client = Layer.scoped(ActiveCampaignClient.ActiveCampaignClient, connect(http))
    const engine = AwaitImportLive.pipe(
      Layer.provideMerge(WorkflowEngine.layerMemory),
      Layer.provide(BulkImport.layer),
      Layer.provide(client)
    )
    // The engine computes digests in real time, between which no test clock may be moved.
    const exit = yield* withVirtualTime(
      Effect.exit(AwaitImport.execute({ batchId })).pipe(Effect.provide(engine))
    )
    return { calls: calls.map(({ at }) => at), exit }
  })

/** The result as an engine stores it and reads it back. */
const stored = Schema.parseJson(
  Workflow.Result({ success: AwaitImport.successSchema, error: AwaitImport.errorSchema })
)

const restored = (exit: Exit.Exit<ImportAnswer.Settled, WaitError.WaitError>) =>
  Effect.gen(function* () {
    const text = yield* Schema.encode(stored)(new Workflow.Complete({ exit }))
    const result = yield* Schema.decode(stored)(text)
    assert(result._tag === "Complete")
    return result.exit
  })

describe("a workflow that waits for a batch", () => {
  it.effect("succeeds with the settled answer, which survives its store", () =>
    Effect.gen(function* () {
      const { calls, exit } = yield* execute(answering(false), answering("active"), completed)
      assert.deepStrictEqual(calls, [0, 120_000, 240_000])
      const again = yield* restored(exit)
      assert(Exit.isSuccess(exit) && Exit.isSuccess(again))
      assert.isTrue(ImportAnswer.Equivalence(again.value, exit.value))
      assert.strictEqual(again.value.status, "completed")
    })
  )

  it.effect.each<[string, Script]>([
    ["StillRunning", [answering("active")]],
    ["UnknownBatch", [answering(false)]],
    ["AuthenticationFailed", [{ status: 401 }]],
    ["ContractBroken", [{ body: "<html>" }]]
  ])("fails with %s, which survives its store", ([tag, script]) =>
    Effect.gen(function* () {
      const { exit } = yield* execute(...script)
      const [error, again] = [yield* Effect.flip(exit), yield* Effect.flip(yield* restored(exit))]
      assert.strictEqual(error._tag, tag)
      assert.isTrue(Schema.equivalence(Schema.typeSchema(WaitError.WaitError))(again, error))
      assert.strictEqual(again.message, error.message)
    })
  )
})
