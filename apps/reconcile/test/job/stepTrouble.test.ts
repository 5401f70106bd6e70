import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { ActiveCampaignClient } from "effect-activecampaign/ActiveCampaignClient"
import {
  type ActiveCampaignError,
  ApiUnavailable,
  AuthenticationFailed,
  ContractBroken,
  RequestRejected
} from "effect-activecampaign/ActiveCampaignError"
import * as Contacts from "effect-activecampaign/Contacts"
import { callBudget } from "../../src/job/AccountStep.js"
import * as Journal from "../../src/job/Journal.js"
import { resolve } from "../../src/job/Resolve.js"
import type { StepProblem } from "../../src/job/RunEvent.js"
import { run, withAccount } from "../support/account.js"
import { load, row, select, verdicts } from "../support/ledger.js"

const request = "GET /contacts"
const stages = { unset: 0, waiting: 0, claimed: 0, active: 0 }

const faults: Readonly<Record<string, ActiveCampaignError>> = {
  "is rejected": new RequestRejected({ request, status: 400, detail: "" }),
  "cannot be read": new ContractBroken({ request, status: 200, content: "json", detail: "", body: "{}" }),
  "breaks the server": new ApiUnavailable({
    request,
    reason: "Status",
    status: Option.some(500),
    detail: "",
    retryAfter: Option.none()
  })
}

const refused = new AuthenticationFailed({ request, status: 403, detail: "" })

/** An account that answers with an error whatever is asked about one of these IDs or addresses. */
const failingFor =
  (error: ActiveCampaignError, ...subjects: ReadonlyArray<string>) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.provideServiceEffect(
      effect,
      ActiveCampaignClient,
      Effect.map(ActiveCampaignClient, (client): ActiveCampaignClient["Type"] => ({
        ...client,
        contacts: (query = {}) => {
          const asked = [...(query["ids[]"] ?? []), ...(query.email === undefined ? [] : [query.email])]
          return subjects.some((subject) => subject === "*" || asked.includes(subject))
            ? Effect.fail(error)
            : client.contacts(query)
        }
      }))
    )

const names = Array.from({ length: 150 }, (_, index) => `c${index}@x.test`)
const imported = withAccount({
  batches: [
    {
      batchId: "one",
      stages,
      contacts: names.map((email, index) => ({ email, contactId: String(1000 + index) }))
    }
  ]
})
const silent = (count: number) =>
  withAccount({
    // Of an account so large, no step would walk through all contacts.
    account: { existing: [{ email: "far@x.test", contactId: "999999" }] },
    batches: [
      {
        batchId: "one",
        stages,
        contacts: names.slice(0, count).map((email) => ({ email, becomes: "silent" as const }))
      }
    ]
  })

const problems = ({ problems }: Effect.Effect.Success<ReturnType<typeof run>>) =>
  problems.map((problem) => ("step" in problem ? `${problem.step} ${problem.error} ${problem.calls}` : "?"))

describe("resolving", () => {
  for (const [name, error] of Object.entries(faults)) {
    it.effect(`leaves one ID that ${name} unknown, and no other`, () =>
      Effect.gen(function* () {
        yield* load(names.map((email) => row(email, "one")))
        yield* run()
        const report = yield* failingFor(error, "1042", "1093")(run({ account: { resolve: true } }))
        assert.deepStrictEqual(report.resolved, { linked: 148, gone: 0, left: 2 })
        assert.deepStrictEqual(problems(report), [`resolve ${error._tag} 2`])
        assert.deepStrictEqual(
          yield* select("SELECT step, error, times, ended_at IS NULL AS lasts FROM account_errors"),
          [{ step: "resolve", error: error._tag, times: 2, lasts: 1 }]
        )
        const next = yield* run({ account: { resolve: true } })
        assert.deepStrictEqual(next.resolved, { linked: 2, gone: 0, left: 0 })
        assert.deepStrictEqual(yield* select("SELECT ended_at IS NULL AS lasts FROM account_errors"), [
          { lasts: 0 }
        ])
      }).pipe(imported)
    )
  }

  it.effect("with few calls reaches the others over time, in any order of IDs", () =>
    Effect.gen(function* () {
      yield* load(names.map((email) => row(email, "one")))
      yield* run()
      for (let runs = 0; runs < 40; runs++) {
        yield* failingFor(
          faults["is rejected"] ?? refused,
          "1000"
        )(run({ account: { resolve: true, maxCalls: 1 } }))
      }
      assert.isAbove((yield* select("SELECT * FROM links")).length, 0)
    }).pipe(imported)
  )

  it.effect("keeps what came before an answer failed, and asks only for the rest", () =>
    Effect.gen(function* () {
      yield* load(names.slice(0, 3).map((email) => row(email, "one")))
      yield* run()
      const contacts = yield* Contacts.make
      const client = yield* ActiveCampaignClient
      const asked: Array<ReadonlyArray<string>> = []
      const problems: Array<StepProblem> = []
      const onEvent = () => Effect.void
      const report = yield* resolve({
        name: "resolve",
        inDetail: false,
        countLooks: () => {},
        client,
        contacts: {
          ...contacts,
          resolve: (ids) =>
            Stream.unwrap(
              Effect.map(Stream.runCollect(ids), (all) => {
                asked.push([...all])
                const found = contacts.resolve(Stream.fromIterable(all))
                return asked.length > 1
                  ? found
                  : Stream.concat(
                      Stream.filter(found, ({ id }) => id !== asked[0]?.[0]),
                      Stream.fail(refused)
                    )
              })
            )
        },
        calls: callBudget(1000),
        endsAt: Number.MAX_SAFE_INTEGER,
        journal: yield* Journal.make({ url: client.url, open: 0, onEvent }),
        onEvent,
        onProblem: (problem) => Effect.sync(() => problems.push(problem))
      })
      assert.deepStrictEqual(report, { linked: 150, gone: 0, left: 0 })
      assert.strictEqual(asked.length, 3)
      assert.deepInclude(asked, asked[0]?.slice(0, 1))
      assert.deepStrictEqual(problems, [])
    }).pipe(imported)
  )

  it.effect("does not stop addresses or batches if it fails", () =>
    Effect.gen(function* () {
      yield* load(names.slice(0, 3).map((email) => row(email, "one")))
      yield* load([row("stranger@x.test", "one")], "other.csv")
      yield* run()
      const broken = faults["is rejected"] ?? refused
      const report = yield* failingFor(broken, "1000")(run({ account: { resolve: true, lookup: true } }))
      assert.deepStrictEqual(problems(report), ["resolve RequestRejected 1"])
      assert.deepInclude(report.lookedUp, { absent: 1, left: 0 })
    }).pipe(
      withAccount({
        batches: [
          {
            batchId: "one",
            stages,
            contacts: [
              ...names.slice(0, 3).map((email, index) => ({ email, contactId: String(1000 + index) })),
              { email: "stranger@x.test", becomes: "silent" }
            ]
          }
        ]
      })
    )
  )
})

