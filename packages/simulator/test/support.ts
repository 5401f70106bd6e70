import * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { ActiveCampaignClient, BatchId, BulkImport } from "effect-activecampaign"
import { InProcess, type Scenario } from "effect-activecampaign-simulator"

export const batchId = BatchId.make("b-1")

/** Core on top of the simulator in process. */
export const coreLayer = (
  scenario: Scenario.Scenario,
  options: Omit<ActiveCampaignClient.Options, "url" | "apiToken"> = {}
) =>
  BulkImport.layer.pipe(
    Layer.provideMerge(
      ActiveCampaignClient.layer({
        ...options,
        url: InProcess.url,
        apiToken: Redacted.make(scenario.apiToken)
      })
    ),
    Layer.provideMerge(InProcess.layer(scenario))
  )

/** One raw GET: what is on the wire, before core reads anything into it. */
export const get = (
  path: string,
  { token = "simulator-token", url = InProcess.url }: { token?: string | undefined; url?: string } = {}
) =>
  Effect.gen(function* () {
    const response = yield* HttpClient.get(`${url}${path}`, { headers: { "Api-Token": token } })
    return { status: response.status, headers: response.headers, body: yield* response.text }
  }).pipe(Effect.scoped)

export const info = (batch: string) => get(`/api/3/import/info?batchId=${batch}`)
