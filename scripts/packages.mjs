// What would be published: packed, examined, and used from outside the workspace.
import { spawnSync } from "node:child_process"
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
const work = mkdtempSync(join(tmpdir(), "packages-"))

const run = (cwd, command, ...args) => {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" })
  if (status === 0) return stdout
  console.error(`${command} ${args.join(" ")} failed with ${status}\n${stdout}${stderr}`)
  rmSync(work, { recursive: true, force: true })
  process.exit(1)
}
const bin = (name) => join(root, "node_modules/.bin", name)

const pack = (folder) => {
  const out = join(work, folder.replace("/", "-"))
  mkdirSync(out)
  run(join(root, folder), "npx", "--yes", packageManager, "pack", "--pack-destination", out)
  const { name, version } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"))
  return join(out, `${name}-${version}.tgz`)
}

const libraries = ["packages/core", "packages/simulator"].map(pack)
const command = pack("apps/reconcile")
const sqliteOfNode20 = pack("packages/sqlite-node20")
for (const tarball of [...libraries, command, sqliteOfNode20])
  run(root, bin("publint"), "run", tarball, "--strict")
for (const tarball of libraries) run(root, bin("attw"), tarball, "--profile", "esm-only")
console.log("packed; publint and attw are content")

const catalog = readFileSync(join(root, "pnpm-workspace.yaml"), "utf8")
const pinned = (name) => `${name}@${new RegExp(`^ {2}"?${name}"?: (\\S+)$`, "m").exec(catalog)[1]}`
const project = (name, ...packages) => {
  const folder = join(work, name)
  mkdirSync(folder)
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }))
  run(folder, "npm", "install", "--no-audit", "--no-fund", ...packages)
  return folder
}
const examplesOf = (file) =>
  [...readFileSync(join(root, file), "utf8").matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code]) => code)

// The library, as a stranger installs it: the tarball and its peers.
const peers = [pinned("effect"), pinned("@effect/platform")]
const consumer = project("consumer", libraries[0], ...peers, pinned("typescript"))
const examples = ["README.md", "packages/core/README.md"].flatMap(examplesOf)
examples.forEach((code, index) => {
  writeFileSync(join(consumer, `example${index}.ts`), `${code}\nexport {}\n`)
})
for (const [module, moduleResolution] of [
  ["nodenext", "nodenext"],
  ["esnext", "bundler"]
]) {
  run(
    consumer,
    "npx",
    "tsc",
    "--noEmit",
    "--strict",
    "--skipLibCheck",
    "--target",
    "es2022",
    "--lib",
    "es2023,dom",
    "--module",
    module,
    "--moduleResolution",
    moduleResolution,
    ...examples.map((_, index) => `example${index}.ts`)
  )
}
console.log(
  `the library installs with its peers alone; ${examples.length} examples compile as nodenext and bundler`
)

// The simulator in somebody's tests: it simulates for the library that is there, and brings none of its own.
const tested = project("tested", ...libraries, ...peers, pinned("vitest"), pinned("@effect/vitest"))
for (const name of ["effect", "@effect/platform", "effect-activecampaign"]) {
  const copies = run(tested, "npm", "ls", "--all", "--parseable", name).trim().split("\n")
  if (new Set(copies).size !== 1) throw new Error(`${name} is there more than once:\n${copies.join("\n")}`)
}
const tests = examplesOf("packages/simulator/README.md")
tests.forEach((code, index) => {
  writeFileSync(join(tested, `example${index}.test.ts`), code)
})
run(tested, "npx", "vitest", "run")
run(tested, "npx", "activecampaign-simulator", "--print-scenario-switches")
console.log(`the simulator uses the library beside it; ${tests.length} test of its README passes`)

// The command, with its one dependency and nothing else of the workspace.
const installed = join(work, "installed")
mkdirSync(installed)
run(installed, "tar", "-xzf", command)
mkdirSync(join(installed, "node_modules"))
const isNode20 = Number(process.versions.node.split(".", 1)[0]) < 22
const driver = isNode20 ? "ac-reconcile-sqlite-node20" : "better-sqlite3"
symlinkSync(
  realpathSync(join(root, "apps/reconcile/node_modules", driver)),
  join(installed, "node_modules", driver)
)
run(installed, process.execPath, "package/bin/ac-reconcile.js", "demo", "--json")
console.log("the command runs from its package")
rmSync(work, { recursive: true, force: true })
