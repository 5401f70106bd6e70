// Comparing what was sent with what the account holds: the product's looks and conclusions, a process each, beside SQL that
// stores all that was found as JSON and compares it text by text. The ways take turns in each round; medians of CPU.
//
//   npx tsc -b && node bench/as-sent.mjs [BATCHES] [ROUNDS]
//
// Batches are of 250 contacts with 12 fields each, of which 1 % arrived as something else; the default is 100 and 3 rounds.
// Then the product runs in a small heap, with as many and with four times as many: what grows with contacts does not fit.
import { copyFileSync, mkdtempSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { bundled, measureNode, median } from "./measure.mjs"
import Sqlite from "./sqlite.mjs"

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url))
const [batches = 100, rounds = 3] = process.argv.slice(2).map(Number)
const work = mkdtempSync(join(tmpdir(), "bench-as-sent-"))
const at = (name) => join(work, name)
const driver = await bundled("as-sent/product.mjs", "asSent")

const used = (flags, ...args) => {
  const { cpuMillis, peakMiB } = measureNode([...flags, ...args])
  return { cpu: cpuMillis / 1000, peakMiB }
}

const node = (...args) => used([], ...args)
/** V8 keeps garbage if there is room. Without room, the peak is what is needed. */
const smallHeap = ["--max-old-space-size=24", "--max-semi-space-size=2"]

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
        peaks: [look.peakMiB, compare.peakMiB]
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
  console.log(
    `file: ${(size(at("product.db")) / without).toFixed(3)} × the file without looks and comparisons`
  )
  const peaks = (of) => [0, 1].map((step) => Math.round(median(of.map((one) => one[step])))).join(" and ")
  console.log(`peaks of look and compare: ${peaks(results.product.map((one) => one.peaks))} MiB`)
  for (const many of [batches, 4 * batches]) {
    const file = at(`${many}.db`)
    node(driver, "prepare", file, String(many))
    const steps = [
      ["look", file, String(many)],
      ["compare", file]
    ]
    const limited = steps.map((step) => used(smallHeap, driver, ...step).peakMiB)
    console.log(`in a heap of 24 MiB, ${many * 250} contacts: ${peaks([limited])} MiB`)
    rmSync(file)
  }
} finally {
  rmSync(work, { recursive: true, force: true })
}
