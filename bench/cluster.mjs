// What a batch costs on the cluster, without limits: two runners and a PostgreSQL of its own, on this machine.
// Usage: node bench/cluster.mjs [batches …]   default 600
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { createServer } from "node:net"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import * as ClusterWorkflowEngine from "@effect/cluster/ClusterWorkflowEngine"
import * as NodeClusterSocket from "@effect/platform-node/NodeClusterSocket"
import * as SqlClient from "@effect/sql/SqlClient"
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { FollowImport } from "effect-activecampaign-cluster"
import { NodeServer, Scenario, Simulator } from "effect-activecampaign-simulator"

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url))
const sharding = { entityMessagePollInterval: 1000, refreshAssignmentsInterval: 500 }

const freePort = async () => {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address()
  server.close()
  return port
}

const mebibytes = (pid) => {
  const [, kib] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? []
  return Math.round(Number(kib) / 1024)
}

const counts = Effect.flatMap(
  SqlClient.SqlClient,
  (sql) => sql`SELECT
    (SELECT count(*)::int FROM cluster_messages) + (SELECT count(*)::int FROM cluster_replies) AS rows,
    (SELECT xact_commit::int FROM pg_stat_database WHERE datname = current_database()) AS transactions`
)

const measure = (batches) =>
  Effect.gen(function* () {
    const server = spawn("sh", [path("scripts/postgres.sh")], { stdio: ["pipe", "pipe", "inherit"] })
    yield* Effect.addFinalizer(() => Effect.sync(() => server.stdin.end()))
    const lines = createInterface(server.stdout)[Symbol.asyncIterator]()
    const postgres = (yield* Effect.promise(() => lines.next())).value

    const ids = Array.from({ length: batches }, (_, index) => `b-${index}`)
    const scenario = Scenario.make({
      rateLimit: null,
      batches: ids.map((batchId) => ({
        batchId,
        stages: { unset: 0, waiting: 0, claimed: 0, active: 0 },
        contacts: [{ email: `${batchId}@example.test` }]
      }))
    })
    const { url } = yield* NodeServer.make(yield* Simulator.make(scenario))
    const runners = []
    for (let number = 0; number < 2; number++) {
      const told = {
        postgres,
        accounts: { acme: url },
        budget: "none",
        sharding,
        port: yield* Effect.promise(freePort)
      }
      const runner = spawn(
        process.execPath,
        [path("packages/cluster/test/processes/runner.mjs"), JSON.stringify(told)],
        { stdio: ["pipe", "ignore", "ignore"] }
      )
      yield* Effect.addFinalizer(() => Effect.sync(() => runner.kill("SIGKILL")))
      runners.push(runner.pid)
    }
    yield* Effect.sleep("8 seconds")

    const client = ClusterWorkflowEngine.layer.pipe(
      Layer.provideMerge(
        NodeClusterSocket.layer({
          clientOnly: true,
          storage: "sql",
          shardingConfig: { ...sharding, runnerAddress: Option.none() }
        })
      ),
      Layer.provideMerge(PgClient.layer({ url: Redacted.make(postgres) }))
    )
    yield* Effect.gen(function* () {
      const [before] = yield* counts
      const from = performance.now()
      yield* Effect.forEach(ids, (batchId) => FollowImport.workflow.execute({ account: "acme", batchId }), {
        concurrency: "unbounded",
        discard: true
      })
      const seconds = (performance.now() - from) / 1000
      // PostgreSQL counts its transactions a moment later.
      yield* Effect.sleep("2 seconds")
      const [after] = yield* counts
      console.log(
        `${batches} batches in ${seconds.toFixed(1)} s: ${(batches / seconds).toFixed(0)} a second, ${(after.rows / batches).toFixed(1)} rows and ${((after.transactions - before.transactions) / batches).toFixed(1)} transactions a batch, runners at most ${runners.map(mebibytes).join(" and ")} MiB`
      )
    }).pipe(Effect.provide(client))
  }).pipe(Effect.scoped)

const asked = process.argv.slice(2).map(Number)
await Effect.runPromise(Effect.forEach(asked.length === 0 ? [600] : asked, measure, { discard: true }))
process.exit(0)
