// The library needs nothing of Node: it bundles for the browser, and the bundle runs on two runtimes.
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { build } from "esbuild"

// A second engine (JavaScriptCore), fetched only for this check.
const bun = "bun@1.4.5"
const work = mkdtempSync(join(tmpdir(), "runtimes-"))
const entry = (name) => fileURLToPath(new URL(`runtimes/${name}.mjs`, import.meta.url))

const bundle = async (name) => {
  const outfile = join(work, `${name}.mjs`)
  // "browser" refuses every import of a Node module.
  await build({
    entryPoints: [entry(name)],
    outfile,
    bundle: true,
    minify: true,
    platform: "browser",
    format: "esm",
    target: "es2022"
  })
  return outfile
}

try {
  const wait = await bundle("wait")
  const once = await bundle("once")
  for (const [name, command, ...args] of [
    [`node ${process.version}`, process.execPath, wait],
    [bun, "npx", "--yes", bun, wait]
  ]) {
    const { status, stderr, stdout } = spawnSync(command, args, { encoding: "utf8" })
    if (status !== 0) throw new Error(`on ${name}: ${stdout}${stderr}`)
    console.log(`${name}: ${stdout.trim()}`)
  }
  const kib = (file) => (gzipSync(readFileSync(file)).length / 1024).toFixed(0)
  if (readFileSync(once, "utf8").includes("StillRunning")) throw new Error("one call carries the poller")
  console.log(
    `one call weighs ${kib(once)} KiB (minified, gzip), with waiting ${kib(wait)} KiB, Effect included`
  )
} finally {
  rmSync(work, { recursive: true, force: true })
}
