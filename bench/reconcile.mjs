// The whole reconciliation at scale, a process a step: the product beside the barest tables that come to the same outcomes,
// and the Python script a user would write. The ways take turns in each round; what counts are ratios of CPU within a
// round, of which the median is told.
//
//   npx tsc -b && node scripts/bundle.mjs && node bench/reconcile.mjs [BATCHES] [ROUNDS] [--steps load,again]
//
// Batches are of 250; the default is 4000 of them and 3 rounds. A step builds on those before it: with --steps only those
// named are run, and what they need is left to the one who names them.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { bundled, measure, measureNode, median } from "./measure.mjs"
import Sqlite from "./sqlite.mjs"

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url))
const { positionals, values } = parseArgs({ allowPositionals: true, options: { steps: { type: "string" } } })
const batches = Number(positionals[0] ?? 4000)
const rounds = Number(positionals[1] ?? 3)
const wanted = values.steps?.split(",")
const isWanted = (step) => wanted === undefined || wanted.includes(step)
const changed = String(Math.min(400, batches))
const work = mkdtempSync(join(tmpdir(), "bench-reconcile-"))
const at = (name) => join(work, name)
const command = path("../apps/reconcile/bin/ac-reconcile.js")
const driver = await bundled("reconcile/product.mjs", "product")

/** What one process used: seconds of CPU, or what it measured itself, and its peak memory. */
const used = ({ cpuMillis, peakMiB, stdout }) => {
  const millisABatch = Number(/"millisABatch":([\d.]+)/.exec(stdout)?.[1])
  return { cpu: Number.isNaN(millisABatch) ? cpuMillis / 1000 : millisABatch / 1000, peakMiB }
}
const node = (...args) => used(measureNode(args))

/** The rows of a CSV file in another order, the same on every run. */
const shuffle = (from, to) => {
  const [header, ...rows] = readFileSync(from, "utf8").trimEnd().split("\n")
  let state = 1
  for (let last = rows.length - 1; last > 0; last--) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    const other = state % (last + 1)
    ;[rows[last], rows[other]] = [rows[other], rows[last]]
  }
  writeFileSync(to, `${[header, ...rows].join("\n")}\n`)
}

const workload = (name, ...shape) => {
  node(path("reconcile/workload.mjs"), String(batches), at(`${name}.csv`), at(`${name}.jsonl`), ...shape)
}
workload("plain")
shuffle(at("plain.csv"), at("shuffled.csv"))
const csvSize = statSync(at("plain.csv")).size

const rejected = batches * 5
const silent = batches * 2 + Math.ceil(batches / 2)
const truth = JSON.stringify([
  ["imported", batches * 250 - rejected - silent],
  ["rejected", rejected],
  ["unaccounted", silent]
])
const ways = ["product", "bare", "python"]
const db = (way) => at(`${way}.db`)
const remove = (file) => {
  for (const end of ["", "-wal", "-shm"]) rmSync(file + end, { force: true })
}
const outcomesOf = (file) => {
  const db = new Sqlite(file, { readonly: true })
  const rows = db
    .prepare("SELECT outcome, count(*) FROM outcomes GROUP BY outcome ORDER BY outcome")
    .raw()
    .all()
  db.close()
  return JSON.stringify(rows)
}
const agree = () => {
  for (const way of ways) {
    const found = outcomesOf(db(way))
    if (found !== truth) throw new Error(`${way} has ${found}, not ${truth}`)
  }
}

/** One step of the product on a workload. */
const product = (step, file, name = "plain") => {
  const loading = (csv) =>
    node(
      command,
      ...["contacts", "load", at(`${csv}.csv`), "--source", "contacts"],
      ...["--batch-column", "batch_id", "--db", file]
    )
  const steps = {
    load: () => loading(name),
    again: () => loading(name),
    shuffled: () => loading("shuffled"),
    record: () => node(driver, "record", file, at(`${name}.jsonl`)),
    resolve: () => node(driver, "resolve", file, at(`${name}.csv`)),
    reconcile: () => node(driver, "reconcile", file),
    incremental: () => node(driver, "incremental", file, changed),
    export: () =>
      node(command, "export", "outcomes", "--format", "csv", "--output", at("product.csv"), "--db", file)
  }
  rmSync(at("product.csv"), { force: true })
  return steps[step]()
}

const ofOthers = {
  load: ["load", at("plain.csv")],
  again: ["again", at("plain.csv")],
  shuffled: ["again", at("shuffled.csv")],
  record: ["record", at("plain.jsonl")],
  reconcile: ["reconcile"],
  incremental: ["incremental", changed],
  export: ["export", at("others.csv")]
}
const run = (step, way) => {
  const [name, ...args] = ofOthers[step]
  if (way === "bare") return node(path("reconcile/bare.mjs"), name, db(way), ...args)
  return way === "python"
    ? used(measure("python3", [path("reconcile/script.py"), name, db(way), ...args]))
    : product(step, db(way))
}

