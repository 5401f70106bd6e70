// Publishes what is not on npm yet, after it was built anew and checked. Usage: node scripts/release.mjs [--dry-run]
//   --dry-run  builds, packs, checks, lists every file and the sizes, says what would be published, and publishes nothing
import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"

const { values: options } = parseArgs({ options: { "dry-run": { type: "boolean", default: false } } })
const dryRun = options["dry-run"]
const root = fileURLToPath(new URL("..", import.meta.url))
const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
const shell = process.platform === "win32"

const refuse = (reason) => {
  console.error(reason)
  process.exit(1)
}

const step = (title, command, ...args) => {
  console.log(`\n> ${title}`)
  const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit", shell })
  if (status !== 0) refuse(`${command} ${args.join(" ")} failed; nothing was published.`)
}
const pnpm = (title, ...args) => step(title, "npx", "--yes", packageManager, ...args)

/** What speaks against a release, in a sentence each. A dry run tells it and goes on. */
const objections = () => {
  const waiting = readdirSync(join(root, ".changeset")).filter(
    (name) => name.endsWith(".md") && name !== "README.md"
  )
  const { stdout } = spawnSync("git", ["status", "--porcelain"], { cwd: root, encoding: "utf8", shell })
  return [
    ...(waiting.length > 0
      ? [`Changesets wait (${waiting.length}): run 'pnpm versions' and commit what it changes.`]
      : []),
    ...(stdout.trim() === "" ? [] : ["There are changes that are not committed."])
  ]
}

if (Number(process.versions.node.split(".", 1)[0]) < 22) refuse("A release is made on Node 22 or later.")
const against = objections()
if (against.length > 0 && !dryRun) refuse(against.join("\n"))

// What an earlier build left, whose source is gone, would be published, too.
for (const folder of ["packages/core", "packages/simulator", "packages/cluster", "apps/reconcile"])
  rmSync(join(root, folder, "dist"), { recursive: true, force: true })
step("Install and build", process.execPath, "scripts/workspace.mjs", "build")
step("Pack, check and weigh", process.execPath, "scripts/packages.mjs", "--contents")
pnpm("What npm does not have yet", "exec", "changeset", "publish-plan")

if (dryRun) {
  console.log("\nDry run: nothing was published.")
  for (const objection of against) console.log(`Before a release: ${objection}`)
} else {
  pnpm("Publish", "exec", "changeset", "publish")
  console.log("\nPublished. Push the tags: git push --follow-tags")
}
