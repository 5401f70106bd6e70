// What it costs to start: CPU of whole processes (user and system) beside the same Node's `node -e 0`, and peak memory.
// Usage: node bench/startup.mjs [NODE ...], default the Node that runs it; ROUNDS=9, medians.
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { median } from "./measure.mjs"

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url))
// A packed and installed command may be measured in place of the one in this folder.
const command = process.env.COMMAND ?? path("../apps/reconcile/bin/ac-reconcile.js")
const nodes = process.argv.length > 2 ? process.argv.slice(2) : [process.execPath]
const rounds = Number(process.env.ROUNDS ?? 9)
const work = mkdtempSync(join(tmpdir(), "bench-startup-"))

const scenario = join(work, "scenario.json")
writeFileSync(
  scenario,
  JSON.stringify({
    rateLimit: null,
    batches: [
      {
        batchId: "b-1",
        stages: { unset: 0, waiting: 0, claimed: 0, active: 0 },
        contacts: [{ email: "ada@example.test", becomes: "created" }]
      }
    ]
  })
)
const simulator = spawn(
  process.execPath,
  [path("../packages/simulator/bin/activecampaign-simulator.js"), "--scenario", scenario],
  { stdio: ["ignore", "pipe", "inherit"] }
)
const [line] = await once(simulator.stdout, "data")
const [url] = /http:\/\/\S+/.exec(String(line)) ?? []

const env = {
  ...process.env,
  AC_RECONCILE_DB: join(work, "reconcile.db"),
  ACTIVECAMPAIGN_URL: url,
  ACTIVECAMPAIGN_API_KEY: "simulator-token",
  XDG_STATE_HOME: join(work, "state"),
  USAGE_FILE: join(work, "usage.json")
}
// Node 20 loads these certificates at each start, which would flatter every ratio.
delete env.NODE_EXTRA_CA_CERTS

const spawned = (program, args, { code = 0, set = {} } = {}) => {
  const { status, stderr } = spawnSync(program, args, { env: { ...env, ...set }, encoding: "utf8" })
  if (status !== code) throw new Error(`${program} ${args.join(" ")} exited with ${status}: ${stderr}`)
  return stderr
}

/** Measured from outside, so that nothing is loaded that is not the command's. */
const cpuMillis = (node, { args, ...call }) => {
  const script = 'TIMEFORMAT="cpu %3U %3S"; time "$@" >/dev/null'
  const told = spawned("bash", ["-c", script, "bash", node, ...args], call)
  const [, user, system] = /cpu (\S+) (\S+)\n$/.exec(told) ?? []
  return (Number(user) + Number(system)) * 1000
}

const peakMiB = (node, { args, ...call }) => {
  spawned(node, ["--import", path("usage.mjs"), ...args], call)
  return JSON.parse(readFileSync(env.USAGE_FILE, "utf8")).peakMiB
}

const of = (...args) => ({ args: [command, ...args] })
const calls = {
  "node -e 0": { args: ["-e", "0"] },
  "--help": of("--help"),
  "batches list --help": of("batches", "list", "--help"),
  "batches list": of("batches", "list"),
  query: of("query", "select * from batches"),
  "status, no account set": { ...of("status", "b-1"), set: { ACTIVECAMPAIGN_URL: "" }, code: 2 },
  "status, answered": of("status", "b-1")
}

try {
  spawned(nodes[0], [command, "batches", "add", "--id", "b-1"])
  for (const node of nodes) {
    const version = spawnSync(node, ["--version"], { encoding: "utf8" }).stdout.trim()
    const entries = Object.entries(calls)
    // Once for what is kept from one start to the next.
    for (const [, call] of entries) cpuMillis(node, call)
    const measured = Object.fromEntries(entries.map(([name]) => [name, []]))
    for (let round = 0; round < rounds; round++) {
      for (const [name, call] of entries) measured[name].push(cpuMillis(node, call))
    }
    const bare = median(measured["node -e 0"])
    console.log(`Node ${version}, medians of ${rounds}`)
    console.table(
      Object.fromEntries(
        entries.map(([name, call]) => {
          const cpu = median(measured[name])
          const peak = median([1, 2, 3].map(() => peakMiB(node, call)))
          return [
            name,
            {
              "CPU ms": Math.round(cpu),
              "× node -e 0": +(cpu / bare).toFixed(2),
              "peak MiB": Math.round(peak)
            }
          ]
        })
      )
    )
  }
} finally {
  simulator.kill()
  rmSync(work, { recursive: true, force: true })
}
