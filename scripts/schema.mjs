// Writes docs/schema.md: the notes, and what the built command answers about a small ledger. --check compares instead.
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

const isCheck = process.argv.includes("--check")
const { status } = spawnSync(
  process.execPath,
  [
    "node_modules/vitest/vitest.mjs",
    "run",
    ...["--project", "ac-reconcile"],
    ...["--reporter", "dot"],
    "test/schemaDocument.test.ts",
    ...(isCheck ? [] : ["--update"])
  ],
  { cwd: fileURLToPath(new URL("..", import.meta.url)), stdio: "inherit" }
)
if (status !== 0 && isCheck) {
  console.error("docs/schema.md is out of date: run 'pnpm schema' after a build, and commit what it writes.")
}
process.exitCode = status ?? 1
