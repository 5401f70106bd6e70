// Writes docs/schema.md from the notes in a new file of the built command; --check fails where it is out of date.
import { spawnSync } from "node:child_process"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const file = join(root, "docs/schema.md")

const said = (command, args, options = {}) => {
  const { status, stderr, stdout } = spawnSync(command, args, { cwd: root, encoding: "utf8", ...options })
  if (status === 0) return stdout
  console.error(stderr)
  process.exit(1)
}

const none = join(tmpdir(), `no-such-${process.pid}.db`)
const markdown = said(process.execPath, [
  "apps/reconcile/bin/ac-reconcile.js",
  "schema",
  "--markdown",
  "--db",
  none
])
// The formatter of everything else in the repository, so that its check holds for this file, too.
const formatted = said("node_modules/.bin/biome", ["format", "--stdin-file-path=docs/schema.md"], {
  input: markdown
})

if (!process.argv.includes("--check")) writeFileSync(file, formatted)
else if (!existsSync(file) || readFileSync(file, "utf8") !== formatted) {
  console.error("docs/schema.md is out of date: run 'pnpm schema' after a build, and commit what it writes.")
  process.exit(1)
}
