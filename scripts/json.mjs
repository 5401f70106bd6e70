// Writes the JSON Schemas of what --json prints into docs/json; --check fails where a file is out of date.
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { build } from "esbuild"

const root = fileURLToPath(new URL("..", import.meta.url))
const folder = join(root, "docs/json")
const work = mkdtempSync(join(tmpdir(), "ac-reconcile-json-"))

const documents = async () => {
  try {
    const outfile = join(work, "documents.mjs")
    await build({
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      logLevel: "warning",
      entryPoints: [join(root, "apps/reconcile/src/cli/json/documents.ts")],
      outfile
    })
    return (await import(pathToFileURL(outfile).href)).documents()
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

// The formatter of everything else in the repository, so that its check holds for these files, too.
const formatted = (document) => {
  const { status, stderr, stdout } = spawnSync(
    join(root, "node_modules/.bin/biome"),
    ["format", "--stdin-file-path=docs/json/any.json"],
    { cwd: root, encoding: "utf8", input: JSON.stringify(document, null, 2) }
  )
  if (status === 0) return stdout
  console.error(stderr)
  process.exit(1)
}

const wanted = new Map(
  Object.entries(await documents()).map(([name, document]) => [name, formatted(document)])
)
mkdirSync(folder, { recursive: true })
const there = readdirSync(folder).filter((name) => name.endsWith(".json"))

if (process.argv.includes("--check")) {
  const outdated = [...wanted]
    .filter(([name, text]) => !there.includes(name) || readFileSync(join(folder, name), "utf8") !== text)
    .map(([name]) => name)
  const unwanted = there.filter((name) => !wanted.has(name))
  if (outdated.length + unwanted.length > 0) {
    console.error(
      `docs/json is out of date (${[...outdated, ...unwanted].join(", ")}): run 'pnpm json', and commit what it writes.`
    )
    process.exit(1)
  }
} else {
  for (const name of there) if (!wanted.has(name)) rmSync(join(folder, name))
  for (const [name, text] of wanted) writeFileSync(join(folder, name), text)
}
