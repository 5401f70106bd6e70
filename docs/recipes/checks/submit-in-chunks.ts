import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Logger from "effect/Logger"
import { Scenario, Simulator } from "effect-activecampaign-simulator"
import { submitAll } from "../submit-in-chunks.js"
import { accountOf, onTestClock } from "./support.js"

const contacts = Array.from({ length: 1000 }, (_, index) => ({
  // One bad address refuses the whole of its part.
  email: index === 620 ? "nowhere@nodot" : `person${index}@example.test`
}))
const recorded: Array<string> = []
const sentBefore: Array<number> = []

const requests = await onTestClock(
  Effect.gen(function* () {
    const simulator = yield* Simulator.Simulator
    yield* submitAll(contacts, (part) =>
      Effect.map(simulator.requests, (requests) => {
        sentBefore.push(requests.length)
        recorded.push(
          Either.match(part, {
            onLeft: ({ error, place }) => `${place.firstContact} ${error._tag}`,
            onRight: ({ place }) => `${place.firstContact} queued`
          })
        )
      })
    )
    return yield* simulator.requests
  }).pipe(
    Effect.provide(accountOf(Scenario.make({ submissions: { badAddresses: "reject-all" } }))),
    Effect.provide(Logger.remove(Logger.defaultLogger))
  )
)

assert.deepEqual(recorded, ["0 queued", "250 queued", "500 SubmissionRejected", "750 queued"])
assert.deepEqual(sentBefore, [1, 2, 3, 4], "a part was sent before the one before it was recorded")
assert.equal(requests.length, 4)
console.log("1,000 contacts in 4 parts: 3 queued, 1 refused, each recorded before the next was sent")
