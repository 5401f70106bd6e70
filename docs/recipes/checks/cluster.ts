// Runs the lines of docs/recipes/cluster.md, on free ports: its PostgreSQL, its account, two runners at the same moment, its
// client twice, and once more after one of the runners was killed.
import { strict as assert } from "node:assert"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

const debian = "/usr/lib/postgresql"
if (!(existsSync(debian) && readdirSync(debian).length > 0) && process.env.AC_POSTGRES !== "required") {
  console.log("skipped, because PostgreSQL is not installed")
  process.exit(0)
}

const root = fileURLToPath(new URL("../..", import.meta.url))

const freePort = async () => {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  server.close()
  return typeof address === "object" && address !== null ? String(address.port) : ""
}

let page = readFileSync(join(root, "docs/recipes/cluster.md"), "utf8")
for (const port of ["54329", "8025", "34431", "34432"]) page = page.replaceAll(port, await freePort())
const shown = [...page.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, commands]) => commands ?? "")
assert.equal(shown.length, 8)
// The first lines were run before this one, by whoever runs it.
const [, database = "", account = "", settings = "", first = "", second = "", client = "", another = ""] =
  shown
const url = /ACME_URL=(\S+)/.exec(settings)?.[1]

// The lines run in the root of the repository. What they leave behind stays in here.
const folder = mkdtempSync(join(tmpdir(), "recipe-cluster-"))
for (const name of [".recipes", "apps", "packages", "scripts"])
  symlinkSync(join(root, name), join(folder, name))

// So that a killed runner is missed soon.
const env = { ...process.env, SHARD_LOCK_EXPIRATION: "3 seconds" }
const started: Array<ChildProcess> = []

/** Ends a shell and what it runs by a signal, as a terminal does. */
const end = async (shell: ChildProcess, signal: "SIGINT" | "SIGKILL") => {
  if (shell.pid === undefined || shell.exitCode !== null || shell.signalCode !== null) return
  process.kill(-shell.pid, signal)
  await once(shell, "exit")
}

/** Runs lines that do not end until the first thing they say. */
const start = async (lines: string) => {
  const shell = spawn("sh", ["-ec", lines], {
    cwd: folder,
    env,
    stdio: ["pipe", "pipe", "inherit"],
    detached: true
  })
  started.push(shell)
  const said = createInterface(shell.stdout)
  const { value } = await said[Symbol.asyncIterator]().next()
  assert.equal(typeof value, "string", `ended without a word: ${lines}`)
  shell.stdout.resume()
  return { shell, said: String(value) }
}

/** Runs lines of the client, and returns what they wrote and said. */
const run = async (lines: string) => {
  const shell = spawn("sh", ["-ec", settings + lines], {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "inherit"]
  })
  let said = ""
  shell.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    said += chunk
  })
  const [code] = await once(shell, "close")
  assert.equal(code, 0)
  return { said, answers: readFileSync(join(folder, "settled.ndjson"), "utf8") }
}

const submissions = async () => {
  const answer = await fetch(`${url}/api/3/import/bulk_import`, {
    headers: { "Api-Token": "simulator-token" }
  })
  return answer.text()
}

try {
  const postgres = await start(database)
  assert.ok(settings.includes(`DATABASE_URL=${postgres.said}\n`))
  const simulator = await start(account)
  assert.ok(simulator.said.includes(`url ${url} token simulator-token `))
  const [doomed] = await Promise.all([start(settings + first), start(settings + second)])
  assert.match(doomed.said, /Listening on/)

  const before = await run(client)
  assert.equal(before.answers.trim().split("\n").length, 2)
  assert.match(before.said, /2 batches added, 2 answers recorded/)
  const submitted = await submissions()
  const again = await run(client)
  assert.equal(again.answers, before.answers)
  assert.match(again.said, /0 batches added, 0 answers recorded/)
  assert.equal(await submissions(), submitted)

  await end(doomed.shell, "SIGKILL")
  const after = await run(another)
  assert.match(after.said, /2 batches added, 2 answers recorded/)
  assert.notEqual(await submissions(), submitted)
} finally {
  for (const shell of started.reverse()) await end(shell, "SIGINT")
  rmSync(folder, { recursive: true, force: true })
}

console.log(
  "two runners imported 300 contacts twice, and one of them could be killed; ac-reconcile took their answers"
)
