// The whole reconciliation at scale, a process a step: the product beside a floor of hand-tuned SQL on the same tables,
// the barest tables that come to the same outcomes, and the Python script a user would write. The ways take turns in
// each round; what counts are ratios within a round, of which the median is told.
//
//   npx tsc -b && node scripts/bundle.mjs && node bench/reconcile.mjs [BATCHES] [ROUNDS]    (of 250; default 4000 and 3)
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"
import Sqlite from "./sqlite.mjs"

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url))
const batches = Number(process.argv[2] ?? 4000)
const rounds = Number(process.argv[3] ?? 3)
const changed = String(Math.min(400, batches))
const work = mkdtempSync(join(tmpdir(), "bench-reconcile-"))
const at = (name) => join(work, name)
const command = path("../apps/reconcile/bin/ac-reconcile.js")
const driver = path("../apps/reconcile/dist/bench/product.js")

/** One process: seconds on the clock and of CPU, its peak memory, and what it measured itself. */
const measure = (program, args) => {
  const env = { ...process.env, USAGE_FILE: at("usage.json") }
  const started = performance.now()
  const { status, stderr, stdout } = spawnSync(program, args, { env, encoding: "utf8" })
  const wall = (performance.now() - started) / 1000
  if (status !== 0) throw new Error(`${args.join(" ")} exited with ${status}: ${stderr}`)
  const { cpuMillis, peakMiB } = JSON.parse(readFileSync(env.USAGE_FILE, "utf8"))
  const millisABatch = Number(/"millisABatch":([\d.]+)/.exec(stdout)?.[1])
  return { wall, cpu: cpuMillis / 1000, peakMiB, millisABatch }
}
const node = (...args) => measure(process.execPath, ["--import", path("usage.mjs"), ...args])

await build({
  entryPoints: [path("reconcile/product.mjs")],
  outfile: driver,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  alias: { "better-sqlite3": path("../apps/reconcile/src/sqliteDriver.ts") },
  banner: {
    js: 'import { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url);'
  },
  logLevel: "warning"
})
const csv = at("contacts.csv")
const answers = at("answers.jsonl")
node(path("reconcile/workload.mjs"), String(batches), csv, answers)

const rejected = batches * 5
const silent = batches * 2 + Math.ceil(batches / 2)
const truth = JSON.stringify([
  ["imported", batches * 250 - rejected - silent],
  ["rejected", rejected],
  ["unaccounted", silent]
])
const ways = ["product", "floor", "bare", "python"]
const db = (way) => at(`${way}.db`)
const outcomesOf = (file) => {
  const db = new Sqlite(file, { readonly: true })
  const rows = db
    .prepare("SELECT outcome, count(*) FROM outcomes GROUP BY outcome ORDER BY outcome")
    .raw()
    .all()
  db.close()
  return JSON.stringify(rows)
}
const agree = (...names) => {
  for (const way of names) {
    const found = outcomesOf(db(way))
    if (found !== truth) throw new Error(`${way} has ${found}, not ${truth}`)
  }
}
const same = (...args) => node(path("reconcile/same.mjs"), ...args)
const sameLedgers = () => same("rows", db("product"), db("floor"))

const load = ["contacts", "load", csv, "--batch-column", "batch_id", "--map", "contact_id=contact_id"]
const ofCommand = {
  load,
  again: load,
  export: ["export", "outcomes", "--format", "csv", "--output", at("product.csv")]
}
const argumentOf = (step, way) =>
  ({ load: [csv], again: [csv], record: [answers], incremental: [changed], export: [at(`${way}.csv`)] })[
    step
  ] ?? []

const run = (step, way) => {
  if (way === "python")
    return measure("python3", [path("reconcile/script.py"), step, db(way), ...argumentOf(step, way)])
  if (way !== "product") return node(path(`reconcile/${way}.mjs`), step, db(way), ...argumentOf(step, way))
  return step in ofCommand
    ? node(command, ...ofCommand[step], "--db", db(way))
    : node(driver, step, db(way), ...argumentOf(step, way))
}

const steps = [
  { step: "load", goal: "≤ 1.35 × floor, ≤ 220 MiB", after: sameLedgers },
  { step: "again", goal: "≤ 1.35 × floor, no slower than load, ≤ 220 MiB", after: sameLedgers },
  { step: "record", goal: "≤ 1.5 × floor", after: sameLedgers },
  {
    step: "reconcile",
    goal: "≤ 1.2 × floor, ≤ 0.6 × python, ≤ 150 MiB",
    after: () => [agree(...ways), sameLedgers()]
  },
  { step: "incremental", goal: "≤ 1.5 ms a batch", without: ["python"], after: sameLedgers },
  { step: "export", goal: "", after: () => same("bytes", at("product.csv"), at("floor.csv")) }
]

/** The product starts with no file; an empty ledger for the floor is made for it. */
const emptyFiles = () => {
  for (const way of ways) for (const end of ["", "-wal", "-shm"]) rmSync(db(way) + end, { force: true })
  node(driver, "create", db("floor"))
}

const measured = Object.fromEntries(steps.map(({ step }) => [step, []]))
try {
  for (let round = 1; round <= rounds; round++) {
    emptyFiles()
    for (const { after, step, without = [] } of steps) {
      const taken = ways.filter((way) => !without.includes(way))
      const usages = Object.fromEntries(taken.map((way) => [way, run(step, way)]))
      measured[step].push(usages)
      if (round === 1) after()
      const told = taken.map((way) => `${way} ${usages[way].wall.toFixed(1)} (${usages[way].cpu.toFixed(1)})`)
      console.error(`${round}/${rounds} ${step}: ${told.join(", ")}`)
    }
  }
} finally {
  if (process.env.KEEP === undefined) rmSync(work, { recursive: true, force: true })
  else console.error(`kept ${work}`)
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]
const rows = steps.map(({ goal, step }) => {
  const all = measured[step]
  const of = (way, pick) =>
    median(all.map((usages) => (way in usages ? pick(usages[way], usages) : Number.NaN)))
  const told = (number, digits) => (Number.isNaN(number) ? "" : number.toFixed(digits))
  const seconds = (way) =>
    told(
      of(way, (it) => it.wall),
      1
    ) &&
    `${told(
      of(way, (it) => it.wall),
      1
    )} (${told(
      of(way, (it) => it.cpu),
      1
    )})`
  const times = (way) =>
    told(
      of("product", (it, usages) => (usages[way] ? it.wall / usages[way].wall : Number.NaN)),
      2
    )
  const millis = told(
    of("product", (it) => it.millisABatch),
    2
  )
  return {
    step,
    ...Object.fromEntries(ways.map((way) => [way, seconds(way)])),
    "× floor": times("floor"),
    "× bare": times("bare"),
    "× python": times("python"),
    "ms a batch":
      millis &&
      `${millis} / ${told(
        of("floor", (it) => it.millisABatch),
        2
      )}`,
    "peak MiB": `${told(
      of("product", (it) => it.peakMiB),
      0
    )} / ${told(
      of("floor", (it) => it.peakMiB),
      0
    )}`,
    goal
  }
})
console.log(
  `${batches} batches of 250, Node ${process.versions.node}, ${rounds} rounds; all came to ${truth}`
)
console.log("Seconds on the clock (of CPU); MiB and ms a batch of product / floor.")
console.table(rows)
