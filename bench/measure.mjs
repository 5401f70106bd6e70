// What the benchmarks share: a program's own driver as one file, a process under measure, and medians.
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url))

/** Bundles a driver of the product's own modules beside the command, as that is bundled, and returns the file. */
export const bundled = async (entry, name) => {
  const outfile = path(`../apps/reconcile/dist/bench/${name}.js`)
  await build({
    entryPoints: [path(entry)],
    outfile,
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
  return outfile
}

/** Runs a program that leaves what it used in USAGE_FILE, and returns that with its output. */
export const measure = (program, args, env = {}) => {
  const folder = mkdtempSync(join(tmpdir(), "bench-usage-"))
  const usage = join(folder, "usage.json")
  try {
    const { status, stderr, stdout } = spawnSync(program, args, {
      env: { ...process.env, ...env, USAGE_FILE: usage },
      encoding: "utf8"
    })
    if (status !== 0) throw new Error(`${args.join(" ")} exited with ${status}: ${stderr}`)
    const { cpuMillis, peakMiB } = JSON.parse(readFileSync(usage, "utf8"))
    return { cpuMillis, peakMiB, stdout }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The same for a program of this Node. */
export const measureNode = (args, env) =>
  measure(process.execPath, ["--import", path("usage.mjs"), ...args], env)

export const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]
