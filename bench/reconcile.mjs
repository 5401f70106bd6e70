// The whole reconciliation at scale, a process a step: the product beside a floor of hand-tuned SQL and beside the
// Python script a user would write. Ratios within one run are what counts.
//
//   npx tsc -b && node scripts/bundle.mjs && node bench/reconcile.mjs [BATCHES]      (of 250 contacts; default 4000)
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url))
const batches = Number(process.argv[2] ?? 4000)
const changedBatches = Math.min(400, batches)
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
  const millisABatch = /"millisABatch":([\d.]+)/.exec(stdout)?.[1]
  return { wall, cpu: cpuMillis / 1000, peakMiB, millisABatch: millisABatch && Number(millisABatch) }
}
const node = (...args) => measure(process.execPath, ["--import", path("usage.mjs"), ...args])

await build({
  entryPoints: [path("reconcile/product.mjs")],
  outfile: driver,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  external: ["better-sqlite3"],
  banner: {
    js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);'
  },
  logLevel: "warning"
})
const csv = at("contacts.csv")
const answers = at("answers.jsonl")
node(path("reconcile/workload.mjs"), String(batches), csv, answers)

const ours = at("ours.db")
const loadOurs = () =>
  node(
    command,
    "contacts",
    "load",
    csv,
    "--batch-column",
    "batch_id",
    "--map",
    "contact_id=contact_id",
    "--db",
    ours
  )
const floor = (step, ...args) => node(path("reconcile/floor.mjs"), step, at("floor.db"), ...args)
const python = (step, ...args) =>
  measure("python3", [path("reconcile/script.py"), step, at("python.db"), ...args])

const require = createRequire(new URL("../apps/reconcile/package.json", import.meta.url))
const Sqlite = require("better-sqlite3")
const outcomesOf = (name) => {
  const db = new Sqlite(at(name), { readonly: true })
  const rows = db
    .prepare("SELECT outcome, count(*) FROM outcomes GROUP BY outcome ORDER BY outcome")
    .raw()
    .all()
  db.close()
  return JSON.stringify(rows)
}
const rejected = batches * 5
const silent = batches * 2 + Math.ceil(batches / 2)
const truth = JSON.stringify([
  ["imported", batches * 250 - rejected - silent],
  ["rejected", rejected],
  ["unaccounted", silent]
])
const agree = (...names) => {
  for (const name of names) {
    const found = outcomesOf(name)
    if (found !== truth) throw new Error(`${name} has ${found}, not ${truth}`)
  }
}

const steps = [
  {
    step: "load",
    goal: "≤ 1.35 × floor, ≤ 220 MiB",
    ours: loadOurs,
    floor: () => floor("load", csv),
    python: () => python("load", csv)
  },
  {
    step: "load again",
    goal: "≤ 1.35 × floor, no slower than load, ≤ 220 MiB",
    ours: loadOurs,
    floor: () => floor("again", csv),
    python: () => python("again", csv)
  },
  {
    step: "record",
    goal: "≤ 1.5 × floor",
    ours: () => node(driver, "record", ours, answers),
    floor: () => floor("record", answers),
    python: () => python("record", answers)
  },
  {
    step: "reconcile",
    goal: "≤ 1.2 × floor, ≤ 0.6 × Python, ≤ 150 MiB",
    ours: () => node(driver, "reconcile", ours),
    floor: () => floor("reconcile"),
    python: () => python("reconcile"),
    after: () => agree("ours.db", "floor.db", "python.db")
  },
  {
    step: "incremental",
    goal: "≤ 1.5 ms a batch",
    ours: () => node(driver, "incremental", ours, String(changedBatches)),
    floor: () => floor("incremental", String(changedBatches)),
    after: () => agree("ours.db", "floor.db")
  },
  {
    step: "export",
    goal: "",
    ours: () =>
      node(command, "export", "outcomes", "--format", "csv", "--output", at("ours.csv"), "--db", ours),
    floor: () => floor("export", at("floor.csv")),
    python: () => python("export", at("python.csv"))
  }
]

const table = []
try {
  for (const { after, goal, step, ...ways } of steps) {
    const [a, b, c] = [ways.ours(), ways.floor(), ways.python?.()]
    after?.()
    const seconds = (usage) => usage && `${usage.wall.toFixed(1)} (${usage.cpu.toFixed(1)})`
    table.push({
      step,
      "ours s (CPU)": seconds(a),
      "floor s (CPU)": seconds(b),
      "python s (CPU)": seconds(c) ?? "",
      "ours/floor": (a.wall / b.wall).toFixed(2),
      "by CPU": (a.cpu / b.cpu).toFixed(2),
      "ours/python": c === undefined ? "" : (a.wall / c.wall).toFixed(2),
      "ms a batch":
        a.millisABatch === undefined ? "" : `${a.millisABatch.toFixed(2)} / ${b.millisABatch.toFixed(2)}`,
      "peak MiB ours/floor/python": [a, b, c]
        .flatMap((it) => (it ? [Math.round(it.peakMiB)] : []))
        .join(" / "),
      goal
    })
    console.error(`${step}: ${seconds(a)} | ${seconds(b)} | ${seconds(c)}`)
  }
} finally {
  if (process.env.KEEP === undefined) rmSync(work, { recursive: true, force: true })
  else console.error(`kept ${work}`)
}
console.log(`${batches} batches of 250, Node ${process.versions.node}; agreed on ${truth}`)
console.table(table)
