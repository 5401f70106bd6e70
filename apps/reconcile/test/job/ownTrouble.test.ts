import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Fault } from "effect-activecampaign-simulator/Fault"
import { requests } from "effect-activecampaign-simulator/Simulator"
import { run, withAccount } from "../support/account.js"
import { load, row, select } from "../support/ledger.js"

const stages = { unset: 0, waiting: 0, claimed: 0, active: 0 }
const stuck = Array.from({ length: 250 }, (_, index) => `stuck-${index}`)
const well = Array.from({ length: 5 }, (_, index) => `well-${index}`)

const batch = (batchId: string) => ({ batchId, stages, contacts: [{ email: `${batchId}@x.test` }] })
const sent = (...batchIds: ReadonlyArray<string>) =>
  load(batchIds.map((batchId) => row(`${batchId}@x.test`, batchId)))

const redirect = { _tag: "Redirect", location: "https://elsewhere.test/", status: 302 } as const

const own: ReadonlyArray<typeof Fault.Encoded> = [
  redirect,
  { _tag: "Forbidden" },
  { _tag: "WrongShape" },
  { _tag: "HtmlWith200" },
  { _tag: "Empty" },
  { _tag: "Cut" },
  { _tag: "Reset" },
  { _tag: "Unavailable", status: 500 },
  { _tag: "Slow", millis: 3_600_000 }
]

const everywhere = (fault: typeof Fault.Encoded) => [
  { fault },
  { on: { endpoint: "contacts" as const }, fault }
]

const asked = Effect.map(requests, (all) =>
  all.map(({ url }) => (url.includes("/import/info") ? "import/info" : "contacts"))
)

const nothingRecorded = Effect.gen(function* () {
  for (const table of ["accounts", "reconcile_runs", "batch_answers", "batch_errors", "account_errors"]) {
    assert.deepStrictEqual(yield* select(`SELECT * FROM ${table}`), [], table)
  }
})

describe("one failing batch", () => {
  for (const fault of own) {
    for (const once of [true, false]) {
      it.effect(`(${fault._tag}${once ? ", asked once" : ""}) keeps no other batch from being settled`, () =>
        Effect.gen(function* () {
          yield* sent("odd", "b1", "b2", "b3")
          const report = yield* run({ once, deadline: "3 minutes" })
          assert.deepStrictEqual(report.settled.map(({ batchId }) => batchId).sort(), ["b1", "b2", "b3"])
          assert.deepStrictEqual(
            report.problems.map((problem) => ("batchId" in problem ? problem.batchId : problem.step)),
            ["odd"]
          )
          assert.deepStrictEqual(yield* select("SELECT DISTINCT batch_id FROM batch_errors"), [
            { batch_id: "odd" }
          ])
        }).pipe(
          withAccount({
            batches: ["odd", "b1", "b2", "b3"].map(batch),
            faults: [{ on: { batchId: "odd" }, fault }]
          })
        )
      )
    }
  }

  it.effect(
    "is asked about once more after a nonsense answer, and the error is forgotten if that helps",
    () =>
      Effect.gen(function* () {
        yield* sent("one", "two")
        for (const once of [true]) {
          const report = yield* run({ once })
          assert.strictEqual(report.settled.length, 2)
          assert.deepStrictEqual(report.problems, [])
        }
      }).pipe(
        withAccount({
          batches: ["one", "two"].map(batch),
          faults: ["one", "two"].map((batchId) => ({
            on: { batchId, calls: [1] },
            fault: { _tag: "WrongShape" as const }
          }))
        })
      )
  )

  it.effect("is not starved among hundreds that hang", () =>
    Effect.gen(function* () {
      yield* sent(...stuck, ...well)
      const report = yield* run({ deadline: "110 seconds" })
      assert.deepStrictEqual(report.settled.map(({ batchId }) => batchId).sort(), well)
    }).pipe(
      withAccount({
        batches: [...stuck, ...well].map(batch),
        faults: stuck.map((batchId) => ({
          on: { batchId },
          fault: { _tag: "Slow" as const, millis: 3_600_000 }
        }))
      })
    )
  )
})

/** What only a batch can be to blame for, as long as the account answers anything else. */
const mayBeOfAll: ReadonlyArray<typeof Fault.Encoded> = [redirect, { _tag: "Forbidden" }, { _tag: "Reset" }]

