// What a batch costs on the cluster, without limits: two runners and a PostgreSQL of its own, on this machine.
// Usage: node bench/cluster.mjs [batches …]   default 600
import { spawn } from "node:child_process"
import { once } from "node:events"
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
import { ClusterTables, FollowImport } from "effect-activecampaign-cluster"
import { NodeServer, Scenario, Simulator } from "effect-activecampaign-simulator"
import { model } from "./cluster/model.mjs"
import { peak, seconds } from "./cluster/usage.mjs"

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url))
const sharding = { entityMessagePollInterval: 1000, refreshAssignmentsInterval: 500 }

const freePort = async () => {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address()
  server.close()
  return port
}

const counts = Effect.flatMap(
  SqlClient.SqlClient,
  (sql) => sql`SELECT
    (SELECT count(*)::int FROM cluster_messages) + (SELECT count(*)::int FROM cluster_replies) AS rows,
    (SELECT xact_commit::int FROM pg_stat_database WHERE datname = current_database()) AS transactions,
    (pg_database_size(current_database()) / 1024)::int AS kib`
)

const startRunner = (told) =>
  Effect.gen(function* () {
    const child = spawn(
      process.execPath,
      [
        "--expose-gc",
        "--import",
        path("bench/cluster/heap.mjs"),
        path("packages/cluster/test/processes/runner.mjs"),
        JSON.stringify({ ...told, port: yield* Effect.promise(freePort) })
      ],
      { stdio: ["pipe", "pipe", "ignore"] }
    )
    yield* Effect.addFinalizer(() => Effect.sync(() => child.kill("SIGKILL")))
    const heaps = []
    createInterface(child.stdout).on("line", (line) => {
      if (line.startsWith("heap ")) heaps.push(Number(line.slice(5)))
    })
    const heap = Effect.gen(function* () {
      const before = heaps.length
      child.kill("SIGUSR2")
      while (heaps.length === before) yield* Effect.sleep("100 millis")
      return heaps[before]
    })
    return { pid: child.pid, heap }
  })

/** A new database, an account whose batches settle after a time, two runners that ask that often, and a client of them. */
const world = (batches, { active, every }, use) =>
  Effect.gen(function* () {
    const server = spawn("sh", [path("scripts/postgres.sh")], { stdio: ["pipe", "pipe", "inherit"] })
    yield* Effect.addFinalizer(() => Effect.sync(() => server.stdin.end()))
    const lines = createInterface(server.stdout)[Symbol.asyncIterator]()
    const postgres = (yield* Effect.promise(() => lines.next())).value

    const ids = Array.from({ length: batches }, (_, index) => `b-${index}`)
    const simulator = yield* Simulator.make(
      Scenario.make({
        rateLimit: null,
        batches: ids.map((batchId) => ({
          batchId,
          stages: { unset: 0, waiting: 0, claimed: 0, active },
          contacts: [{ email: `${batchId}@example.test` }]
        }))
      })
    )
    const { url } = yield* NodeServer.make(simulator)
    const told = { postgres, accounts: { acme: url }, budget: "none", every, sharding }
    const runners = [yield* startRunner(told), yield* startRunner(told)]
    yield* Effect.sleep("8 seconds")
    const client = ClusterWorkflowEngine.layer.pipe(
      Layer.provideMerge(
        NodeClusterSocket.layer({
          clientOnly: true,
          storage: "sql",
          shardingConfig: { ...sharding, runnerAddress: Option.none() }
        })
      ),
      Layer.provide(ClusterTables.layer),
      Layer.provideMerge(PgClient.layer({ url: Redacted.make(postgres) }))
    )
    const follow = (options) =>
      Effect.forEach(ids, (batchId) => FollowImport.workflow.execute({ account: "acme", batchId }, options), {
        concurrency: "unbounded",
        discard: true
      })
    return yield* Effect.provide(use({ follow, runners, server, requests: simulator.requests }), client)
  }).pipe(Effect.scoped)

