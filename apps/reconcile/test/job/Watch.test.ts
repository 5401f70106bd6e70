import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { BatchId } from "effect-activecampaign/BatchId"
import { requests } from "effect-activecampaign-simulator/Simulator"
import * as Batches from "../../src/ledger/facts/Batches.js"
import * as Ledger from "../../src/ledger/Ledger.js"
import * as Lease from "../../src/ledger/lease/Lease.js"
import { run, withAccount } from "../support/account.js"
import { answer, load, row, select, verdicts } from "../support/ledger.js"
import { temporaryFolder } from "../support/temporary.js"

const quick = { unset: 0, waiting: 0, claimed: 0, active: 2000 }
const slow = { ...quick, active: 600_000 }

const batch = (batchId: string, stages: typeof quick, ...emails: ReadonlyArray<string>) => ({
  batchId,
  stages,
  contacts: emails.map((email) => ({ email }))
})

/** Another connection to the file, as another command has. */
const elsewhere = (db: string) => Effect.provide(Ledger.layer(db))

/** A file with this scenario's account. */
const onFile = <A, E, R>(
  scenario: Parameters<typeof withAccount>[0],
  test: (db: string) => Effect.Effect<A, E, R>,
  options: { readonly apiToken?: string } = {}
) =>
  Effect.scoped(
    Effect.flatMap(temporaryFolder, (folder) => {
      const db = join(folder, "ledger.db")
      return withAccount(scenario, { ...options, db })(test(db))
    })
  )

const after = "30 seconds"

/** Runs with `--watch`, and stops after this time. */
const watching = (options: Parameters<typeof run>[0] & { readonly for: Duration.DurationInput }) =>
  run({ ...options, watch: Effect.sleep(options.for) })

