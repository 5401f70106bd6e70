// Runs the lines of docs/recipes/cluster.md: its PostgreSQL, two runners at the same moment, and twice its client and what takes
// the answers, with one runner killed between.
import { strict as assert } from "node:assert"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import { NodeServer, Scenario, Simulator } from "effect-activecampaign-simulator"

const root = fileURLToPath(new URL("../..", import.meta.url))
const page = readFileSync(join(root, "docs/recipes/cluster.md"), "utf8")
const shown = [...page.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, commands]) => commands ?? "")
const [database = "", , client = ""] = shown
assert.match(client, /^node cluster.js .*\nac-reconcile batches add /)

// The folder of a reader: the program, and the command on the path.
const folder = mkdtempSync(join(tmpdir(), "recipe-cluster-"))
process.on("exit", () => rmSync(folder, { recursive: true, force: true }))
symlinkSync(join(root, ".recipes/cluster.js"), join(folder, "cluster.js"))
symlinkSync(join(root, "apps/reconcile/bin/ac-reconcile.js"), join(folder, "ac-reconcile"))

const debian = "/usr/lib/postgresql"
if (!(existsSync(debian) && readdirSync(debian).length > 0) && process.env.AC_POSTGRES !== "required") {
  console.log("skipped, because PostgreSQL is not installed")
  process.exit(0)
}

const freePort = async () => {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  server.close()
  return typeof address === "object" && address !== null ? String(address.port) : ""
}

const check = Effect.gen(function* () {
  const simulator = yield* Simulator.make(Scenario.make({}))
  const { url } = yield* NodeServer.make(simulator)
  const postgres = spawn("sh", ["-c", database], { cwd: root, stdio: ["pipe", "pipe", "inherit"] })
  yield* Effect.addFinalizer(() =>
    Effect.promise(async () => {
      postgres.stdin.end()
      await once(postgres, "exit")
    })
  )
  const { value: address } = yield* Effect.promise(() =>
    createInterface(postgres.stdout)[Symbol.asyncIterator]().next()
  )
  const env = {
    ...process.env,
    PATH: `${folder}:${process.env.PATH}`,
    DATABASE_URL: String(address),
    ACME_URL: url,
    ACME_KEY: "simulator-token",
    // So that a killed runner is missed soon.
    SHARD_LOCK_EXPIRATION: "3 seconds"
  }
  const runner = Effect.acquireRelease(
    Effect.map(Effect.promise(freePort), (port) =>
      spawn(process.execPath, ["cluster.js"], {
        cwd: folder,
        env: { ...env, HOST: "127.0.0.1", PORT: port },
        stdio: ["ignore", "ignore", "inherit"]
      })
    ),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )
  /** Runs the lines of the page, and returns what they wrote and said. */
  const imported = Effect.promise(async () => {
    const shell = spawn("sh", ["-ec", client], { cwd: folder, env, stdio: ["ignore", "pipe", "inherit"] })
    let said = ""
    shell.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      said += chunk
    })
    const [code] = await once(shell, "close")
    assert.equal(code, 0)
    return { said, answers: readFileSync(join(folder, "settled.ndjson"), "utf8") }
  })

  const [first] = yield* Effect.all([runner, runner])
  const before = yield* imported
  assert.equal(before.answers.trim().split("\n").length, 2)
  assert.match(before.said, /2 batches added, 2 answers recorded/)
  first.kill("SIGKILL")
  const after = yield* imported
  assert.equal(after.answers, before.answers)
  assert.match(after.said, /0 batches added, 0 answers recorded/)
  const posts = (yield* simulator.requests).filter(({ method }) => method === "POST")
  assert.equal(posts.length, 2)
})

await Effect.runPromise(Effect.scoped(check))
console.log(
  "two runners imported 300 contacts, and one of them could be killed; ac-reconcile took their answers"
)