const allSteps = [
  { step: "load", told: "load", bare: 1.7, python: 0.65, peak: 220 },
  { step: "again", told: "load again, unchanged", bare: 0.45, peak: 220 },
  { step: "shuffled", told: "load a shuffled file again", bare: 1.7 },
  { step: "record", told: "record all answers", bare: 1.6 },
  { step: "reconcile", told: "reconcile all", bare: 1.5, python: 0.55, peak: 110 },
  { step: "incremental", told: "a changed batch", bare: 1.2, without: ["python"] },
  { step: "export", told: "export all outcomes", bare: 2, python: 0.8 }
]

const steps = allSteps.filter(({ step }) => isWanted(step))
if (wanted?.some((name) => !allSteps.some(({ step }) => step === name))) {
  throw new Error(`--steps: ${allSteps.map(({ step }) => step).join(", ")}, separated by commas`)
}

/** What a user's files may be like; no step of them may take more than twice the plain one. */
const others = [
  { shape: "repeated", told: "30 % repeated addresses" },
  { shape: "wide", told: "20 columns" },
  { shape: "one", told: "one contact in 500 batches" },
  { shape: "unknown", told: "no contact IDs, each success resolved" }
]

const measured = Object.fromEntries(steps.map(({ step }) => [step, []]))
const sizes = {}
const besides = []
try {
  for (let round = 1; round <= rounds; round++) {
    for (const way of ways) remove(db(way))
    for (const { step, without = [] } of steps) {
      const taken = ways.filter((way) => !without.includes(way))
      const usages = Object.fromEntries(taken.map((way) => [way, run(step, way)]))
      measured[step].push(usages)
      if (round === 1 && step === "reconcile") agree()
      console.error(
        `${round}/${rounds} ${step}: ${taken.map((way) => `${way} ${usages[way].cpu.toFixed(2)}`).join(", ")}`
      )
    }
  }
  for (const way of ways) sizes[way] = statSync(db(way)).size
  for (const { shape, told } of others) {
    workload(shape, shape)
    const file = at("besides.db")
    remove(file)
    const taken = [
      "load",
      "again",
      "record",
      ...(shape === "unknown" ? ["resolve"] : []),
      "reconcile",
      "incremental",
      "export"
    ].filter((step) => (step === "resolve" ? isWanted("reconcile") : isWanted(step)))
    besides.push({ told, ...Object.fromEntries(taken.map((step) => [step, product(step, file, shape).cpu])) })
  }
} finally {
  if (process.env.KEEP === undefined) rmSync(work, { recursive: true, force: true })
  else console.error(`kept ${work}`)
}

const ratio = (number, goal) =>
  `${number.toFixed(2)}${goal === undefined ? "" : ` (${goal})${number > goal ? " !" : ""}`}`
const rows = steps.map(({ bare, peak, python, step, told, without = [] }) => {
  const all = measured[step]
  const times = (way, goal) =>
    without.includes(way)
      ? ""
      : ratio(median(all.map((usages) => usages.product.cpu / usages[way].cpu)), goal)
  const seconds = (way) =>
    without.includes(way)
      ? ""
      : median(all.map((usages) => usages[way].cpu)).toFixed(step === "incremental" ? 5 : 2)
  const mostMiB = median(all.map(({ product }) => product.peakMiB))
  return {
    step: told,
    ...Object.fromEntries(ways.map((way) => [way, seconds(way)])),
    "× bare (goal)": times("bare", bare),
    "× python (goal)": times("python", python),
    "peak MiB (goal)": `${mostMiB.toFixed(0)}${peak === undefined ? "" : ` (${peak})${mostMiB > peak ? " !" : ""}`}`
  }
})
console.log(
  `${batches} batches of 250, Node ${process.versions.node}, ${rounds} rounds${isWanted("reconcile") ? `; all came to ${truth}` : ""}`
)
console.log("Seconds of CPU, medians. Bare and Python export 4 columns, the product all. !: past its goal.")
console.table([
  ...rows,
  {
    step: "file, MB",
    ...Object.fromEntries(ways.map((way) => [way, (sizes[way] / 1e6).toFixed(0)])),
    "× bare (goal)": ratio(sizes.product / sizes.bare, 1),
    "× python (goal)": "",
    "peak MiB (goal)": `${ratio(sizes.product / csvSize, 4.8)} × CSV`
  }
])
console.log("Seconds of CPU of the product on other files, one round, and × the plain file's (goal 2).")
console.table(
  besides.map(({ told, ...taken }) => ({
    file: told,
    ...Object.fromEntries(
      Object.entries(taken).map(([step, cpu]) => [
        step,
        step in measured
          ? `${cpu.toFixed(step === "incremental" ? 5 : 2)} × ${ratio(cpu / median(measured[step].map(({ product }) => product.cpu)), 2)}`
          : cpu.toFixed(2)
      ])
    )
  }))
)
