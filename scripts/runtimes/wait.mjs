// A whole wait with nothing but what every runtime has: fetch is replaced, so no network is needed.
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { ActiveCampaignClient, BatchId, BulkImport, RateBudget } from "effect-activecampaign"

const bodies = [
  '{"status":false}',
  '{"status":"active"}',
  '{"status":"completed","success":["123"],"failure":["a@b"]}'
]
const answer = async (url, init) => {
  const { pathname, searchParams } = new URL(url)
  if (pathname !== "/api/3/import/info" || searchParams.get("batchId") !== "b-1")
    throw new Error(`asked for ${url}`)
  if (new Headers(init.headers).get("api-token") !== "token") throw new Error("no token")
  return new Response(bodies.shift(), { headers: { "content-type": "application/json" } })
}

const layer = BulkImport.layer.pipe(
  Layer.provide(
    ActiveCampaignClient.layer({ url: "https://account.api-us1.com/", apiToken: Redacted.make("token") })
  ),
  Layer.provide(RateBudget.layerUnlimited),
  Layer.provide(FetchHttpClient.layer),
  Layer.provide(Layer.succeed(FetchHttpClient.Fetch, answer))
)

const settled = await Effect.gen(function* () {
  return yield* BulkImport.awaitSettled(BatchId.make("b-1"), { firstDelay: 0 })
}).pipe(Effect.provide(layer), Effect.runPromise)

if (settled.status !== "completed" || settled.success.value[0] !== "123")
  throw new Error(JSON.stringify(settled))
console.log(`settled as ${settled.status}`)
