// The library needs nothing of Node: it bundles for the browser, and the bundle runs on three runtimes, over sockets, too.
import { fork, spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { build } from "esbuild"

// Other runtimes, fetched only for this check: Bun has another engine, Deno another HTTP client.
const bun = "bun@1.4.5"
const deno = "deno@2.9.6"
const runtimes = [
  [`node ${process.version}`, process.execPath],
  [bun, "npx", "--yes", bun],
  [deno, "npx", "--yes", deno, "run", "--allow-net", "--allow-env"]
]
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

const servers = fork(entry("servers"))
try {
  const wait = await bundle("wait")
  const once = await bundle("once")
  const sockets = await bundle("sockets")
  const urls = await new Promise((resolve) => servers.once("message", resolve))
  // An authority that somebody else has set would vouch for the certificate of nobody's.
  const { DENO_CERT, NODE_EXTRA_CA_CERTS, ...environment } = process.env
  const env = { ...environment, SOCKET_URLS: JSON.stringify(urls) }
  for (const [name, command, ...args] of runtimes) {
    for (const entry of [wait, sockets]) {
      const { status, stderr, stdout } = spawnSync(command, [...args, entry], {
        encoding: "utf8",
        env,
        timeout: 60_000
      })
      if (status !== 0) throw new Error(`on ${name}: ${stdout}${stderr}`)
      console.log(`${name}: ${stdout.trim()}`)
    }
  }
  const kib = (file) => (gzipSync(readFileSync(file)).length / 1024).toFixed(0)
  if (readFileSync(once, "utf8").includes("StillRunning")) throw new Error("one call carries the poller")
  console.log(
    `one call weighs ${kib(once)} KiB (minified, gzip), with waiting ${kib(wait)} KiB, Effect included`
  )
} finally {
  servers.disconnect()
  rmSync(work, { recursive: true, force: true })
}
