// Raises the versions as the changesets say, and writes them to where the commands read their own.
import { spawnSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const changeset = join(root, "node_modules/@changesets/cli/bin.js")
const { status } = spawnSync(process.execPath, [changeset, "version"], { cwd: root, stdio: "inherit" })
if (status !== 0) process.exit(status ?? 1)

for (const [folder, file] of [
  ["apps/reconcile", "src/version.ts"],
  ["packages/simulator", "src/internal/version.ts"]
]) {
  const { version } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"))
  const path = join(root, folder, file)
  writeFileSync(path, readFileSync(path, "utf8").replace(/version = ".*"/, `version = "${version}"`))
}
