// A runner of the cluster, as a service would start it: node runner.mjs '{"postgres": …, "port": …, "accounts": {…}}'
import * as ClusterWorkflowEngine from "@effect/cluster/ClusterWorkflowEngine"
import { RunnerAddress } from "@effect/cluster/RunnerAddress"
import * as NodeClusterSocket from "@effect/platform-node/NodeClusterSocket"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { ActiveCampaignClient } from "effect-activecampaign"
import {
  ClusterRateBudget,
  ClusterTables,
  FollowImport,
  ImportJob,
  Intents,
  SubmitImport
} from "effect-activecampaign-cluster"

const { accounts: urls, budget, every = "700 millis", port, postgres, sharding } = JSON.parse(process.argv[2])

/** Says when a request left: it may arrive later, when the machine is busy. */
const stamping = (url, init) => {
  const headers = new Headers(init.headers)
  headers.set("x-left-at", String(performance.timeOrigin + performance.now()))
  return fetch(url, { ...init, headers })
}

const accounts = (account) =>
  ActiveCampaignClient.layer({ url: urls[account], apiToken: Redacted.make("simulator-token") }).pipe(
    Layer.provide(FetchHttpClient.layer),
    Layer.provide(Layer.succeed(FetchHttpClient.Fetch, stamping))
  )

const workflows = Layer.mergeAll(
  FollowImport.layer({
    accounts,
    policy: { firstDelay: "300 millis", schedule: Schedule.jittered(Schedule.spaced(every)) }
  }),
  Layer.provide(SubmitImport.layer({ accounts }), Intents.layerSql),
  ImportJob.layer()
)
// Unlimited numbers cannot be written in JSON.
const limits =
  budget === "none"
    ? { requestsPerSecond: Infinity, importsPerMinute: Infinity, singleImportsPerMinute: Infinity }
    : {}
const Runner = Layer.mergeAll(workflows, ClusterRateBudget.entity(limits)).pipe(
  Layer.provide(ClusterWorkflowEngine.layer),
  Layer.provide(
    NodeClusterSocket.layer({
      storage: "sql",
      shardingConfig: {
        ...sharding,
        runnerAddress: Option.some(RunnerAddress.make({ host: "127.0.0.1", port }))
      }
    })
  ),
  Layer.provide(ClusterTables.layer),
  Layer.provide(PgClient.layer({ url: Redacted.make(postgres), applicationName: `runner ${port}` }))
)

// It must not outlive whoever started it.
process.stdin.resume().on("end", () => process.exit(1))
NodeRuntime.runMain(Layer.launch(Runner))
