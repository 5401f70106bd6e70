import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { BatchId } from "effect-activecampaign"
import { Scenario, Simulator } from "effect-activecampaign-simulator"
import { settleAll } from "../many-waits.js"
import { accountOf, mostInASecond, onTestClock } from "./support.js"

const ids = Array.from({ length: 30 }, (_, index) => `b-${index + 1}`)
const scenario = Scenario.make({
  batches: ids.map((batchId, index) => ({
    batchId,
    stages: { unset: 500, waiting: 1000 * index, active: 2000 },
    contacts: [{ email: `${batchId}@example.test` }]
  }))
})

const { ends, requests } = await onTestClock(
  Effect.gen(function* () {
    const ends = yield* settleAll(ids.map((id) => BatchId.make(id)))
    return { ends, requests: yield* Simulator.requests }
  }).pipe(Effect.provide(accountOf(scenario)))
)

for (const { batchId, end } of ends) {
  assert.equal(end._tag === "Right" && end.right.status, "completed", `batch ${batchId}`)
}
const statuses = new Set(requests.map(({ status }) => Option.getOrNull(status)))
assert.deepEqual([...statuses], [200])
const most = mostInASecond(requests.map(({ at }) => at))
assert.ok(requests.length > 60 && most <= 5, `${most} requests in a second`)
console.log(
  `${ends.length} batches settled in ${requests.length} calls, at most ${most} in any second, no 429`
)
