// The smallest use: one call, no waiting. What it weighs is printed by scripts/runtimes.mjs.
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as ActiveCampaignClient from "effect-activecampaign/ActiveCampaignClient"

const layer = ActiveCampaignClient.layer({ url: location.origin, apiToken: Redacted.make("token") }).pipe(
  Layer.provide(FetchHttpClient.layer)
)
export const info = (batchId) =>
  Effect.flatMap(ActiveCampaignClient.ActiveCampaignClient, (client) => client.importInfo(batchId)).pipe(
    Effect.provide(layer),
    Effect.runPromise
  )
