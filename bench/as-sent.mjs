// Comparing what was sent with what the account holds: the product's looks and conclusions, a process each, beside SQL that
// stores all that was found as JSON and compares it text by text. The ways take turns in each round; medians of CPU.
//
//   npx tsc -b && node bench/as-sent.mjs [BATCHES] [ROUNDS]
//
// Batches are of 250 contacts with 12 fields each, of which 1 % arrived as something else; the default is 40 and 3 rounds.
import { spawnSync } from "node:child_process"
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"
import Sqlite from "./sqlite.mjs"

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url))
const [batches = 40, rounds = 3] = process.argv.slice(2).map(Number)
const work = mkdtempSync(join(tmpdir(), "bench-as-sent-"))
const at = (name) => join(work, name)
const driver = path("../apps/reconcile/dist/bench/asSent.js")

await build({
  entryPoints: [path("as-sent/product.mjs")],
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

const node = (...args) => {
  const env = { ...process.env, USAGE_FILE: at("usage.json") }
  const { status, stderr } = spawnSync(process.execPath, ["--import", path("usage.mjs"), ...args], {
    env,
    encoding: "utf8"
  })
  if (status !== 0) throw new Error(`${args.join(" ")} exited with ${status}: ${stderr}`)
  const { cpuMillis, peakMiB } = JSON.parse(readFileSync(env.USAGE_FILE, "utf8"))
  return { cpu: cpuMillis / 1000, peakMiB }
}

const size = (file) => {
  const db = new Sqlite(file)
  db.exec("PRAGMA wal_checkpoint(TRUNCATE); VACUUM")
  db.close()
  return statSync(file).size
}
const count = (file, sql) => {
  const db = new Sqlite(file, { readonly: true })
  const [row] = db.prepare(sql).raw().all()
  db.close()
  return row[0]
}
const median = (values) => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)]

try {
  node(driver, "prepare", at("ready.db"), String(batches))
  const without = size(at("ready.db"))
  const results = { product: [], floor: [] }
  for (let round = 0; round < rounds; round++) {
    for (const way of ["product", "floor"]) {
      const file = at(`${way}.db`)
      for (const end of ["", "-wal", "-shm"]) rmSync(file + end, { force: true })
      copyFileSync(at("ready.db"), file)
      const program = way === "product" ? driver : path("as-sent/floor.mjs")
      const look = node(program, "look", file, String(batches))
      const compare = node(program, "compare", file)
      const start = node(program, "nothing", file)
      results[way].push({
        look: look.cpu - start.cpu,
        compare: compare.cpu - start.cpu,
        peakMiB: compare.peakMiB
      })
    }
  }
  const dropped = count(at("product.db"), "SELECT count(*) FROM value_verdicts")
  const expected = count(at("floor.db"), "SELECT count(*) FROM floor_verdicts")
  if (dropped !== expected || dropped === 0)
    throw new Error(`the product has ${dropped} rows, the floor ${expected}`)
  for (const step of ["look", "compare"]) {
    const [ours, floor] = ["product", "floor"].map((way) => median(results[way].map((one) => one[step])))
    console.log(
      `${step}: ${ours.toFixed(2)} s, floor ${floor.toFixed(2)} s, ${(ours / floor).toFixed(2)} × the floor`
    )
  }
  const all = ["product", "floor"].map((way) =>
    median(results[way].map(({ compare, look }) => look + compare))
  )
  console.log(`both: ${(all[0] / all[1]).toFixed(2)} × the floor`)
  console.log(`peak of comparing: ${Math.round(median(results.product.map(({ peakMiB }) => peakMiB)))} MiB`)
  console.log(
    `file: ${(size(at("product.db")) / without).toFixed(3)} × the file without looks and comparisons`
  )
} finally {
  rmSync(work, { recursive: true, force: true })
}
