import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Run from "../../src/job/Run.js"
import type { RunEvent } from "../../src/job/RunEvent.js"
import { Ledger } from "../../src/ledger/Ledger.js"
import { withAccount } from "../support/account.js"
import { load, row, select, verdicts } from "../support/ledger.js"

const atOnce = { unset: 0, waiting: 0, claimed: 0, active: 0 }
const batch = (batchId: string, email: string, stages = atOnce) => ({
  batchId,
  stages,
  contacts: [{ email }]
})

const following = (onEvent: (event: RunEvent) => Effect.Effect<void> = () => Effect.void) =>
  Run.run({
    follow: true,
    once: false,
    deadline: Duration.minutes(30),
    account: { resolve: false, lookup: false, maxCalls: 0 },
    onEvent
  })

/** How many transactions an effect takes. */
const transactions = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    let times = 0
    const transact: typeof ledger.transact = (inside) => {
      times += 1
      return ledger.transact(inside)
    }
    yield* Effect.provideService(effect, Ledger, { ...ledger, transact })
    return times
  })

const many = Array.from({ length: 40 }, (_, at) => batch(`b${at}`, `c${at}@x.test`))

describe("a batch that has settled", () => {
  it.effect("is decided together with the others that settled within half a second", () =>
    Effect.gen(function* () {
      yield* load(many.map(({ batchId }, at) => row(`c${at}@x.test`, batchId)))
      // One for each answer; and those that begin and end the run and tie the file to the account.
      assert.isAtMost(yield* transactions(following()), 40 + 4 + 4)
      assert.deepStrictEqual(yield* select("SELECT count(*) AS decided FROM verdicts"), [{ decided: 40 }])
    }).pipe(withAccount({ batches: many, rateLimit: null }, { requestsPerSecond: 1000 }))
  )

  it.effect(
    "is told when its outcomes can be read, half a second after its answer, while others are open",
    () =>
      Effect.gen(function* () {
        yield* load([row("a@x.test", "quick"), row("c@x.test", "slow")])
        const ledger = yield* Ledger
        const told: Array<unknown> = []
        yield* following((event) =>
          event._tag !== "Settled"
            ? Effect.void
            : Effect.gen(function* () {
                const [answer] = yield* select<{ readonly received_at: string }>(
                  `SELECT received_at FROM batch_answers WHERE batch_id = '${event.batchId}' AND status = 'completed'`
                )
                const at = DateTime.unsafeMake(answer?.received_at ?? "")
                told.push([event.batchId, DateTime.distance(at, yield* DateTime.now), yield* verdicts])
              }).pipe(Effect.provideService(Ledger, ledger), Effect.orDie)
        )
        assert.deepStrictEqual(told[0], [
          "quick",
          500,
          ["a@x.test: imported (count)", "c@x.test: pending (unsettled)"]
        ])
      }).pipe(
        withAccount({
          batches: [batch("quick", "a@x.test"), batch("slow", "c@x.test", { ...atOnce, active: 60_000 })]
        })
      )
  )

  it.effect("is decided and reported before an interrupted run ends", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "quick"), row("c@x.test", "slow")])
      const told: Array<string> = []
      const running = yield* Effect.fork(
        following((event) => Effect.sync(() => event._tag === "Settled" && told.push(event.batchId)))
      )
      const recorded = select("SELECT 1 FROM batch_answers WHERE status = 'completed'")
      yield* Effect.repeat(Effect.delay(recorded, 10), { until: (rows) => rows.length > 0 })
      assert.deepStrictEqual(told, [])
      yield* Fiber.interrupt(running)
      assert.deepStrictEqual(told, ["quick"])
      assert.deepStrictEqual(yield* verdicts, ["a@x.test: imported (count)", "c@x.test: pending (unsettled)"])
      assert.deepStrictEqual(yield* select("SELECT * FROM stale_marks"), [])
      assert.deepStrictEqual(
        yield* select("SELECT settled, finished_at IS NOT NULL AS finished FROM reconcile_runs"),
        [{ settled: 1, finished: 1 }]
      )
    }).pipe(
      withAccount({
        batches: [batch("quick", "a@x.test"), batch("slow", "c@x.test", { ...atOnce, active: 600_000 })]
      })
    )
  )
})