describe("many that fail the same way", () => {
  const bad = Array.from({ length: 60 }, (_, index) => index)

  for (const [name, error] of Object.entries({ ...faults, "is refused": refused })) {
    it.effect(`leave no other ID unknown (each ${name})`, () =>
      Effect.gen(function* () {
        yield* load(names.map((email) => row(email, "one")))
        yield* run()
        const ids = bad.map((index) => String(1000 + index))
        const report = yield* failingFor(error, ...ids)(run({ account: { resolve: true } }))
        assert.deepStrictEqual(report.resolved, { linked: 90, gone: 0, left: 60 })
        assert.deepStrictEqual(problems(report), [`resolve ${error._tag} 60`])
      }).pipe(imported)
    )

    it.effect(`leave no other address unaccounted (each ${name})`, () =>
      Effect.gen(function* () {
        yield* load(names.map((email) => row(email, "one")))
        yield* run()
        const addresses = bad.map((index) => `c${index}@x.test`)
        const report = yield* failingFor(error, ...addresses)(run({ account: { lookup: true } }))
        assert.deepInclude(report.lookedUp, { found: 0, absent: 90, left: 60 })
        assert.deepStrictEqual(problems(report), [`lookup ${error._tag} 60`])
      }).pipe(silent(150))
    )
  }
})

describe("looking up", () => {
  for (const [name, error] of Object.entries(faults)) {
    it.effect(`leaves one address that ${name} unaccounted, and no other`, () =>
      Effect.gen(function* () {
        yield* load(names.slice(0, 30).map((email) => row(email, "one")))
        yield* run()
        const report = yield* failingFor(error, "c3@x.test")(run({ account: { lookup: true } }))
        assert.deepInclude(report.lookedUp, { found: 0, absent: 29, left: 1 })
        assert.deepStrictEqual(problems(report), [`lookup ${error._tag} 1`])
        assert.include(yield* verdicts, "c3@x.test: unaccounted (silence)")
      }).pipe(silent(30))
    )
  }

  it.effect("continues one by one if the account's size cannot be read", () =>
    Effect.gen(function* () {
      yield* load(names.slice(0, 60).map((email) => row(email, "one")))
      yield* run()
      const report = yield* run({ account: { lookup: true } })
      assert.deepInclude(report.lookedUp, { absent: 60, left: 0 })
      assert.deepStrictEqual(report.problems, [])
    }).pipe(
      withAccount({
        batches: [
          {
            batchId: "one",
            stages,
            contacts: names.slice(0, 60).map((email) => ({ email, becomes: "silent" as const }))
          }
        ],
        faults: [{ on: { endpoint: "contacts", calls: [1] }, fault: { _tag: "WrongShape" } }]
      })
    )
  )

  it.effect("ends the run at two refusals, but not at one for an address alone", () =>
    Effect.gen(function* () {
      yield* load(names.slice(0, 30).map((email) => row(email, "one")))
      yield* run()
      const one = yield* failingFor(refused, "c3@x.test")(run({ account: { lookup: true } }))
      assert.deepInclude(one.lookedUp, { absent: 29, left: 1 })
      assert.deepStrictEqual(problems(one), ["lookup AuthenticationFailed 1"])
    }).pipe(silent(30))
  )
})

describe("a single step, if nothing shows that this is the account", () => {
  for (const step of ["resolve", "lookup"] as const) {
    it.effect(`leaves the file as it was (${step})`, () =>
      Effect.gen(function* () {
        yield* load(names.map((email) => row(email, "one")))
        yield* run()
        yield* select("DELETE FROM reconcile_runs")
        yield* select("DELETE FROM accounts")
        const asked = run({ follow: false, account: { [step]: true } })
        const error = yield* Effect.flip(failingFor(refused, "*")(asked))
        assert.strictEqual(error._tag, "AuthenticationFailed")
        for (const table of ["accounts", "reconcile_runs", "account_errors"]) {
          assert.deepStrictEqual(yield* select(`SELECT * FROM ${table}`), [], table)
        }
      }).pipe(step === "resolve" ? imported : silent(150))
    )
  }
})
