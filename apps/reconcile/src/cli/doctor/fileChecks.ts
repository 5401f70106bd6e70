import { lstatSync } from "node:fs"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import Sqlite from "better-sqlite3"
import * as Batches from "../../ledger/facts/Batches.js"
import { identify } from "../../ledger/file/identity.js"
import { readOnly } from "../../ledger/file/readOnly.js"
import * as Ledger from "../../ledger/Ledger.js"
import { fromSqlite } from "../../ledger/LedgerError.js"
import { held } from "../../ledger/lease/Lease.js"
import * as Reports from "../../ledger/reports/Reports.js"
import { schemaVersion } from "../../ledger/schema/migrations.js"
import { driver } from "../../sqliteDriver.js"
import { batchesOf, plural } from "../output/text.js"
import { ExitCode } from "../shell/ExitCode.js"
import { span } from "../../text/numbers.js"
import { shellCall } from "../../text/shellCall.js"
import { type Check, fail, failed, modeCheck, ok, warn } from "./Check.js"
import { describeNext, type NextRun, nextRun, type Options } from "./nextRun.js"

export const sqlite: Effect.Effect<Check> = Effect.sync(() => {
  const database = new Sqlite(":memory:")
  try {
    const version = database.prepare<[], string>("SELECT sqlite_version()").pluck().get()
    return ok("sqlite", `SQLite ${version} through ${driver}, on Node ${process.versions.node}.`)
  } finally {
    database.close()
  }
})

const soundness = (file: string) =>
  Effect.flatMap(readOnly(file), (database) =>
    Effect.try({
      try: () => {
        const faults = database.prepare<[], string>("PRAGMA integrity_check(3)").pluck().all()
        const orphans = database.prepare<[], { readonly table: string }>("PRAGMA foreign_key_check").all()
        return { faults: faults.filter((fault) => fault !== "ok"), orphans }
      },
      catch: (error) => fromSqlite(file, error)
    })
  ).pipe(Effect.scoped)

const restore =
  "Restore a copy of the file ('ac-reconcile snapshot' makes them), or name another with --db FILE."

const soundnessChecks = (file: string) =>
  Effect.match(soundness(file), {
    onFailure: (error) => [failed("integrity", error)],
    onSuccess: ({ faults, orphans }) => [
      faults.length === 0
        ? ok("integrity", "Every page and index of the file is sound.")
        : fail("integrity", `The database is damaged: ${faults.join("; ")}.`, restore, ExitCode.database),
      orphans.length === 0
        ? ok("foreign-keys", "Every row refers to one that is there.")
        : fail(
            "foreign-keys",
            `${plural(orphans.length, "row refers", "rows refer")} to one that is not there, in ${[...new Set(orphans.map(({ table }) => table))].join(", ")}.`,
            restore,
            ExitCode.database
          )
    ]
  })

const schemaCheck = (version: number) =>
  version === schemaVersion
    ? ok("schema", `Schema ${version}, as this version of ac-reconcile has it.`)
    : warn(
        "schema",
        `Schema ${version}; this version of ac-reconcile has ${schemaVersion}.`,
        "The next command that writes migrates the file, and keeps the old one beside it."
      )

const leaseCheck = Effect.map(held, (lease) => {
  if (lease === undefined) return ok("lease", "No run is at work on the file.")
  const who = `process ${lease.processId} on ${lease.host}`
  switch (lease.sight) {
    case "there":
      return ok("lease", `A run has been at work since ${lease.takenAt} (${who}).`)
    case "gone":
      return ok("lease", `A run that was stopped left its mark (${who}); the next one takes over at once.`)
    case "out-of-sight":
      return warn(
        "lease",
        `The file is marked as in use by ${who} since ${lease.takenAt}, which cannot be checked from here.`,
        "If that run is no longer there, start another: it waits up to 30 seconds for a sign of life, then takes over."
      )
  }
})

