import assert from "node:assert/strict"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { InProcess, Scenario, Simulator } from "effect-activecampaign-simulator"
import { makeHandler } from "../web-handler.js"

const scenario = Scenario.make({
  batches: [{ batchId: "b/1", contacts: [{ email: "ada@example.test" }], stages: { active: 0 } }],
  faults: [
    { on: { batchId: "refused", calls: [1] }, fault: { _tag: "Redirect", location: "https://x.test/" } }
  ]
})
const simulator = ManagedRuntime.make(InProcess.layer(scenario))
const http = await simulator.runPromise(HttpClient.HttpClient)
process.env.ACTIVECAMPAIGN_URL = InProcess.url
process.env.ACTIVECAMPAIGN_API_KEY = scenario.apiToken

const { close, handle } = makeHandler(Layer.succeed(HttpClient.HttpClient, http))
const get = (path: string) => handle(new Request(`http://localhost${path}`))

const answers = await Promise.all(Array.from({ length: 8 }, () => get("/imports/b%2F1")))
for (const answer of answers) {
  assert.equal(answer.status, 200)
  const body: unknown = await answer.json()
  assert.ok(typeof body === "object" && body !== null && "status" in body)
}
const refused = await get("/imports/refused")
assert.equal(refused.status, 502)
assert.ok(!(await refused.text()).includes(scenario.apiToken))
assert.equal((await get("/elsewhere")).status, 404)

const requests = await simulator.runPromise(Effect.flatMap(Simulator.Simulator, ({ requests }) => requests))
assert.equal(requests.length, 9)
await close()
await simulator.dispose()
console.log("8 requests at once share one budget; a redirect is 502 and tells no token")
