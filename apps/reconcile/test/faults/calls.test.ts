import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as ActiveCampaignClient from "effect-activecampaign/ActiveCampaignClient"
import * as RateBudget from "effect-activecampaign/RateBudget"
import * as InProcess from "effect-activecampaign-simulator/InProcess"
import * as Run from "../../src/job/Run.js"
import * as Ledger from "../../src/ledger/Ledger.js"
import { conclusions, load, row, select } from "../support/ledger.js"
import * as virtualClock from "../support/virtualClock.js"
import { accountOf } from "./support/account.js"
import { type Counter, failing, type Lasting } from "./support/counter.js"

const scenario = accountOf({ unset: 0, waiting: 1500, claimed: 0, active: 3000 })

const sent = scenario.batches.flatMap(({ batchId, contacts }) =>
  contacts.map(({ email }) => row(email, batchId))
)

/** Each call is counted as it leaves, and lost where its turn has come. */
const losing = (inside: HttpClient.HttpClient, counter: () => Counter) =>
  HttpClient.make((request) =>
    counter().fails()
      ? Effect.fail(
          new HttpClientError.RequestError({
            request,
            reason: "Transport",
            cause: new Error("read ECONNRESET")
          })
        )
      : inside.execute(request)
  )

const run = Run.run({
  follow: true,
  once: false,
  deadline: Duration.minutes(5),
  account: { resolve: true, lookup: true, maxCalls: 1000 },
  onEvent: () => Effect.void
})

/** What stands in the end of a run in which calls are lost, and one after it in which none is. */
const twoRuns = (first: Counter) =>
  Effect.gen(function* () {
    let counter = first
    const inside = yield* HttpClient.HttpClient
    const client = ActiveCampaignClient.layer({
      url: InProcess.url,
      apiToken: Redacted.make(scenario.apiToken)
    }).pipe(
      Layer.provide(RateBudget.layer()),
      Layer.provide(
        Layer.succeed(
          HttpClient.HttpClient,
          losing(inside, () => counter)
        )
      )
    )
    return yield* Effect.gen(function* () {
      yield* load(sent)
      yield* Effect.ignore(run)
      counter = failing(0, "once")
      const calm = yield* run
      assert.deepStrictEqual(calm.problems, [])
      return {
        conclusions: yield* conclusions,
        answers: yield* select(
          "SELECT batch_id, raw_body FROM batch_answers WHERE status IN ('completed', 'failed') ORDER BY batch_id"
        ),
        links: yield* select("SELECT contact_id, email_key FROM links ORDER BY contact_id, email_key"),
        broken: yield* select("PRAGMA foreign_key_check")
      }
    }).pipe(Effect.provide(client))
  }).pipe(
    Effect.provide(InProcess.layer(scenario)),
    Effect.provide(Ledger.layer(":memory:")),
    Effect.withClock(virtualClock.make())
  )

describe("a job that loses each of its calls in turn, and is then run again", () => {
  for (const lasting of ["once", "from then on"] satisfies ReadonlyArray<Lasting>) {
    it.live(`comes to what it would have come to: each call is lost ${lasting}`, () =>
      Effect.gen(function* () {
        const undisturbed = failing(0, "once")
        const expected = yield* twoRuns(undisturbed)
        const points = undisturbed.count()
        assert.isAbove(points, 9)
        for (let nth = 1; nth <= points; nth++) {
          const standing = yield* twoRuns(failing(nth, lasting))
          assert.deepStrictEqual(standing, expected, `call ${nth} lost ${lasting}`)
        }
        process.stderr.write(
          `${points} points failed: call ${lasting}, following, resolving and looking up\n`
        )
      })
    )
  }
})
