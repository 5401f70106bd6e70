import { statSync } from "node:fs"
import { join } from "node:path"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as ActiveCampaignClient from "effect-activecampaign/ActiveCampaignClient"
import * as RateBudget from "effect-activecampaign/RateBudget"
import * as InProcess from "effect-activecampaign-simulator/InProcess"
import * as Scenario from "effect-activecampaign-simulator/Scenario"
import { truth } from "effect-activecampaign-simulator/Truth"
import { type Event, eventOf } from "../../src/cli/alert/Notice.js"
import type { LastNotice } from "../../src/ledger/facts/Runs.js"
import { ExitCode } from "../../src/cli/shell/ExitCode.js"
import * as reportedCalls from "../../src/job/reportedCalls.js"
import * as Run from "../../src/job/Run.js"
import { rebuild } from "../../src/ledger/conclusions/Reconciliation.js"
import { purge } from "../../src/ledger/erase/Purge.js"
import * as Ledger from "../../src/ledger/Ledger.js"
import * as LocalContacts from "../../src/ledger/load/LocalContacts.js"
import { readReport } from "../../src/report/readReport.js"
import { row, select } from "../support/ledger.js"
import { folderInMemory } from "../support/temporary.js"
import * as virtualClock from "../support/virtualClock.js"
import { batches, type Call, hour, hours, isDown, isLimited, outdoors, setBy } from "./support/year.js"

/** A pass an hour in CI; fewer elsewhere. */
const every = Number(process.env.AC_YEAR_HOURS ?? 12)

const monthly = 30 * 24
const kept = Duration.days(90)

/** How a pass ended. */
interface Pass {
  readonly at: number
  /** What it complained about; a good one complains about nothing. */
  readonly problems: ReadonlyArray<string>
  /** As the run itself would name it. */
  readonly reason: string
}

/** What somebody was told, and when. */
interface Told {
  readonly at: number
  readonly event: Event
}

interface Year {
  readonly passes: ReadonlyArray<Pass>
  readonly calls: ReadonlyArray<Call>
  /** Bytes after each purge. */
  readonly sizes: ReadonlyArray<number>
  readonly purged: number
}

const scenario = Scenario.make({ batches, rateLimit: { requests: 5 } })

const iso = Effect.map(DateTime.now, DateTime.formatIso)

/** What was sent on a day, with the batch that it was sent in. */
const loadDay = (at: number) =>
  Effect.gen(function* () {
    const rows = (batches[at]?.contacts ?? []).map(({ email }) => row(email, `day-${at}`))
    yield* LocalContacts.load(
      { name: `day-${at}.csv`, rejected: () => 0, namesBatches: true },
      Stream.succeed(rows),
      yield* iso
    )
  })

const onePass = Run.run({
  follow: true,
  once: true,
  deadline: Duration.minutes(30),
  account: { resolve: true, lookup: true, maxCalls: 500 },
  onEvent: () => Effect.void
}).pipe(
  Effect.map(({ problems }) => ({
    problems: problems.map(({ message }) => message),
    reason: problems.length === 0 ? "Done" : "Incomplete"
  })),
  Effect.catchAll((error) =>
    error._tag === "LedgerError"
      ? Effect.die(error)
      : Effect.succeed({ problems: [error.message], reason: error._tag })
  )
)

/** What `--notify` would have told somebody. */
const toldOf = (passes: ReadonlyArray<Pass>): ReadonlyArray<Told> => {
  let last: LastNotice | undefined
  const told: Array<Told> = []
  for (const { at, reason } of passes) {
    const exitCode = reason === "Done" ? ExitCode.done : ExitCode.unexpected
    const event = eventOf(last, { exitCode, reason }, at)
    if (event === undefined) continue
    last = { exitCode, reason, sentAt: DateTime.unsafeMake(at) }
    told.push({ at, event })
  }
  return told
}

