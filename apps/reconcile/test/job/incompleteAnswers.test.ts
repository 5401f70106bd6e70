import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { ScenarioInput } from "effect-activecampaign-simulator/Scenario"
import { run, withAccount } from "../support/account.js"
import { load, row, select, verdicts } from "../support/ledger.js"

type Faults = NonNullable<ScenarioInput["faults"]>

const stages = { unset: 0, waiting: 0, claimed: 0, active: 0 }

const problems = ({ problems }: Effect.Effect.Success<ReturnType<typeof run>>) =>
  problems.map((problem) => ("step" in problem ? `${problem.step} ${problem.error}` : "?"))

const everyPage = (fault: Faults[number]["fault"]): Faults => [{ on: { endpoint: "contacts" }, fault }]

const spoilt: ReadonlyArray<readonly [string, Faults]> = [
  ["counts contacts and shows none", everyPage({ _tag: "Withheld" })],
  ["holds null", everyPage({ _tag: "OddLists", as: "odd-items" })],
  ["is an object", everyPage({ _tag: "OddLists", as: "object" })]
]

const addresses = (count: number) => Array.from({ length: count }, (_, index) => `s${index}@x.test`)

/** Addresses in neither list, which the account does not have; where a page is withheld, it has all of them. */
const unreported = (count: number, faults: Faults, becomes: "silent" | "unreported") =>
  withAccount({
    batches: [{ batchId: "one", stages, contacts: addresses(count).map((email) => ({ email, becomes })) }],
    faults
  })

describe("an incomplete page of contacts", () => {
  for (const [name, faults] of spoilt) {
    for (const count of [3, 120]) {
      it.effect(`makes none of ${count} addresses missing if it ${name}`, () =>
        Effect.gen(function* () {
          yield* load(addresses(count).map((email) => row(email, "one")))
          const report = yield* run({ account: { lookup: true } })
          assert.deepInclude(report.lookedUp, { found: 0, absent: 0, left: count })
          assert.deepStrictEqual(problems(report), ["lookup AnswerIncomplete"])
          assert.isFalse((yield* verdicts).some((line) => line.includes("missing")))
        }).pipe(unreported(count, faults, faults === spoilt[0]?.[1] ? "unreported" : "silent"))
      )
    }
  }

  it.effect("is not asked for again for addresses that a walk found on it", () =>
    Effect.gen(function* () {
      yield* load(addresses(120).map((email) => row(email, "one")))
      const report = yield* run({ account: { lookup: true } })
      const [found] = yield* select("SELECT count(*) AS count FROM lookups WHERE contact_id IS NOT NULL")
      assert.deepInclude(report.lookedUp, { found: 120, absent: 0, left: 0 })
      assert.deepStrictEqual(found, { count: 120 })
    }).pipe(
      // The first call asks how many contacts there are.
      unreported(
        120,
        [
          {
            on: { endpoint: "contacts", calls: { from: 2, to: 1_000 } },
            fault: { _tag: "OddLists", as: "odd-items" }
          }
        ],
        "unreported"
      )
    )
  )

  it.effect("makes no ID gone if it counts contacts and shows none", () =>
    Effect.gen(function* () {
      yield* load(["a@x.test", "b@x.test"].map((email) => row(email, "one")))
      const report = yield* run({ account: { resolve: true } })
      assert.deepStrictEqual(report.resolved, { linked: 0, gone: 0, left: 2 })
      assert.deepStrictEqual(problems(report), ["resolve AnswerIncomplete"])
      assert.deepStrictEqual(yield* select("SELECT * FROM gone_contacts"), [])
    }).pipe(
      withAccount({
        batches: [{ batchId: "one", stages, contacts: [{ email: "a@x.test" }, { email: "b@x.test" }] }],
        faults: everyPage({ _tag: "Withheld" })
      })
    )
  )

  it.effect("gives the readable IDs, and leaves the others unknown", () =>
    Effect.gen(function* () {
      const emails = ["a@x.test", "b@x.test", "gone@x.test"]
      yield* load(emails.map((email) => row(email, "one")))
      const report = yield* run({ account: { resolve: true } })
      assert.deepStrictEqual(report.resolved, { linked: 2, gone: 0, left: 1 })
      assert.deepStrictEqual(yield* select("SELECT * FROM gone_contacts"), [])
    }).pipe(
      withAccount({
        batches: [
          {
            batchId: "one",
            stages,
            contacts: [
              { email: "a@x.test" },
              { email: "b@x.test" },
              { email: "gone@x.test", deletedAfterwards: true }
            ]
          }
        ],
        faults: everyPage({ _tag: "OddLists", as: "odd-items" })
      })
    )
  )
})
