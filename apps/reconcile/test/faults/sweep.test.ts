import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { vi } from "vitest"
import * as ActiveCampaignClient from "effect-activecampaign/ActiveCampaignClient"
import * as RateBudget from "effect-activecampaign/RateBudget"
import * as InProcess from "effect-activecampaign-simulator/InProcess"
import { respond } from "../../src/cli/shell/respond.js"
import { runAndReport } from "../../src/cli/runAndReport.js"
import * as Ledger from "../../src/ledger/Ledger.js"
import { conclusions, pragma, rows } from "../cli/support/database.js"
import { migrations } from "../support/laterSchema.js"
import * as virtualClock from "../support/virtualClock.js"
import { accountOf } from "./support/account.js"
import { type Counter, failing, type Lasting } from "./support/counter.js"
import { withFailingFiles } from "./support/fileOperations.js"
import { command, ended, type Ended } from "./support/inProcess.js"
import { withFailingWrites } from "./support/sqlWrites.js"

vi.mock("../../src/ledger/schema/migrations.js", () => import("../support/laterSchema.js"))

/** Every how many-th point is tried. CI tries them all, with AC_FAULT_STEP=1. */
const step = Number(process.env.AC_FAULT_STEP ?? 11)

const scenario = accountOf({ unset: 0, waiting: 0, claimed: 0, active: 0 }, { rateLimit: null })

const sent = [
  "email,name,batch",
  ...scenario.batches.flatMap(({ batchId, contacts }) =>
    contacts.map(({ email }, at) => `${email},Contact ${at},${batchId}`)
  ),
  ",without an address,full",
  ""
].join("\n")

/** Commands that do a job one after the other, in a folder in which something was done before. */
interface Job {
  readonly name: string
  readonly before: (folder: string) => Effect.Effect<void, unknown>
  readonly commands: (folder: string) => ReadonlyArray<Effect.Effect<Ended>>
}

const database = (folder: string) => join(folder, "reconcile.db")

const run = (args: (folder: string) => ReadonlyArray<string>) => (folder: string) =>
  command([...args(folder), "--db", database(folder)])

const load = run((folder) => [
  ...["contacts", "load", join(folder, "sent.csv"), "--batch-column", "batch", "--source", "crm"]
])
const exported = run((folder) => ["export", "outcomes", "--output", join(folder, "outcomes.csv")])
const erased = run(() => ["erase", "ada@example.test", "--yes"])
// The run happened in 2031, by its own clock.
const purged = (folder: string) =>
  Effect.withClock(
    command(["purge", "--older-than", "90d", "--yes", "--db", database(folder)]),
    virtualClock.make(Date.parse("2032-01-01T00:00:00Z"))
  )
const copied = run((folder) => ["snapshot", join(folder, "copy.db")])

/** `run --once`, on an account in this process and a clock that runs as fast as it can. */
const followed = (folder: string): Effect.Effect<Ended> => {
  const client = ActiveCampaignClient.layer({
    url: InProcess.url,
    apiToken: Redacted.make(scenario.apiToken)
  }).pipe(Layer.provide(RateBudget.layerUnlimited), Layer.provide(InProcess.layer(scenario)))
  return ended(
    respond(
      "run",
      false,
      runAndReport({
        follow: true,
        once: true,
        deadline: Duration.minutes(5),
        account: { resolve: true, lookup: true, maxCalls: 1000 },
        failOn: [],
        suggest: false,
        json: false
      }).pipe(Effect.provide(client), Effect.provide(Ledger.layer(database(folder), { mustExist: true })))
    ).pipe(Effect.withClock(virtualClock.make()))
  )
}

/** Runs the commands up to the first that fails; how that one ended, or nothing. */
const perform = (commands: ReadonlyArray<Effect.Effect<Ended>>) =>
  Effect.gen(function* () {
    for (const one of commands) {
      const how = yield* one
      if (how.code !== 0) return how
    }
    return undefined
  })

const mustSucceed = (commands: ReadonlyArray<Effect.Effect<Ended>>) =>
  Effect.map(perform(commands), (failed) => assert.isUndefined(failed, JSON.stringify(failed)))

const reconciled = (folder: string) => mustSucceed([load(folder), followed(folder)])