describe("a run that watches", () => {
  it.effect("follows the batches that another command adds, whether it works or waits", () =>
    onFile(
      {
        batches: [
          batch("first", quick, "a@x.test"),
          batch("long", { ...quick, active: 60_000 }, "b@x.test"),
          batch("meanwhile", quick, "c@x.test"),
          batch("later", quick, "d@x.test")
        ]
      },
      (db) =>
        Effect.gen(function* () {
          yield* load([row("a@x.test", "first"), row("b@x.test", "long")])
          const watch = yield* Effect.fork(watching({ for: "10 minutes" }))
          yield* Effect.sleep(after)
          yield* elsewhere(db)(load([row("c@x.test", "meanwhile")], "more.csv"))
          yield* Effect.sleep("10 seconds")
          assert.include(yield* verdicts, "c@x.test: imported (count)")
          assert.include(yield* verdicts, "b@x.test: pending (unsettled)")
          yield* Effect.sleep("3 minutes")
          yield* elsewhere(db)(load([row("d@x.test", "later")], "last.csv"))
          const report = yield* Fiber.join(watch)
          assert.deepStrictEqual(
            report.settled.map(({ batchId }) => batchId),
            ["first", "long", "meanwhile", "later"]
          )
          assert.deepInclude(report, { open: 4, stillOpen: 0, problems: [], stopped: "idle" })
          assert.deepStrictEqual(
            report.events.flatMap((event) =>
              event._tag === "Joined" ? [`joined ${event.batches}`] : event._tag === "Idle" ? ["idle"] : []
            ),
            ["joined 1", "idle", "joined 1", "idle"]
          )
          assert.deepStrictEqual(
            yield* select("SELECT settled, finished_at IS NOT NULL AS finished FROM reconcile_runs"),
            [{ settled: 4, finished: 1 }]
          )
        })
    )
  )

  it.effect("starts with an empty file, and makes no call while it waits", () =>
    onFile({ batches: [batch("one", quick, "a@x.test")] }, (db) =>
      Effect.gen(function* () {
        const watch = yield* Effect.fork(
          watching({ for: "3 hours", account: { resolve: true, lookup: true } })
        )
        yield* Effect.sleep("1 hour")
        assert.strictEqual((yield* requests).length, 0)
        yield* elsewhere(db)(load([row("a@x.test", "one")]))
        yield* Effect.sleep("1 minute")
        const calls = (yield* requests).length
        assert.isAtLeast(calls, 2)
        const report = yield* Fiber.join(watch)
        assert.strictEqual((yield* requests).length, calls)
        assert.deepInclude(report, { open: 1, stopped: "idle" })
      })
    )
  )

  it.effect("resolves and looks up what contacts loaded meanwhile leave open", () =>
    onFile(
      {
        batches: [
          {
            batchId: "one",
            stages: quick,
            contacts: [{ email: "a@x.test" }, { email: "s@x.test", becomes: "silent" as const }]
          }
        ]
      },
      (db) =>
        Effect.gen(function* () {
          yield* Batches.add([BatchId.make("one")], { addedAt: "2031-04-02T07:00:00Z" })
          const watch = yield* Effect.fork(
            watching({ for: "10 minutes", account: { resolve: true, lookup: true } })
          )
          yield* Effect.sleep("2 minutes")
          assert.deepStrictEqual(yield* verdicts, [])
          yield* elsewhere(db)(load([row("a@x.test", "one"), row("s@x.test", "one")]))
          const report = yield* Fiber.join(watch)
          assert.deepStrictEqual(yield* verdicts, [
            "a@x.test: imported (id)",
            "s@x.test: missing (lookup-absent)"
          ])
          assert.deepInclude(report.lookedUp, { found: 0, absent: 1, left: 0 })
          assert.deepInclude(report, { open: 1, problems: [], stopped: "idle" })
        })
    )
  )

  it.effect("leaves the file to other commands while it waits, and goes on after them", () =>
    onFile({ batches: [batch("one", quick, "a@x.test"), batch("two", quick, "b@x.test")] }, (db) =>
      Effect.gen(function* () {
        const watch = yield* Effect.fork(watching({ for: "10 minutes" }))
        yield* Effect.sleep(after)
        yield* elsewhere(db)(
          Lease.whileLeased(Effect.zipRight(load([row("a@x.test", "one")]), Effect.sleep("2 minutes")))
        )
        yield* Effect.sleep(after)
        assert.deepStrictEqual(yield* verdicts, ["a@x.test: imported (count)"])
        const report = yield* Fiber.join(watch)
        assert.deepInclude(report, { open: 1, stopped: "idle" })
      })
    )
  )

  it.effect("stopped with work under way reports what it has, and leaves the rest to the next run", () =>
    onFile({ batches: [batch("one", quick, "a@x.test"), batch("long", slow, "b@x.test")] }, () =>
      Effect.gen(function* () {
        yield* load([row("a@x.test", "one"), row("b@x.test", "long")])
        const report = yield* watching({ for: "1 minute" })
        assert.deepStrictEqual(
          report.settled.map(({ batchId }) => batchId),
          ["one"]
        )
        assert.deepInclude(report, { open: 2, stillOpen: 1, problems: [], stopped: "busy" })
        assert.isUndefined(yield* Lease.held)
        assert.deepStrictEqual(yield* select("SELECT settled FROM reconcile_runs"), [{ settled: 1 }])
        const next = yield* run()
        assert.deepStrictEqual(
          next.settled.map(({ batchId }) => batchId),
          ["long"]
        )
      })
    )
  )

  it.effect("spends at most its calls in each hour, and does the rest in the next ones", () =>
    onFile(
      {
        batches: [
          {
            batchId: "one",
            stages: quick,
            contacts: Array.from({ length: 25 }, (_, at) => ({
              email: `s${at}@x.test`,
              becomes: "silent" as const
            }))
          }
        ]
      },
      () =>
        Effect.gen(function* () {
          yield* load(Array.from({ length: 25 }, (_, at) => row(`s${at}@x.test`, "one")))
          const first = yield* watching({ for: "30 minutes", account: { lookup: true, maxCalls: 10 } })
          assert.deepInclude(first.lookedUp, { absent: 10, left: 15 })
          const rest = yield* watching({ for: "90 minutes", account: { lookup: true, maxCalls: 10 } })
          assert.deepInclude(rest.lookedUp, { absent: 15, left: 0 })
          assert.strictEqual(rest.stopped, "idle")
        })
    )
  )

  it.effect("reports what the file says of batches that another run settled after taking over", () =>
    onFile({ batches: [batch("slow", slow, "a@x.test")] }, (db) =>
      Effect.gen(function* () {
        const watch = yield* Effect.fork(watching({ for: "5 minutes" }))
        yield* Effect.sleep(after)
        yield* elsewhere(db)(load([row("a@x.test", "slow")]))
        yield* Effect.sleep(after)
        assert.isDefined(yield* Lease.held)
        yield* elsewhere(db)(
          Effect.gen(function* () {
            yield* select("DELETE FROM writer_lease")
            yield* answer("slow", "completed", { success: [], failure: ["a@x.test"] })
          })
        )
        const report = yield* Fiber.join(watch)
        assert.strictEqual(report.settled[0]?.status, "completed")
        assert.deepInclude(report, { open: 1, stillOpen: 0, problems: [], stopped: "idle" })
      })
    )
  )

  it.effect("tries a batch again after an hour that it gave up", () =>
    onFile(
      {
        batches: [batch("odd", quick, "a@x.test")],
        faults: [{ on: { batchId: "odd", calls: [1, 2] }, fault: { _tag: "WrongShape" } }]
      },
      () =>
        Effect.gen(function* () {
          yield* load([row("a@x.test", "odd")])
          const report = yield* watching({ for: "3 hours" })
          assert.deepInclude(report, { open: 1, stillOpen: 0, problems: [], stopped: "idle" })
          assert.strictEqual(report.settled.length, 1)
          assert.include(
            report.events.map(({ _tag }) => _tag),
            "Failed"
          )
        })
    )
  )

  it.effect("ends with the error of a token that is refused, as any run", () =>
    onFile(
      { batches: [batch("one", quick, "a@x.test")] },
      (db) =>
        Effect.gen(function* () {
          const watch = yield* Effect.fork(Effect.flip(watching({ for: "1 hour" })))
          yield* Effect.sleep(after)
          yield* elsewhere(db)(load([row("a@x.test", "one")]))
          assert.strictEqual((yield* Fiber.join(watch))._tag, "AuthenticationFailed")
          assert.isUndefined(yield* Lease.held)
        }),
      { apiToken: "another" }
    )
  )
})