describe("if batches are refused and the account answers other calls", () => {
  for (const fault of mayBeOfAll) {
    it.effect(`the only open batch (${fault._tag}) keeps no contact from being looked up`, () =>
      Effect.gen(function* () {
        yield* sent("well-0")
        yield* run()
        yield* sent("odd")
        const report = yield* run({ deadline: "3 minutes", account: { lookup: true } })
        assert.deepStrictEqual(
          report.problems.map((problem) => ("batchId" in problem ? problem.batchId : problem.step)),
          ["odd"]
        )
        if (fault._tag === "Forbidden") {
          assert.match(report.problems[0]?.message ?? "", /though the same API token has worked before/)
        }
        assert.deepInclude(report.lookedUp, { absent: 1, left: 0 })
        assert.deepStrictEqual(
          yield* select("SELECT batch_id, ended_at IS NULL AS lasts FROM batch_errors"),
          [{ batch_id: "odd", lasts: 1 }]
        )
      }).pipe(
        withAccount({
          batches: [
            {
              batchId: "well-0",
              stages,
              contacts: [{ email: "well-0@x.test", becomes: "silent" }]
            },
            batch("odd")
          ],
          faults: [{ on: { batchId: "odd" }, fault }]
        })
      )
    )

    for (const once of [true, false]) {
      it.effect(
        `many (${fault._tag}${once ? ", asked once" : ""}) keep none of the others from settling`,
        () =>
          Effect.gen(function* () {
            yield* sent(...stuck.slice(0, 20), ...well)
            const report = yield* run({ once, deadline: "3 minutes" })
            assert.deepStrictEqual(report.settled.map(({ batchId }) => batchId).sort(), well)
            assert.strictEqual(report.problems.length, 20)
            const answered = (yield* requests).filter(({ url }) => url.includes("=well-"))
            assert.strictEqual(answered.length, well.length, "a settled batch was asked about again")
          }).pipe(
            withAccount({
              batches: [...stuck.slice(0, 20), ...well].map(batch),
              faults: stuck.slice(0, 20).map((batchId) => ({ on: { batchId }, fault }))
            })
          )
      )
    }
  }

  it.effect("a batch that was not asked about in time does not get another one's error", () =>
    Effect.gen(function* () {
      yield* sent(...stuck)
      const report = yield* run({ deadline: "10 seconds" })
      const unasked = report.problems.filter(({ error }) => error === "NotAsked")
      assert.isAbove(unasked.length, 100)
      for (const { message } of unasked) assert.include(message, "--deadline")
    }).pipe(
      withAccount({ batches: stuck.map(batch), faults: [{ fault: { _tag: "Slow", millis: 3_600_000 } }] })
    )
  )
})

describe("if nothing shows that this is the account", () => {
  it.effect("a redirect of each batch asked leaves the file as it was", () =>
    Effect.gen(function* () {
      yield* sent("one", "two", "three")
      const error = yield* Effect.flip(run())
      assert.strictEqual(error._tag, "RequestRejected")
      assert.deepStrictEqual(yield* asked, ["import/info", "import/info", "import/info", "contacts"])
      yield* nothingRecorded
    }).pipe(withAccount({ batches: ["one", "two", "three"].map(batch), faults: everywhere(redirect) }))
  )

  it.effect("two refusals end the run, and the third batch is not asked about", () =>
    Effect.gen(function* () {
      yield* sent("one", "two", "three")
      const error = yield* Effect.flip(run())
      assert.strictEqual(error._tag, "AuthenticationFailed")
      assert.deepStrictEqual(yield* asked, ["import/info", "import/info", "contacts"])
      yield* nothingRecorded
    }).pipe(withAccount({ batches: [] }, { apiToken: "wrong-token" }))
  )

  it.effect("failures before the first answer are recorded after it", () =>
    Effect.gen(function* () {
      yield* sent("one", "two")
      const report = yield* run({ deadline: "3 minutes" })
      assert.deepStrictEqual(
        report.settled.map(({ batchId }) => batchId),
        ["two"]
      )
      assert.deepStrictEqual(yield* select("SELECT batch_id, error, times FROM batch_errors"), [
        { batch_id: "one", error: "RequestRejected", times: 1 }
      ])
    }).pipe(
      withAccount({
        batches: ["one", "two"].map(batch),
        faults: [
          { on: { batchId: "one" }, fault: redirect },
          { on: { batchId: "two", calls: { from: 1, to: 3 } }, fault: { _tag: "Reset" } }
        ]
      })
    )
  )
})

describe("a token that is refused during a run", () => {
  it.effect("is an error of one batch while others answer", () =>
    Effect.gen(function* () {
      yield* sent("one", "two", "three")
      const report = yield* run({ deadline: "3 minutes" })
      assert.deepStrictEqual(report.settled.map(({ batchId }) => batchId).sort(), ["three", "two"])
      assert.deepStrictEqual(
        report.problems.map(({ error }) => error),
        ["AuthenticationFailed"]
      )
    }).pipe(
      withAccount({
        batches: ["one", "two", "three"].map((batchId) => ({
          ...batch(batchId),
          stages: { ...stages, active: 20_000 }
        })),
        faults: [{ on: { batchId: "one", calls: { from: 2 } }, fault: { _tag: "Forbidden" } }]
      })
    )
  )

  it.effect("ends the run if all that answered before are refused", () =>
    Effect.gen(function* () {
      yield* sent("one", "two", "three")
      const error = yield* Effect.flip(run())
      assert.strictEqual(error._tag, "AuthenticationFailed")
      assert.strictEqual((yield* select("SELECT * FROM batch_answers")).length, 3)
      assert.deepStrictEqual(yield* select("SELECT DISTINCT error FROM batch_errors"), [
        { error: "AuthenticationFailed" }
      ])
    }).pipe(
      withAccount({
        batches: ["one", "two", "three"].map((batchId) => ({
          ...batch(batchId),
          stages: { ...stages, active: 600_000 }
        })),
        faults: [
          { on: { calls: { from: 4 } }, fault: { _tag: "Forbidden" } },
          { on: { endpoint: "contacts" }, fault: { _tag: "Forbidden" } }
        ]
      })
    )
  )
})
