// `npm start` and `npm test` on a machine that has Node and npm, and nothing else.
import { spawnSync } from "node:child_process"
import { existsSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
const [, version] = packageManager.split("@")

const run = (command, args, options = {}) =>
  spawnSync(command, args, { cwd: root, stdio: "inherit", shell: process.platform === "win32", ...options })

const step = (title, command, args, options) => {
  console.error(`\n> ${title}`)
  const { error, signal, status } = run(command, args, options)
  if (error) console.error(`${command} could not be started: ${error.message}`)
  if (status !== 0) process.exit(status ?? (signal === "SIGINT" ? 130 : 1))
}

const installed = run("pnpm", ["--version"], { stdio: "pipe", encoding: "utf8" })
const hasPnpm = installed.status === 0 && installed.stdout.trim() === version
const [pnpm, prefix] = hasPnpm ? ["pnpm", []] : ["npx", ["--yes", packageManager]]

const [task, ...rest] = process.argv.slice(2)
const tasks = {
  build: () => {},
  start: () => step("Demo", process.execPath, ["apps/reconcile/bin/ac-reconcile.js", "demo", ...rest]),
  test: () => step("Tests", process.execPath, ["node_modules/vitest/vitest.mjs", "run", ...rest])
}
if (!(task in tasks)) {
  console.error(`usage: node scripts/workspace.mjs ${Object.keys(tasks).join("|")}`)
  process.exit(2)
}

const isNode20 = Number(process.versions.node.split(".", 1)[0]) < 22

// Which packages are installed depends on the Node, and pnpm takes what another one installed for complete.
const modules = join(root, "node_modules")
const mark = join(modules, ".installed-by")
const installer = `Node ${process.versions.node.split(".", 1)[0]}, ${process.platform} ${process.arch}`
if (existsSync(modules) && !(existsSync(mark) && readFileSync(mark, "utf8") === installer)) {
  console.error(`\n> This folder was installed by another Node; it is installed anew by ${installer}.`)
  for (const folder of [
    "",
    "apps/reconcile",
    "packages/core",
    "packages/simulator",
    "packages/cluster",
    "packages/sqlite-node20"
  ])
    rmSync(join(root, folder, "node_modules"), { recursive: true, force: true })
}

step("Install", pnpm, [...prefix, "install", "--frozen-lockfile"])
writeFileSync(mark, installer)

// From Node 22 on, the driver brings its binaries along.
if (isNode20) {
  const driver = realpathSync(join(root, "packages/sqlite-node20/node_modules/better-sqlite3"))
  const opens = () =>
    run(process.execPath, ["-e", 'new (require("."))(":memory:")'], { cwd: driver, stdio: "ignore" })
  if (opens().status !== 0) {
    step("Compile SQLite, once, for about two minutes", "npm", ["run", "install", "--silent"], {
      cwd: driver
    })
  }
}

step("Build", pnpm, [...prefix, "run", "--silent", "build"])
tasks[task]()
