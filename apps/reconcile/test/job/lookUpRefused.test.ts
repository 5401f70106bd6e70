import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ActiveCampaignClient } from "effect-activecampaign/ActiveCampaignClient"
import { RequestRejected } from "effect-activecampaign/ActiveCampaignError"
import * as Contacts from "effect-activecampaign/Contacts"
import { callBudget } from "../../src/job/AccountStep.js"
import { lookUp } from "../../src/job/LookUp.js"
import * as Journal from "../../src/job/Journal.js"
import type { StepProblem } from "../../src/job/RunEvent.js"
import { run, withAccount } from "../support/account.js"
import { load, row } from "../support/ledger.js"

const silent = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ email: `s${index}@x.test`, becomes: "silent" as const }))

describe("an account that refuses every single address", () => {
  it.effect("is asked for each of them while it answers other calls", () =>
    Effect.gen(function* () {
      yield* load(silent(200).map(({ email }) => row(email, "one")))
      yield* run()
      const problems: Array<StepProblem> = []
      const contacts = yield* Contacts.make
      const client = yield* ActiveCampaignClient
      const refused = new RequestRejected({ request: "GET /contacts", status: 400, detail: "" })
      const onEvent = () => Effect.void
      const report = yield* lookUp({
        name: "lookup",
        inDetail: false,
        countLooks: () => {},
        client,
        contacts: {
          ...contacts,
          newestId: Effect.succeedNone,
          findByEmail: () => Effect.fail(refused)
        },
        calls: callBudget(1000),
        endsAt: Number.MAX_SAFE_INTEGER,
        journal: yield* Journal.make({ url: client.url, open: 0, onEvent }),
        onEvent,
        onProblem: (problem) => Effect.sync(() => problems.push(problem))
      })
      assert.deepInclude(report, { found: 0, absent: 0, left: 200 })
      assert.deepStrictEqual(
        problems.map(({ calls, error }) => ({ calls, error })),
        [{ calls: 200, error: "RequestRejected" }]
      )
    }).pipe(withAccount({ batches: [{ batchId: "one", contacts: silent(200) }] }))
  )
})
