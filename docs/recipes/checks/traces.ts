import assert from "node:assert/strict"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { BatchId, BulkImport, Contacts } from "effect-activecampaign"
import { Scenario } from "effect-activecampaign-simulator"
import { telemetry } from "../traces.js"
import { accountOf } from "./support.js"

const received: Array<string> = []
const collector = createServer((request, response) => {
  const parts: Array<Buffer> = []
  request.on("data", (part: Buffer) => parts.push(part))
  request.on("end", () => {
    received.push(`${request.url} ${Buffer.concat(parts).toString()}`)
    response.end("{}")
  })
})
await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve))
const { port } = collector.address() as AddressInfo

const scenario = Scenario.make({
  apiToken: "tok-5e82f1c0-never-to-be-seen",
  account: { existing: [{ email: "ada@example.test" }] },
  batches: [{ batchId: "b-1", contacts: [{ email: "bob@example.test" }], stages: { active: 0 } }],
  faults: [{ on: { calls: [1] }, fault: { _tag: "Unavailable", status: 502 } }]
})

await Effect.gen(function* () {
  yield* BulkImport.info(BatchId.make("b-1"))
  yield* Contacts.findByEmail("ada@example.test")
}).pipe(
  Effect.withSpan("nightly import"),
  Effect.provide(Layer.provideMerge(Contacts.layer, accountOf(scenario))),
  Effect.provide(telemetry(`http://127.0.0.1:${port}`)),
  Effect.runPromise
)
collector.close()

const all = received.join("\n")
for (const expected of [
  "/v1/traces",
  "ActiveCampaignClient.importInfo",
  "ActiveCampaignClient.attempt",
  "budgetWaitSeconds",
  "scheduleWaitSeconds",
  "ActiveCampaignClient.contacts"
]) {
  assert.ok(all.includes(expected), `no ${expected} in what the collector received`)
}
assert.ok(!all.includes(scenario.apiToken), "the token was exported")
// The IDs of spans are hexadecimal, and may hold "ada".
assert.doesNotMatch(all, /ada(@|%40)/i, "the address looked up was exported")
console.log(`${received.length} exports: the spans of each call and attempt, and neither token nor address`)
