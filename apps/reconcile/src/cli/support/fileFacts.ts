import { createHash } from "node:crypto"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import { use } from "../../files/Disk.js"
import { identify } from "../../ledger/file/identity.js"
import { keptCopies } from "../../ledger/file/keptCopies.js"
import { readOnly } from "../../ledger/file/readOnly.js"
import * as Ledger from "../../ledger/Ledger.js"
import { fromSqlite } from "../../ledger/LedgerError.js"
import { held } from "../../ledger/lease/Lease.js"
import { migrations, schemaVersion } from "../../ledger/schema/migrations.js"
import { ownTables } from "../../ledger/schema/ownTables.js"
import { recordViews } from "../../ledger/schema/recordViews.js"
import { views } from "../../ledger/schema/views.js"
import { type OfFile, statusOf, timeOf } from "./Bundle.js"
import { endIn, errorKinds } from "./errorKinds.js"

interface Named {
  readonly name: string
  readonly sql: string | null
}

const selectObjects =
  "SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"

/** Every table, index, trigger and view of this version, as it is in a new file. */
const madeNew = (): ReadonlyMap<string, string | null> => {
  const database = new Sqlite(":memory:")
  try {
    for (const statement of migrations.flat()) database.exec(statement)
    for (const { name, sql } of [...recordViews, ...views]) database.exec(`CREATE VIEW ${name} AS ${sql}`)
    return new Map(
      database
        .prepare<[], Named>(selectObjects)
        .all()
        .map(({ name, sql }) => [name, sql])
    )
  } finally {
    database.close()
  }
}

/** What of ours is in the file, whether it is as it should be, and how much in it is the user's. */
const objectsOf = (database: Sqlite.Database) => {
  const expected = madeNew()
  const there = database.prepare<[], Named>(selectObjects).all()
  const ours = there.filter(({ name }) => expected.has(name))
  const names = new Set(ours.map(({ name }) => name))
  const text = ours.map(({ name, sql }) => `${name}\n${sql}`).join("\n")
  return {
    fingerprint: createHash("sha256").update(text).digest("hex").slice(0, 16),
    changed_objects: [
      ...ours.filter(({ name, sql }) => expected.get(name) !== sql).map(({ name }) => name),
      ...[...expected.keys()].filter((name) => !names.has(name))
    ].sort(),
    own_objects_of_user: there.filter(({ name }) => !expected.has(name) && !ownTables.has(name)).length
  }
}

type Pages = Pick<OfFile, "page_size" | "pages" | "free_pages" | "journal_mode">

const pagesOf = (database: Sqlite.Database): Pages => {
  const number = (name: string) => Number(database.pragma(name, { simple: true }))
  const mode = database.pragma("journal_mode", { simple: true })
  return {
    page_size: number("page_size"),
    pages: number("page_count"),
    free_pages: number("freelist_count"),
    journal_mode: mode === "wal" || mode === "delete" ? mode : "other"
  }
}

const soundnessOf = (database: Sqlite.Database) => ({
  integrity_problems: database
    .prepare<[], string>("PRAGMA integrity_check(100)")
    .pluck()
    .all()
    .filter((said) => said !== "ok").length,
  broken_references: database.prepare("PRAGMA foreign_key_check").all().length
})

const lastRuns = 20

interface Run {
  readonly started_at: string
  readonly seconds: number | null
  readonly open_batches: number
  readonly answers: number
  readonly settled: number
  readonly errors: number
  readonly resolved: number
  readonly looked_up: number
  readonly exit_code: number | null
  readonly reason: string | null
}

const contentOf = (database: Sqlite.Database) => {
  const all = <Row>(sql: string) => database.prepare<[], Row>(sql).all()
  const tables = all<{ readonly name: string }>(
    "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
  )
    .filter(({ name }) => ownTables.has(name))
    .map(({ name }) => ({
      name,
      rows: database.prepare<[], number>(`SELECT count(*) FROM ${name}`).pluck().get() ?? 0
    }))
  const statuses = new Map<ReturnType<typeof statusOf>, number>()
  for (const { batches, status } of all<{ readonly status: string | null; readonly batches: number }>(`
    SELECT (SELECT a.status FROM answers a WHERE a.batch = b.batch ORDER BY a.sequence DESC LIMIT 1) AS status,
      count(*) AS batches FROM numbered_batches b GROUP BY 1`)) {
    const word = statusOf(status)
    statuses.set(word, (statuses.get(word) ?? 0) + batches)
  }
  return {
    tables,
    statuses: [...statuses].map(([status, batches]) => ({ status, batches })),
    outcomes: all<OfFile["outcomes"][number]>(
      "SELECT outcome, evidence, count(*) AS contacts FROM verdicts GROUP BY outcome, evidence ORDER BY 1, 2"
    ),
    findings: all<OfFile["findings"][number]>(
      "SELECT finding, count(*) AS count FROM batch_findings GROUP BY finding ORDER BY finding"
    ),
    stale: database.prepare<[], number>("SELECT count(*) FROM stale_marks").pluck().get() ?? 0,
    is_bound: database.prepare("SELECT 1 FROM accounts").get() !== undefined,
    runs: all<Run>(`
      SELECT started_at, round((julianday(finished_at) - julianday(started_at)) * 86400, 1) AS seconds, open_batches,
        answers, settled, errors, resolved, looked_up, exit_code, reason
      FROM reconcile_runs ORDER BY reconcile_run_id DESC LIMIT ${lastRuns}`).map((run) => ({
      ...run,
      started_at: timeOf(run.started_at),
      reason: endIn(run.reason)
    })),
    purges: all<{ readonly purged_at: string; readonly batches: number; readonly sent_contacts: number }>(
      "SELECT purged_at, batches, sent_contacts FROM purges ORDER BY purge_id DESC LIMIT 20"
    ).map((purge) => ({ ...purge, purged_at: timeOf(purge.purged_at) })),
    errors: errorKinds(database)
  }
}

const sizeOf = (path: string) =>
  Effect.orElseSucceed(
    use((disk) => Number(disk.stat(path).size)),
    () => 0
  )

/** What a support bundle tells of the file; nothing if there is no ledger, or it cannot be read. */
export const fileFacts = (file: string): Effect.Effect<OfFile | null> =>
  Effect.gen(function* () {
    const identity = yield* identify(file, schemaVersion)
    if (identity._tag === "New") return null
    const lease = yield* Effect.provide(held, Ledger.layerReadOnly(file))
    const looked = <A>(options: Parameters<typeof readOnly>[1], look: (database: Sqlite.Database) => A) =>
      Effect.scoped(
        Effect.flatMap(readOnly(file, options), (database) =>
          Effect.try({ try: () => look(database), catch: (error) => fromSqlite(file, error) })
        )
      )
    const facts: OfFile = {
      schema: identity.version,
      schema_of_command: schemaVersion,
      ...(yield* looked({ schema: "any" }, (database) => ({
        ...objectsOf(database),
        ...soundnessOf(database),
        ...pagesOf(database)
      }))),
      bytes: yield* sizeOf(identity.path),
      log_bytes: yield* sizeOf(`${identity.path}-wal`),
      kept_copies: (yield* keptCopies(file)).length,
      lease: lease?.sight ?? "none",
      ...(yield* looked({ schema: "own" }, contentOf))
    }
    return facts
  }).pipe(Effect.orElseSucceed(() => null))
