import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as NodeServer from "effect-activecampaign-simulator/NodeServer"
import * as Scenario from "effect-activecampaign-simulator/Scenario"
import * as Ledger from "../../src/ledger/Ledger.js"
import { migrations } from "../../src/ledger/migrations.js"
import { conclusions, pragma, rows } from "../cli/support/database.js"
import { type Counter, failing, type Lasting } from "./support/counter.js"
import { withFailingFiles } from "./support/fileOperations.js"
import { command } from "./support/inProcess.js"
import { withFailingWrites } from "./support/sqlWrites.js"

/** Every how many-th point is tried. CI tries them all, with AC_FAULT_STEP=1. */
const step = Number(process.env.AC_FAULT_STEP ?? 11)

const stages = { unset: 0, waiting: 0, claimed: 0, active: 0 }

const scenario = Scenario.make({
  rateLimit: null,
  batches: [
    {
      batchId: "full",
      stages,
      strangers: { success: ["900"], failure: ["stranger@example.test"] },
      contacts: [
        { email: "ada@example.test", becomes: "created" },
        { email: "bea@example.test", becomes: "rejected" },
        { email: "carl@example.test", becomes: "silent" },
        { email: "dora@example.test", becomes: "contradictory" }
      ]
    },
    {
      batchId: "broken",
      stages,
      ends: "failed",
      processed: 1,
      contacts: [{ email: "ada@example.test" }, { email: "emil@example.test" }]
    },
    { batchId: "clean", stages, contacts: [{ email: "fay@example.test" }, { email: "gus@example.test" }] }
  ]
})

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
  readonly before: (at: Place) => Effect.Effect<void, unknown>
  readonly commands: (at: Place) => ReadonlyArray<ReadonlyArray<string>>
}

interface Place {
  readonly folder: string
  readonly url: string
}

const inFolder = ({ folder }: Place, name: string) => join(folder, name)
const database = (at: Place) => inFolder(at, "reconcile.db")
const db = (at: Place) => ["--db", database(at)]

const load = (at: Place) => [
  ...["contacts", "load", inFolder(at, "sent.csv"), "--batch-column", "batch", "--source", "crm", ...db(at)]
]
const run = (at: Place) => [
  "run",
  "--once",
  "--requests-per-second",
  "1000",
  "--account-limit",
  "1000",
  ...db(at)
]
const exported = (at: Place) => ["export", "outcomes", "--output", inFolder(at, "outcomes.csv"), ...db(at)]

const environment = ({ url }: Place) => ({
  ACTIVECAMPAIGN_URL: url,
  ACTIVECAMPAIGN_API_KEY: scenario.apiToken
})

/** Runs the commands up to the first that fails; what that one said, or nothing. */
const perform = (at: Place, commands: ReadonlyArray<ReadonlyArray<string>>) =>
  Effect.gen(function* () {
    for (const args of commands) {
      const ended = yield* command(args, environment(at))
      if (ended.code !== 0) return { args, ...ended }
    }
    return undefined
  })

const mustSucceed = (at: Place, commands: ReadonlyArray<ReadonlyArray<string>>) =>
  Effect.map(perform(at, commands), (failed) => assert.isUndefined(failed, JSON.stringify(failed)))

const reconciled = (at: Place) => mustSucceed(at, [load(at), run(at)])

const jobs: ReadonlyArray<Job> = [
  {
    name: "loading, running and exporting",
    before: () => Effect.void,
    commands: (at) => [load(at), run(at), exported(at)]
  },
  {
    name: "loading again",
    before: (at) => mustSucceed(at, [load(at)]),
    commands: (at) => [load(at)]
  },
  {
    name: "erasing",
    before: reconciled,
    commands: (at) => [["erase", "ada@example.test", "--yes", ...db(at)]]
  },
  {
    name: "taking a snapshot",
    before: reconciled,
    commands: (at) => [["snapshot", inFolder(at, "copy.db"), ...db(at)]]
  },
  {
    name: "bringing an older ledger to this schema",
    before: (at) =>
      Effect.scoped(
        Effect.flatMap(
          Layer.build(Ledger.layer(database(at), { migrations: migrations.slice(0, -1) })),
          () => Effect.void
        )
      ),
    commands: (at) => [load(at), run(at)]
  }
]

const withoutTimes = (all: ReadonlyArray<Readonly<Record<string, unknown>>>) =>
  all.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !name.endsWith("_at"))))

/** What a folder holds in the end: facts, conclusions, and the names of its files. */
const content = (at: Place) => {
  const file = database(at)
  assert.strictEqual(pragma(file, "integrity_check"), "ok")
  assert.deepStrictEqual(rows(file, "PRAGMA foreign_key_check"), [])
  return {
    files: readdirSync(at.folder).sort(),
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

let scope: Scope.CloseableScope
let url = ""

beforeAll(async () => {
  scope = await Effect.runPromise(Scope.make())
  const context = await Effect.runPromise(Layer.buildWithScope(NodeServer.layer(scenario), scope))
  url = Context.get(context, NodeServer.NodeServer).url
})
afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

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
    const before = { folder: yield* newFolder, url }
    writeFileSync(inFolder(before, "sent.csv"), sent)
    yield* job.before(before)
    const begun = Effect.map(newFolder, (folder): Place => {
      cpSync(before.folder, folder, { recursive: true })
      return { folder, url }
    })
    const whole = yield* begun
    const undisturbed = failing(0, "once")
    yield* mustSucceed(whole, job.commands(whole)).pipe(kind.under(undisturbed))
    const expected = content(whole)

    let points = 0
    for (let nth = 1; nth <= undisturbed.count(); nth += step) {
      points += 1
      yield* Effect.scoped(
        Effect.gen(function* () {
          const at = yield* begun
          const place = `${kind.name} ${nth} ${lasting}, ${job.name}`
          const failed = yield* perform(at, job.commands(at)).pipe(kind.under(failing(nth, lasting)))
          if (failed !== undefined) {
            assert.include([1, 7], failed.code, `${place}: ${JSON.stringify(failed)}`)
            assert.notMatch(failed.stderr, /fault of ac-reconcile|\n {2,}at /, place)
            endedProcess(database(at))
            const again = yield* perform(at, job.commands(at))
            assert.isUndefined(again, `${place}, and again: ${JSON.stringify(again)}, after ${failed.stderr}`)
          }
          assert.deepStrictEqual(content(at), expected, place)
        })
      )
    }
    return points
  }).pipe(Effect.scoped)

describe("a job in which one point after the other fails, and which is then run again", () => {
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
