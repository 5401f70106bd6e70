// `ac-reconcile run` over growing numbers of batches of 250, rate limit lifted: CPU and peak memory beside a
// floor measured in the same run. Usage: node bench/run.mjs [BATCHES ...], default 400 1600.
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { measureNode } from "./measure.mjs"

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url))
const command = path("../apps/reconcile/bin/ac-reconcile.js")
const work = mkdtempSync(join(tmpdir(), "bench-run-"))

/** All batches are settled when the simulator starts, so that what is measured is work, not waiting. */
const prepare = (batches) => {
  const rows = ["email,first_name,batch_id"]
  const scenario = {
    rateLimit: null,
    batches: Array.from({ length: batches }, (_, batch) => {
      const contacts = Array.from({ length: 250 }, (_, index) => ({
        email: `contact${batch * 250 + index}@example.test`,
        becomes: index % 50 === 0 ? "rejected" : "created"
      }))
      for (const { email } of contacts) rows.push(`${email},Ada,batch-${batch}`)
      return { batchId: `batch-${batch}`, stages: { unset: 0, waiting: 0, claimed: 0, active: 0 }, contacts }
    })
  }
  const files = { scenario: join(work, "scenario.json"), contacts: join(work, "contacts.csv") }
  writeFileSync(files.scenario, JSON.stringify(scenario))
  writeFileSync(files.contacts, `${rows.join("\n")}\n`)
  return files
}

const table = []
for (const batches of process.argv.slice(2).length > 0 ? process.argv.slice(2).map(Number) : [400, 1600]) {
  const files = prepare(batches)
  const simulator = spawn(
    process.execPath,
    [path("../packages/simulator/bin/activecampaign-simulator.js"), "--scenario", files.scenario],
    { stdio: ["ignore", "pipe", "inherit"] }
  )
  try {
    const [line] = await once(simulator.stdout, "data")
    const [url] = /http:\/\/\S+/.exec(String(line))
    const env = { ACTIVECAMPAIGN_URL: url, ACTIVECAMPAIGN_API_KEY: "simulator-token" }
    const db = join(work, `${batches}.db`)
    measureNode([command, "contacts", "load", files.contacts, "--batch-column", "batch_id", "--db", db], env)
    const floor = measureNode([path("run-floor.mjs"), join(work, `floor${batches}.db`), url, String(batches)])
    const run = measureNode(
      [
        command,
        "run",
        "--no-resolve",
        "--no-lookup",
        "--db",
        db,
        "--account-limit",
        "100000",
        "--requests-per-second",
        "100000",
        "--json"
      ],
      env
    )
    table.push({
      batches,
      contacts: batches * 250,
      "CPU ms a batch": +(run.cpuMillis / batches).toFixed(1),
      "× floor (goal 3)": +(run.cpuMillis / floor.cpuMillis).toFixed(2),
      "peak MiB (goal at 1600: 180)": Math.round(run.peakMiB),
      "floor's peak MiB": Math.round(floor.peakMiB)
    })
  } finally {
    simulator.kill()
  }
}
rmSync(work, { recursive: true, force: true })
console.table(table)