const sum = (values) => values.reduce((total, value) => total + value, 0)

/** Commits a second of one connection, each of one row, as PostgreSQL's disk allows. */
const commitsASecond = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE commits (at INTEGER)`
  const from = performance.now()
  let commits = 0
  while (performance.now() - from < 2000) {
    yield* sql`INSERT INTO commits VALUES (${commits})`
    commits += 1
  }
  yield* sql`DROP TABLE commits`
  return commits / 2
})

const processorOf = (runners) => sum(runners.map(({ pid }) => seconds(pid)))

/** MiB that a runner holds for each batch it follows, after garbage was collected, and its processor seconds for a call. */
const followed = (batches) =>
  world(batches, { active: 86_400_000, every: "10 seconds" }, ({ follow, requests, runners }) =>
    Effect.gen(function* () {
      const heap = Effect.map(
        Effect.forEach(runners, (runner) => runner.heap),
        sum
      )
      const before = yield* heap
      yield* follow({ discard: true })
      while ((yield* requests).length < batches) yield* Effect.sleep("500 millis")
      yield* Effect.sleep("2 seconds")
      const heapMib = ((yield* heap) - before) / batches
      const used = processorOf(runners)
      const calls = (yield* requests).length
      yield* Effect.sleep("20 seconds")
      return { heapMib, callSeconds: (processorOf(runners) - used) / ((yield* requests).length - calls) }
    })
  )

const settled = (batches) =>
  world(batches, { active: 0 }, ({ follow, runners, server }) =>
    Effect.gen(function* () {
      const commits = yield* commitsASecond
      const [idle] = yield* counts
      yield* Effect.sleep("5 seconds")
      const used = () => ({
        runners: sum(runners.map(({ pid }) => seconds(pid))),
        server: seconds(server.pid)
      })
      const [before] = yield* counts
      const usedBefore = used()
      const from = performance.now()
      yield* follow()
      const took = (performance.now() - from) / 1000
      const usedAfter = used()
      // PostgreSQL counts its transactions a moment later.
      yield* Effect.sleep("2 seconds")
      const [after] = yield* counts
      return {
        took,
        peaks: runners.map(({ pid }) => peak(pid)),
        rows: after.rows / batches,
        transactions: (after.transactions - before.transactions) / batches,
        idleTransactions: (before.transactions - idle.transactions) / 5,
        databaseKib: (after.kib - before.kib) / batches,
        runnerSeconds: (usedAfter.runners - usedBefore.runners) / batches,
        databaseSeconds: (usedAfter.server - usedBefore.server) / batches,
        commitsASecond: commits
      }
    })
  )

const measure = (batches) =>
  Effect.gen(function* () {
    const cost = yield* settled(batches)
    const { callSeconds, heapMib } = yield* followed(Math.min(batches, 2000))
    console.log(
      `${batches} batches in ${cost.took.toFixed(1)} s: ${(batches / cost.took).toFixed(0)} a second, ${cost.rows.toFixed(1)} rows, ${cost.transactions.toFixed(1)} transactions and ${cost.databaseKib.toFixed(1)} KiB in PostgreSQL a batch, ${(cost.runnerSeconds * 1000).toFixed(0)} ms of a runner's processor, ${(callSeconds * 1000).toFixed(1)} ms more for each further call, and ${(cost.databaseSeconds * 1000).toFixed(1)} ms of PostgreSQL's, runners at most ${cost.peaks.join(" and ")} MiB, ${heapMib.toFixed(2)} MiB of live heap for a batch that is followed, ${cost.commitsASecond.toFixed(0)} commits a second on one connection\n`
    )
    console.log(`${model({ ...cost, heapMib, callSeconds })}\n`)
  })

const asked = process.argv.slice(2).map(Number)
await Effect.runPromise(Effect.forEach(asked.length === 0 ? [600] : asked, measure, { discard: true }))
process.exit(0)
