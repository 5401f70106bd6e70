import { FetchHttpClient, HttpServer } from "@effect/platform"
import { Rpc, RpcClient, RpcGroup, RpcSerialization, RpcServer } from "@effect/rpc"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer, Option, Schema } from "effect"
import {
  ActiveCampaignClient,
  BatchId,
  BulkImport,
  ImportAnswer,
  ImportSnapshot,
  PollState,
  Submission,
  SubmissionError,
  WaitError
} from "effect-activecampaign"
import { answering, batchId, connect, vendor } from "./support.js"
import { completed, type Script } from "./waiting.js"

/** The library's schemas, as they are, for what a service of one's own takes and gives. */
class Imports extends RpcGroup.make(
  Rpc.make("snapshot", {
    payload: { batchId: BatchId.BatchId },
    success: ImportSnapshot.ImportSnapshot,
    error: WaitError.WaitError
  }),
  Rpc.make("poll", {
    payload: { state: PollState.PollState },
    success: PollState.PollState,
    error: WaitError.WaitError
  }),
  Rpc.make("settled", {
    payload: { state: PollState.PollState },
    success: ImportAnswer.Settled,
    error: WaitError.WaitError
  }),
  Rpc.make("submit", {
    payload: { submission: Submission.Submission },
    success: Submission.QueuedImport,
    error: SubmissionError.SubmissionError
  })
) {}

const handlers = Imports.toLayer(
  Effect.map(BulkImport.BulkImport, (bulkImport) =>
    Imports.of({
      snapshot: ({ batchId }) => bulkImport.snapshot(batchId),
      poll: ({ state }) => bulkImport.poll(state),
      settled: ({ state }) => bulkImport.awaitSettled(state),
      submit: ({ submission }) => bulkImport.submit(submission)
    })
  )
)

/** A client whose calls and answers go through JSON and HTTP, to a scripted account. */
const connected = (...script: Script) =>
  Effect.gen(function* () {
    const client = Layer.scoped(ActiveCampaignClient.ActiveCampaignClient, connect(vendor(...script).http))
    const { handler } = yield* Effect.acquireRelease(
      Effect.sync(() =>
        RpcServer.toWebHandler(Imports, {
          layer: Layer.mergeAll(
            handlers.pipe(Layer.provide(BulkImport.layer), Layer.provide(client)),
            RpcSerialization.layerJson,
            HttpServer.layerContext
          )
        })
      ),
      ({ dispose }) => Effect.promise(dispose)
    )
    const protocol = yield* Layer.build(
      RpcClient.layerProtocolHttp({ url: "http://127.0.0.1/rpc" }).pipe(
        Layer.provide(RpcSerialization.layerJson),
        Layer.provide(FetchHttpClient.layer),
        Layer.provide(
          Layer.succeed(FetchHttpClient.Fetch, (input: string | URL | Request, init?: RequestInit) =>
            handler(new Request(input, init))
          )
        )
      )
    )
    return yield* Effect.provide(RpcClient.make(Imports), protocol)
  })

describe("an RPC", () => {
  it.scopedLive("answers with a snapshot, its lists, time and body", () =>
    Effect.gen(function* () {
      const rpc = yield* connected(completed)
      const snapshot = yield* rpc.snapshot({ batchId })
      assert.isTrue(ImportAnswer.isSettled(snapshot.answer))
      assert.strictEqual(snapshot.body, completed.body)
      assert.strictEqual(snapshot.batchId, batchId)
    })
  )

  it.scopedLive("continues a wait, and returns it", () =>
    Effect.gen(function* () {
      const rpc = yield* connected(answering("active"), completed)
      const first = yield* rpc.poll({ state: yield* PollState.start(batchId) })
      assert.strictEqual(first.polls, 1)
      const second = yield* rpc.poll({ state: first })
      assert.strictEqual(second.polls, 2)
      const settled = yield* rpc.settled({ state: second })
      assert.deepStrictEqual(settled, completedAnswer)
    })
  )

  it.scopedLive("fails with the error itself, and with no other", () =>
    Effect.gen(function* () {
      const rpc = yield* connected({ status: 404 }, { status: 429, headers: { "retry-after": "7" } })
      const rejected = yield* Effect.flip(rpc.poll({ state: yield* PollState.start(batchId) }))
      assert.strictEqual(rejected._tag, "RequestRejected")
      assert.include(rejected.message, "404")
      const limited = yield* Effect.flip(rpc.snapshot({ batchId }))
      assert(limited._tag === "RateLimited")
      assert.deepStrictEqual(limited.retryAfter, Option.some(Duration.seconds(7)))
    })
  )

  it.scopedLive("submits contacts, and says what was queued or why not", () =>
    Effect.gen(function* () {
      const contacts = [{ email: "ada@x.yz" }, { email: "bob@x.yz" }]
      const rpc = yield* connected(
        { body: '{"Success":1,"queued_contacts":2,"batchId":"b-7","message":"queued"}' },
        {
          status: 400,
          body: '{"success":0,"message":"no","failureReasons":[{"contact":1,"failureReason":"x"}]}'
        }
      )
      const queued = yield* rpc.submit({ submission: { contacts } })
      assert.deepStrictEqual(yield* Schema.encode(Submission.QueuedImport)(queued), {
        batchId: "b-7",
        queued: 2,
        message: "queued"
      })
      const error = yield* Effect.flip(rpc.submit({ submission: { contacts } }))
      assert(error._tag === "SubmissionRejected")
      assert.lengthOf(error.reasons, 1)
    })
  )
})

const completedAnswer = Schema.decodeUnknownSync(Schema.parseJson(ImportAnswer.ImportAnswer))(completed.body)
