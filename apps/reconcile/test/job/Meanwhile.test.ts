import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { requests } from "effect-activecampaign-simulator/Simulator"
import { run, withAccount } from "../support/account.js"
import { load, row, select, verdicts } from "../support/ledger.js"

const quick = { unset: 0, waiting: 0, claimed: 0, active: 0 }
const slow = { ...quick, active: 300_000 }

const contacts = (count: number, becomes: "created" | "silent" = "created", name = "c") =>
  Array.from({ length: count }, (_, index) => ({ email: `${name}${index}@x.test`, becomes }))

type Report = Effect.Effect.Success<ReturnType<typeof run>>

/** What was told, in its order: `settled quick`, `resolved 100`, `looked up 1`. */
const told = ({ events }: Report) =>
  events.flatMap((event) => {
    if (event._tag === "Settled") return [`settled ${event.batchId}`]
    if (event._tag === "Resolved") return [`resolved ${event.done}`]
    return event._tag === "LookedUp" ? [`looked up ${event.done}`] : []
  })

const asked = Effect.map(requests, (all) =>
  all.map(({ url }) => (url.includes("/import/info") ? "batch" : "contacts"))
)

const sent = (batchId: string, some: ReadonlyArray<{ readonly email: string }>) =>
  load(
    some.map(({ email }) => row(email, batchId)),
    `${batchId}.csv`
  )

describe("while a batch is still open", () => {
  it.effect("the IDs of those that have settled are resolved, 100 a call, and the rest after a lull", () =>
    Effect.gen(function* () {
      yield* sent("quick", contacts(250))
      yield* sent("slow", contacts(1, "created", "d"))
      const report = yield* run({ account: { resolve: true } })
      assert.deepStrictEqual(told(report), [
        "settled quick",
        "resolved 100",
        "resolved 200",
        "resolved 250",
        "settled slow",
        "resolved 251"
      ])
      assert.deepStrictEqual(report.resolved, { linked: 251, gone: 0, left: 0 })
      assert.deepStrictEqual(yield* select("SELECT resolved FROM reconcile_runs"), [{ resolved: 251 }])
    }).pipe(
      withAccount({
        batches: [
          { batchId: "quick", stages: quick, contacts: contacts(250) },
          { batchId: "slow", stages: slow, contacts: contacts(1, "created", "d") }
        ]
      })
    )
  )

  const shared = { email: "shared@x.test", becomes: "silent" as const }

  it.effect("addresses are looked up, unless the open one was sent them, too", () =>
    Effect.gen(function* () {
      yield* sent("quick", [...contacts(2, "silent"), shared])
      yield* sent("slow", [shared])
      const report = yield* run({ account: { resolve: true, lookup: true } })
      assert.deepStrictEqual(told(report), [
        "settled quick",
        "looked up 1",
        "looked up 2",
        "settled slow",
        "looked up 3"
      ])
      assert.deepInclude(report.lookedUp, { found: 0, absent: 3, left: 0 })
      assert.isTrue((yield* verdicts).every((line) => line.endsWith("missing (lookup-absent)")))
    }).pipe(
      withAccount({
        batches: [
          { batchId: "quick", stages: quick, contacts: [...contacts(2, "silent"), shared] },
          { batchId: "slow", stages: slow, contacts: [shared] }
        ]
      })
    )
  )

  it.effect("no address is looked up that an ID may still belong to", () =>
    Effect.gen(function* () {
      yield* sent("quick", [...contacts(3), ...contacts(1, "silent", "s")])
      yield* sent("slow", contacts(1, "created", "d"))
      const report = yield* run({ account: { resolve: true, lookup: true, maxCalls: 100 } })
      assert.deepStrictEqual(told(report).slice(0, 3), ["settled quick", "resolved 3", "looked up 1"])
    }).pipe(
      withAccount({
        batches: [
          { batchId: "quick", stages: quick, contacts: [...contacts(3), ...contacts(1, "silent", "s")] },
          { batchId: "slow", stages: slow, contacts: contacts(1, "created", "d") }
        ]
      })
    )
  )

  it.effect("looking up leaves half of the calls, and a walk that is cheaper is not missed", () =>
    Effect.gen(function* () {
      yield* sent("quick", contacts(200, "silent"))
      yield* sent("slow", contacts(1, "created", "d"))
      const report = yield* run({ account: { lookup: true, maxCalls: 1000 } })
      const before = told(report).slice(0, told(report).indexOf("settled slow"))
      assert.strictEqual(before.at(-1), "looked up 50")
      assert.strictEqual(report.lookedUp?.plan.method, "walk")
      assert.deepInclude(report.lookedUp, { found: 0, absent: 200, left: 0 })
    }).pipe(
      withAccount({
        account: { existing: [{ email: "far@x.test", contactId: "2000" }] },
        batches: [
          { batchId: "quick", stages: quick, contacts: contacts(200, "silent") },
          { batchId: "slow", stages: slow, contacts: contacts(1, "created", "d") }
        ]
      })
    )
  )

  it.effect("a failed call about contacts is left for later, when it is made in other ways", () =>
    Effect.gen(function* () {
      yield* sent("quick", contacts(250))
      yield* sent("slow", contacts(1, "created", "d"))
      const report = yield* run({ account: { resolve: true } })
      assert.deepStrictEqual(told(report).slice(0, 2), ["settled quick", "settled slow"])
      assert.deepStrictEqual(report.resolved, { linked: 251, gone: 0, left: 0 })
      assert.deepStrictEqual(report.problems, [])
      assert.deepStrictEqual(yield* select("SELECT step, ended_at IS NULL AS lasts FROM account_errors"), [
        { step: "resolve", lasts: 0 }
      ])
    }).pipe(
      withAccount({
        batches: [
          { batchId: "quick", stages: quick, contacts: contacts(250) },
          { batchId: "slow", stages: slow, contacts: contacts(1, "created", "d") }
        ],
        faults: [
          {
            on: { endpoint: "contacts", calls: { from: 1, to: 6 } },
            fault: { _tag: "Unavailable", status: 500 }
          }
        ]
      })
    )
  )

  const stuck = Array.from({ length: 20 }, (_, index) => `stuck-${index}`)

  it.effect("nothing is asked about contacts as long as a batch is due", () =>
    Effect.gen(function* () {
      yield* sent("quick", contacts(250))
      for (const batchId of stuck) yield* sent(batchId, contacts(1, "created", batchId))
      const report = yield* run({ deadline: "2 minutes", account: { resolve: true } })
      assert.strictEqual(report.stillOpen, 20)
      assert.deepStrictEqual(report.resolved, { linked: 250, gone: 0, left: 0 })
      const calls = yield* asked
      assert.strictEqual(calls.lastIndexOf("batch"), calls.indexOf("contacts") - 1)
    }).pipe(
      // Twenty batches that are asked about every 10 s take more than one call a second.
      withAccount(
        {
          batches: [
            { batchId: "quick", stages: quick, contacts: contacts(250) },
            ...stuck.map((batchId) => ({
              batchId,
              stages: { ...slow, active: 3_600_000 },
              contacts: contacts(1, "created", batchId)
            }))
          ]
        },
        { requestsPerSecond: 1 }
      )
    )
  )
})
