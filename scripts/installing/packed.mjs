// The packages as they would be published.
import { mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { run } from "./commands.mjs"

export const root = fileURLToPath(new URL("../..", import.meta.url))

const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))

/** Runs the pinned pnpm. */
export const pnpm = (args, options) => run("npx", ["--yes", packageManager, ...args], options)

const pack = async (folder, into) => {
  const out = join(into, folder.replace("/", "-"))
  mkdirSync(out, { recursive: true })
  await pnpm(["pack", "--pack-destination", out], { cwd: join(root, folder) })
  const { name, version } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"))
  const tarball = join(out, `${name}-${version}.tgz`)
  const manifest = JSON.parse(await run("tar", ["-xzOf", tarball, "package/package.json"]))
  const [contents] = JSON.parse(await run("npm", ["pack", "--dry-run", "--json", tarball]))
  return { name, version, tarball, manifest, contents }
}

const folders = [
  "packages/core",
  "packages/simulator",
  "packages/cluster",
  "packages/sqlite-node20",
  "apps/reconcile"
]

/** Each with its tarball, the manifest in it, and the names and sizes of its files. */
export const packed = async (into) => {
  const packages = []
  // One after the other: two npx that fetch pnpm at once get in each other's way.
  for (const folder of folders) packages.push(await pack(folder, into))
  return packages
}
