// Starts what docs/recipes/cluster.md starts: a PostgreSQL, two runners, and a client twice, with one runner killed between.
import { strict as assert } from "node:assert"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, readdirSync } from "node:fs"
import { createServer } from "node:net"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import { NodeServer, Scenario, Simulator } from "effect-activecampaign-simulator"

const program = fileURLToPath(new URL("../cluster.js", import.meta.url))
const script = fileURLToPath(new URL("../../scripts/postgres.sh", import.meta.url))

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
  const postgres = spawn("sh", [script], { stdio: ["pipe", "pipe", "inherit"] })
  yield* Effect.addFinalizer(() =>
    Effect.promise(async () => {
      postgres.stdin.end()
      await once(postgres, "exit")
    })
  )
  const { value: database } = yield* Effect.promise(() =>
    createInterface(postgres.stdout)[Symbol.asyncIterator]().next()
  )
  const started = (args: ReadonlyArray<string>, port?: string) =>
    spawn(process.execPath, [program, ...args], {
      env: {
        ...process.env,
        DATABASE_URL: String(database),
        ACME_URL: url,
        ACME_KEY: "simulator-token",
        // So that a killed runner is missed soon.
        SHARD_LOCK_EXPIRATION: "3 seconds",
        ...(port === undefined ? {} : { HOST: "127.0.0.1", PORT: port })
      },
      stdio: ["ignore", args.length === 0 ? "ignore" : "pipe", "inherit"]
    })
  const runner = Effect.acquireRelease(
    Effect.map(Effect.promise(freePort), (port) => started([], port)),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )
  const answers = Effect.promise(async () => {
    const client = started(["upload 17"])
    let text = ""
    client.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk
    })
    const [code] = await once(client, "close")
    assert.equal(code, 0)
    return text
  })

  const first = yield* runner
  // It makes the tables. Two processes that make them at once disturb each other.
  yield* Effect.sleep("5 seconds")
  yield* runner
  yield* Effect.sleep("2 seconds")
  const before = yield* answers
  assert.equal(before.trim().split("\n").length, 2)
  first.kill("SIGKILL")
  assert.equal(yield* answers, before)
  const posts = (yield* simulator.requests).filter(({ method }) => method === "POST")
  assert.equal(posts.length, 2)
})

await Effect.runPromise(Effect.scoped(check))
console.log("two runners imported 300 contacts, and one of them could be killed")
