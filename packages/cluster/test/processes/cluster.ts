import { spawn } from "node:child_process"
import { once } from "node:events"
import { createServer } from "node:net"
import { fileURLToPath } from "node:url"
import * as ClusterWorkflowEngine from "@effect/cluster/ClusterWorkflowEngine"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as NodeClusterSocket from "@effect/platform-node/NodeClusterSocket"
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { NodeServer, Scenario, Simulator } from "effect-activecampaign-simulator"
import { ClusterTables } from "../../src/index.js"

const program = fileURLToPath(new URL("runner.mjs", import.meta.url))

/**
 * Short, so that a killed runner is missed soon. But a runner gives up all of its work when a refresh of its locks takes
 * longer than the interval, which a second can be on a busy machine. In milliseconds.
 */
const sharding = {
  shardsPerGroup: 24,
  shardLockExpiration: 9000,
  shardLockRefreshInterval: 3000,
  refreshAssignmentsInterval: 500,
  entityMessagePollInterval: 1000,
  entityTerminationTimeout: 2000,
  runnerHealthCheckInterval: 1000
}

export interface Setup {
  readonly postgres: string
  readonly accounts: Readonly<Record<string, string>>
}

const freePort = async () => {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  server.close()
  return typeof address === "object" && address !== null ? address.port : 0
}

const starting = async (setup: Setup) => {
  const told = JSON.stringify({ ...setup, sharding, port: await freePort() })
  const child = spawn(process.execPath, [program, told], {
    stdio: ["pipe", process.env.AC_CLUSTER_LOGS === undefined ? "ignore" : "inherit", "inherit"]
  })
  const kill = async () => {
    child.kill("SIGKILL")
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit")
  }
  return { kill: Effect.promise(kill), hasEnded: () => child.exitCode !== null }
}

/** A runner in a process of its own. It is killed at the end, and whenever the test likes. */
export const startRunner = (setup: Setup) =>
  Effect.acquireRelease(
    Effect.promise(() => starting(setup)),
    ({ kill }) => kill
  )

/** A client of the cluster in this process: it serves nothing. */
export const client = (url: string) =>
  ClusterWorkflowEngine.layer.pipe(
    Layer.provideMerge(
      NodeClusterSocket.layer({
        clientOnly: true,
        storage: "sql",
        shardingConfig: { ...sharding, runnerAddress: Option.none() }
      })
    ),
    Layer.provide(Layer.orDie(ClusterTables.layer)),
    Layer.provideMerge(Layer.orDie(PgClient.layer({ url: Redacted.make(url) })))
  )

const firstAddress = (body: string) => /"email":"([^"]+)"/.exec(body)?.[1] ?? body

/** An account on loopback. It notes when requests left their runners, and which submissions arrived, by their first address. */
export const startAccount = (scenario: Scenario.ScenarioInput) =>
  Effect.gen(function* () {
    const simulator = yield* Simulator.make(Scenario.make(scenario))
    const submitted: Array<string> = []
    const left: Array<number> = []
    const noting = Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      left.push(Number(request.headers["x-left-at"]))
      if (request.method !== "POST") return yield* simulator.respond
      const body = yield* Effect.orDie(request.text)
      submitted.push(firstAddress(body))
      // A body can be read only once.
      const again = new Request(new URL(request.url, "http://127.0.0.1"), {
        method: "POST",
        headers: { ...request.headers },
        body
      })
      return yield* Effect.provideService(
        simulator.respond,
        HttpServerRequest.HttpServerRequest,
        HttpServerRequest.fromWeb(again).modify({ url: request.url })
      )
    })
    const { url } = yield* NodeServer.make({ ...simulator, respond: noting })
    return { url, submitted, left, requests: simulator.requests }
  })

/** The shortest time in which six requests left, in milliseconds. */
export const sixLeftWithin = (left: ReadonlyArray<number>): number => {
  const inOrder = [...left].sort((one, other) => one - other)
  return Math.min(...inOrder.slice(5).map((at, index) => at - (inOrder[index] ?? 0)))
}
