// `npm start` and `npm test` on a machine that has Node and npm, and nothing else.
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"

const root = new URL("..", import.meta.url)
const { packageManager } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"))
const [, version] = packageManager.split("@")

const run = (command, args, options = {}) =>
  spawnSync(command, args, { cwd: root, stdio: "inherit", shell: process.platform === "win32", ...options })

const step = (title, command, args) => {
  console.error(`\n> ${title}`)
  const { error, signal, status } = run(command, args)
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

step("Install (the first time, SQLite may be compiled, which takes two minutes)", pnpm, [
  ...prefix,
  "install",
  "--frozen-lockfile"
])
step("Build", pnpm, [...prefix, "run", "--silent", "build"])
tasks[task]()
