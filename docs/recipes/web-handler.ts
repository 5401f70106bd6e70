import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Schema from "effect/Schema"
import { ActiveCampaignClient, BatchId, BulkImport, Contacts, ImportAnswer } from "effect-activecampaign"

/** One client for both services, from ACTIVECAMPAIGN_URL and ACTIVECAMPAIGN_API_KEY. */
const AccountLive = Layer.merge(BulkImport.layer, Contacts.layer).pipe(
  Layer.provide(ActiveCampaignClient.layerConfig())
)

const encodeAnswer = Schema.encode(ImportAnswer.ImportAnswer)
const decodeBatchId = Schema.decodeOption(BatchId.BatchId)

const statusOf = (batchId: BatchId.BatchId) =>
  BulkImport.info(batchId).pipe(
    Effect.flatMap(encodeAnswer),
    Effect.map((answer) => Response.json(answer)),
    Effect.catchTag("RateLimited", (error) =>
      Effect.succeed(Response.json({ error: error.message }, { status: 503 }))
    ),
    Effect.catchAll((error) => Effect.succeed(Response.json({ error: error.message }, { status: 502 })))
  )

/** Answers GET /imports/BATCH-ID by asking once: the account's rate is too dear to wait in. */
export const makeHandler = (http: Layer.Layer<HttpClient.HttpClient> = FetchHttpClient.layer) => {
  // Made once for the process, and not for each request: so is everything that the layers open.
  const runtime = ManagedRuntime.make(Layer.provide(AccountLive, http))
  return {
    handle: (request: Request): Promise<Response> => {
      const [, name = ""] = /^\/imports\/([^/]+)$/.exec(new URL(request.url).pathname) ?? []
      const batchId = decodeBatchId(decodeURIComponent(name))
      return batchId._tag === "Some"
        ? runtime.runPromise(statusOf(batchId.value), { signal: request.signal })
        : Promise.resolve(new Response("not found", { status: 404 }))
    },
    close: () => runtime.dispose()
  }
}