const accountCheck = (url: string | undefined) =>
  Effect.map(Ledger.boundAccount, (bound) => {
    if (bound === undefined) return ok("account-of-file", "The file is not tied to an account yet.")
    return url === undefined || bound === url
      ? ok("account-of-file", `The file belongs to the account at ${bound}.`)
      : fail(
          "account-of-file",
          `The file belongs to the account at ${bound}, not ${url}.`,
          "Name another file with --db FILE, or the other account with --profile NAME or ACTIVECAMPAIGN_URL.",
          ExitCode.database
        )
  })

const Purges = Ledger.rowOf("purges", {
  batches: Schema.Int,
  last: Schema.NullOr(Schema.String),
  since: Schema.NullOr(Schema.String)
})

const purgesCheck = Effect.map(
  Ledger.Ledger.query(
    Purges,
    (
      sql
    ) => sql`SELECT coalesce(sum(batches), 0) AS batches, max(purged_at) AS last, max(unchanged_since) AS since
      FROM purges`
  ),
  ([purges]) =>
    purges === undefined || purges.last === null
      ? ok("purges", "No batch was purged.")
      : ok(
          "purges",
          `${batchesOf(purges.batches)} unchanged since ${purges.since} ${purges.batches === 1 ? "was" : "were"} purged, the last on ${purges.last}; no total has them.`
        )
)

const longOpen = Duration.days(1)

const oldestCheck = Effect.gen(function* () {
  const { file } = yield* Ledger.Ledger
  const open = yield* Batches.open
  const [oldest] = open
  if (oldest === undefined) return ok("oldest-open-batch", "No batch is open.")
  const trouble = yield* Reports.troubleOf(oldest.batchId)
  const since = DateTime.make(oldest.since)
  const now = yield* DateTime.now
  const age = since._tag === "None" ? 0 : Math.max(0, DateTime.distance(since.value, now))
  const says = `${oldest.batchId}, the oldest of ${batchesOf(open.length)} that are open, has been so for ${span(age)}.`
  if (trouble !== undefined) {
    return warn(
      "oldest-open-batch",
      `${says} The last ${plural(trouble.times, "call")} about it gave no usable answer: ${trouble.message}`,
      `See: ${shellCall("batches show", file, oldest.batchId)}`
    )
  }
  return age < Duration.toMillis(longOpen)
    ? ok("oldest-open-batch", says)
    : warn(
        "oldest-open-batch",
        says,
        `Imports end within hours. Run them, one after the other: ${shellCall("run --once", file)}; ${shellCall("batches show", file, oldest.batchId)}`
      )
})

const inLedger = (options: Options) =>
  Effect.gen(function* () {
    const plan = yield* nextRun(options)
    const checks = [
      yield* leaseCheck,
      yield* accountCheck(options.url),
      yield* purgesCheck,
      yield* oldestCheck,
      describeNext(plan, options)
    ]
    return { checks, nextRun: plan }
  }).pipe(Effect.provide(Ledger.layerReadOnly(options.db)))

interface Found {
  readonly checks: ReadonlyArray<Check>
  readonly nextRun: NextRun | null
}

const found = (checks: ReadonlyArray<Check>, nextRun: NextRun | null = null): Found => ({ checks, nextRun })

/** Everything about the file. It is opened for reading only, and is left as it was. */
export const fileChecks = (options: Options): Effect.Effect<Found> =>
  Effect.gen(function* () {
    const { db } = options
    const identity = yield* identify(db, schemaVersion)
    if (identity._tag === "New") {
      return found([
        ok(
          "file",
          `${db} is not there yet; 'ac-reconcile contacts load' or 'ac-reconcile batches add' makes it.`
        )
      ])
    }
    const sound = yield* soundnessChecks(db)
    const link = lstatSync(db).isSymbolicLink() ? `, which leads to ${identity.path}` : ""
    const checks = [
      ok("file", `${db}${link} is a ledger of ac-reconcile.`),
      modeCheck("mode", identity.path, db),
      ...sound,
      schemaCheck(identity.version)
    ]
    if (sound.some(({ state }) => state === "fail")) return found(checks)
    return yield* Effect.match(inLedger(options), {
      onFailure: (error) => found([...checks, failed("file", error)]),
      onSuccess: (more) => found([...checks, ...more.checks], more.nextRun)
    })
  }).pipe(Effect.catchAll((error) => Effect.succeed(found([failed("file", error)]))))