/** Each pass opens the file, as a process of its own would. */
const live = (db: string, timeline: virtualClock.Timeline) =>
  Effect.gen(function* () {
    const calls: Array<Call> = []
    const passes: Array<Pass> = []
    const sizes: Array<number> = []
    let purged = 0
    const client = yield* ActiveCampaignClient.make({
      url: InProcess.url,
      apiToken: Redacted.make(scenario.apiToken),
      retry: reportedCalls.retry
    }).pipe(
      Effect.provideService(
        HttpClient.HttpClient,
        outdoors(yield* HttpClient.HttpClient, { timeline, steady: virtualClock.of(timeline) }, (call) =>
          calls.push(call)
        )
      ),
      Effect.provide(
        reportedCalls.budgetLayer.pipe(Layer.provide(RateBudget.layer({ requestsPerSecond: 4 })))
      )
    )
    // A day more, so that the last batch can end.
    for (let at = 0; at < hours + 24; at += every) {
      const late = at * hour - timeline.elapsed()
      if (late > 0) yield* Effect.sleep(late)
      yield* Effect.gen(function* () {
        // The first pass after nine o'clock brings what was sent that day.
        if (at < hours && at % 24 >= 9 && at % 24 < 9 + every) yield* loadDay(Math.floor(at / 24))
        const began = timeline.elapsed()
        passes.push({ at: began, ...(yield* onePass) })
        if (at > 0 && at % monthly === 0) {
          const before = DateTime.formatIso(DateTime.subtractDuration(yield* DateTime.now, kept))
          purged += (yield* purge({ now: yield* iso, before })).batches
          yield* select("PRAGMA wal_checkpoint(TRUNCATE)")
          yield* select("VACUUM")
          sizes.push(statSync(db).size)
        }
      }).pipe(
        Effect.provideService(ActiveCampaignClient.ActiveCampaignClient, client),
        Effect.provide(Ledger.layer(db))
      )
    }
    const year: Year = { passes, calls, sizes, purged }
    return year
  })

/** Outcomes that the lists alone decide, and how those come out that are looked up. */
const wrong = Effect.map(
  select<{ batch_id: string; email_key: string; outcome: string }>(
    "SELECT batch_id, email_key, outcome FROM contact_status"
  ),
  (rows) => {
    const fates = new Map(truth(scenario).map((fate) => [`${fate.batchId} ${fate.emailKey}`, fate]))
    const never = new Set(batches.filter(({ ends }) => ends === "never").map(({ batchId }) => batchId))
    return rows.filter(({ batch_id, email_key, outcome }) => {
      const fate = fates.get(`${batch_id} ${email_key}`)
      if (fate === undefined) return true
      if (never.has(batch_id)) return outcome !== "pending"
      if (fate.inFailure) return outcome !== "rejected"
      if (fate.inSuccess) return outcome !== "imported"
      return outcome !== "missing" && outcome !== "present"
    })
  }
)

describe("a year without anybody looking", () => {
  it.live(
    "ends with a right report, wastes no call, complains only while the account is down or refuses, and stays small",
    () =>
      Effect.gen(function* () {
        const timeline = virtualClock.timeline()
        const db = join(yield* folderInMemory, "reconcile.db")
        const year = yield* Effect.flatMap(Layer.build(InProcess.layer(scenario)), (context) =>
          Effect.provideService(
            live(db, timeline),
            HttpClient.HttpClient,
            Context.get(context, HttpClient.HttpClient)
          )
        ).pipe(Effect.withClock(virtualClock.of(timeline, setBy)), Effect.withRandom(Random.make(2031)))

        const bad = year.passes.filter(({ problems }) => problems.length > 0)
        const without = bad.filter(({ at }) => !isDown(at) && !isLimited(at))
        assert.deepStrictEqual(without, [], "passes that complain without cause")
        assert.isNotEmpty(bad.filter(({ at }) => isDown(at)))

        const told = toldOf(year.passes)
        const failed = told.filter(({ event }) => event === "failed")
        assert.deepStrictEqual(
          failed.filter(({ at }) => !isDown(at) && !isLimited(at)),
          []
        )
        // A day without the account is one piece of news, and its end another.
        assert.strictEqual(failed.filter(({ at }) => isDown(at)).length, 1)
        assert.strictEqual(told.filter(({ event }) => event === "recovered").length, failed.length)

        // A settled batch costs nothing from then on.
        const perBatch = year.calls.filter(({ batchId }) => batchId !== null).length / batches.length
        assert.isBelow(perBatch, 3 + 24 / every)

        assert.isAbove(year.purged, 200)
        // The batch that never ends is asked about in every pass from day 210 on. By day 300 their runs fill the time kept.
        const [first = 0] = year.sizes.slice(9)
        const last = year.sizes.at(-1) ?? 0
        assert.isBelow(last, 1.05 * first, `the file grew from ${first} to ${last} bytes`)

        yield* Effect.gen(function* () {
          assert.deepStrictEqual(yield* wrong, [])
          const { outcomes, totals } = yield* readReport(db, {
            limits: { contacts: 1000, batches: 1000, findings: 1000 }
          })
          assert.strictEqual(totals.open, 1)
          assert.strictEqual(
            outcomes.reduce((sum, { contacts }) => sum + contacts, 0),
            totals.sent
          )
          assert.strictEqual((yield* rebuild).changed, 0)
        }).pipe(Effect.provide(Ledger.layer(db)), Effect.withClock(Clock.make()))
      }).pipe(Effect.scoped),
    600_000
  )
})
