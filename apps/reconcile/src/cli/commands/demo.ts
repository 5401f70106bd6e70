import { join, relative } from "node:path"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as ActiveCampaignClient from "effect-activecampaign/ActiveCampaignClient"
import * as RateBudget from "effect-activecampaign/RateBudget"
import * as NodeServer from "effect-activecampaign-simulator/NodeServer"
import * as Simulator from "effect-activecampaign-simulator/Simulator"
import { use } from "../../files/Disk.js"
import * as MadeUpName from "../../files/MadeUpName.js"
import * as reportedCalls from "../../job/reportedCalls.js"
import { identify } from "../../ledger/file/identity.js"
import * as Ledger from "../../ledger/Ledger.js"
import { fromSqlite, LedgerError } from "../../ledger/LedgerError.js"
import { schemaVersion } from "../../ledger/schema/migrations.js"
import * as Reports from "../../ledger/reports/Reports.js"
import { readOnly } from "../../ledger/file/readOnly.js"
import { shellCall } from "../../text/shellCall.js"
import { ExitCode } from "../shell/ExitCode.js"
import { httpClient } from "../shell/httpClient.js"
import { json } from "../shell/options.js"
import { respond } from "../shell/respond.js"
import { runAndReport } from "../runAndReport.js"
import * as sample from "../sample.js"
import { batchesOf, plural } from "../output/text.js"

const directory = Options.text("directory").pipe(
  Options.withDefault("ac-reconcile-demo"),
  Options.withDescription("Where the demo keeps its files (default: ac-reconcile-demo)")
)

/** A demo starts from scratch, but deletes only what an earlier demo made. */
const clear = (file: string) =>
  Effect.gen(function* () {
    const identity = yield* identify(file, schemaVersion)
    if (identity._tag === "New") return
    const stranger = yield* Effect.flatMap(readOnly(file), (database) =>
      Effect.try({ try: () => sample.strangerIn(database), catch: (error) => fromSqlite(file, error) })
    ).pipe(Effect.scoped)
    if (stranger !== undefined) {
      return yield* new LedgerError({
        file,
        kind: "other-account",
        reason: `${stranger}, so it was left unchanged. Choose another folder with --directory.`
      })
    }
    // The ledger is deleted last: the files that SQLite keeps next to it mean nothing without it.
    for (const ending of ["-wal", "-shm", "-journal"]) {
      yield* Effect.ignore(use((disk) => disk.remove(`${identity.path}${ending}`)))
    }
    yield* Effect.mapError(
      use((disk) => disk.remove(identity.path)),
      ({ reason }) =>
        new LedgerError({
          file,
          kind: "unusable",
          reason: `it cannot be replaced (${reason}). Choose another folder with --directory.`
        })
    )
  })

const plan = (dir: string) => ({ contacts: join(dir, "demo-contacts.csv"), db: join(dir, "demo.db") })

/** The faults the simulator sent on purpose, from its own record of the requests. */
const survived = Effect.map(Simulator.requests, (requests) => {
  const times = (status: number) =>
    requests.filter((request) => Option.contains(request.status, status)).length
  const calls = plural(requests.length, "call")
  return `The simulator answered ${calls}: ${times(429)} of them with 429 (rate limited) and ${times(503)} with 503 (unavailable). The run recovered from all of them.`
})

const whatNext = (db: string) =>
  Effect.gen(function* () {
    const attention = yield* Reports.attention({ limit: 1 })
    const batches = yield* Reports.batches
    const batchId = batches.find((batch) => batch.missing > 0)?.batch_id ?? batches[0]?.batch_id ?? ""
    const email = attention[0]?.email ?? ""
    return [
      "Next, try",
      `  npx ${shellCall("explain", db, email)}`,
      `  npx ${shellCall("batches show", db, batchId)}`,
      `  npx ${shellCall("query", db)} "select email, reason from retry_candidates"`,
      "To use your own account, see 'The job' in README.md."
    ].join("\n")
  })

/** Writes what the demo sends, and returns the file name: somebody else's file is never replaced. */
const writeSample = (name: string) =>
  Effect.gen(function* () {
    const writer = yield* MadeUpName.into(name, {
      hint: "Choose another folder with --directory.",
      inputs: []
    })
    yield* writer.write(sample.csv)
    return (yield* writer.finish).file
  }).pipe(Effect.scoped)

const rehearse = (dir: string, quiet: boolean) =>
  Effect.gen(function* () {
    const say = (text: string) => (quiet ? Effect.void : Console.log(text))
    const server = yield* NodeServer.NodeServer
    const files = plan(relative("", dir) || ".")
    yield* say(`A simulated ActiveCampaign account is listening on ${server.url}.`)

    const contacts = yield* writeSample(files.contacts)
    const loaded = yield* sample.load(contacts)
    yield* say(
      `${plural(loaded.rows, "contact")} loaded from ${contacts}; they were sent in ${batchesOf(loaded.batches)}.\n`
    )

    const options = {
      follow: true,
      deadline: Duration.minutes(2),
      account: sample.account,
      failOn: [],
      suggest: false,
      json: quiet
    }
    yield* say("First a single pass, like one from cron (ac-reconcile run --once):")
    const first = yield* runAndReport({ ...options, once: true })
    const pending = first.result.summary.outcomes.find(({ outcome }) => outcome === "pending")?.contacts ?? 0
    yield* say(
      `${batchesOf(first.result.run.open)} asked about, ${first.result.run.settled.length} settled, ${plural(pending, "contact")} pending.\n`
    )

    yield* say("Then a full run, until every batch has settled (ac-reconcile run):")
    const last = yield* runAndReport({ ...options, once: false })
    return {
      text: `\n${last.text}\n\n${yield* survived}\n\n${yield* whatNext(files.db)}`,
      result: last.result,
      // Some batches of the demo fail on purpose.
      exitCode:
        last.result.run.stillOpen === 0 && last.result.run.problems.length === 0
          ? ExitCode.done
          : ExitCode.unexpected
    }
  })

const client = Layer.unwrapEffect(
  Effect.map(NodeServer.NodeServer, ({ url }) =>
    ActiveCampaignClient.layer({
      url,
      apiToken: Redacted.make(sample.scenario.apiToken),
      retry: reportedCalls.retry
    })
  )
).pipe(Layer.provide([httpClient, reportedCalls.budgetLayer.pipe(Layer.provide(RateBudget.layer()))]))

export const demo = Command.make("demo", { directory, json }, (options) =>
  respond(
    "demo",
    options.json,
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { db } = plan(options.directory)
      yield* Effect.mapError(
        fs.makeDirectory(options.directory, { recursive: true }),
        () =>
          new LedgerError({
            file: options.directory,
            kind: "unusable",
            reason: "the folder cannot be created. Choose another with --directory."
          })
      )
      yield* clear(db)
      return yield* rehearse(options.directory, options.json).pipe(
        Effect.provide(
          Layer.mergeAll(client, Ledger.layer(db)).pipe(Layer.provideMerge(NodeServer.layer(sample.scenario)))
        )
      )
    })
  )
).pipe(
  Command.withDescription("Reconcile a sample against the simulator: no account, nothing leaves this machine")
)