const jobs: ReadonlyArray<Job> = [
  {
    name: "loading, running and exporting",
    before: () => Effect.void,
    commands: (folder) => [load(folder), followed(folder), exported(folder)]
  },
  {
    name: "loading again",
    before: (folder) => mustSucceed([load(folder)]),
    commands: (folder) => [load(folder)]
  },
  { name: "erasing", before: reconciled, commands: (folder) => [erased(folder)] },
  { name: "purging", before: reconciled, commands: (folder) => [purged(folder)] },
  { name: "taking a snapshot", before: reconciled, commands: (folder) => [copied(folder)] },
  {
    name: "bringing an older ledger to this schema",
    before: (folder) =>
      Effect.scoped(
        Effect.asVoid(Layer.build(Ledger.layer(database(folder), { migrations: migrations.slice(0, -1) })))
      ),
    commands: (folder) => [load(folder)]
  }
]

const withoutTimes = (all: ReadonlyArray<Readonly<Record<string, unknown>>>) =>
  all.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !name.endsWith("_at"))))

/** What a folder holds in the end: facts, conclusions, and the names of its files. */
const content = (folder: string) => {
  const file = database(folder)
  assert.strictEqual(pragma(file, "integrity_check"), "ok")
  assert.deepStrictEqual(rows(file, "PRAGMA foreign_key_check"), [])
  return {
    files: readdirSync(folder).sort(),
    ...conclusions(file),
    links: withoutTimes(rows(file, "SELECT * FROM links ORDER BY contact_id, email_key")),
    lookups: withoutTimes(
      rows(file, "SELECT DISTINCT email_key, email, contact_id, found_email FROM lookups ORDER BY email_key")
    )
  }
}

/** What would show that a run is over: this process lives on, unlike one that ends with its command. */
const endedProcess = (file: string) => {
  if (!existsSync(file)) return
  const ledger = new Sqlite(file)
  const has = ledger.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'writer_lease'").get()
  if (has !== undefined) ledger.exec("DELETE FROM writer_lease")
  ledger.close()
}

const newFolder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "ac-reconcile-faults-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

/** One way in which what a job stands on can fail. */
interface Kind {
  readonly name: string
  readonly under: (counter: Counter) => <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

const kinds: ReadonlyArray<Kind> = [
  { name: "SQL write", under: withFailingWrites },
  { name: "file operation", under: withFailingFiles }
]

/** Fails each point of a job in turn, and tells how many there were. */
const sweep = (job: Job, kind: Kind, lasting: Lasting) =>
  Effect.gen(function* () {
    const before = yield* newFolder
    writeFileSync(join(before, "sent.csv"), sent)
    yield* job.before(before)
    const begun = Effect.tap(newFolder, (folder) => cpSync(before, folder, { recursive: true }))
    const whole = yield* begun
    const undisturbed = failing(0, "once")
    yield* mustSucceed(job.commands(whole)).pipe(kind.under(undisturbed))
    const expected = content(whole)

    let points = 0
    for (let nth = 1; nth <= undisturbed.count(); nth += step) {
      points += 1
      yield* Effect.scoped(
        Effect.gen(function* () {
          const at = yield* begun
          const place = `${kind.name} ${nth} ${lasting}, ${job.name}`
          const failed = yield* perform(job.commands(at)).pipe(kind.under(failing(nth, lasting)))
          if (failed !== undefined) {
            assert.include([1, 7], failed.code, `${place}: ${JSON.stringify(failed)}`)
            assert.notMatch(failed.stderr, /bug in ac-reconcile|\n {2,}at /, place)
            endedProcess(database(at))
            const again = yield* perform(job.commands(at))
            assert.isUndefined(again, `${place}, and again: ${JSON.stringify(again)}, after ${failed.stderr}`)
          }
          assert.deepStrictEqual(content(at), expected, place)
        })
      )
    }
    return points
  }).pipe(Effect.scoped)

describe("a job that fails at each of its points in turn, and is then run again", () => {
  for (const kind of kinds) {
    for (const lasting of ["once", "from then on"] as const) {
      for (const job of jobs) {
        it.live(
          `${job.name}: each ${kind.name} fails ${lasting}`,
          () =>
            Effect.gen(function* () {
              const points = yield* sweep(job, kind, lasting)
              assert.isAbove(points, 0)
              yield* Effect.sync(() =>
                process.stderr.write(`${points} points failed: ${kind.name} ${lasting}, ${job.name}\n`)
              )
            }),
          900_000
        )
      }
    }
  }
})
