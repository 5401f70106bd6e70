import * as ClusterWorkflowEngine from "@effect/cluster/ClusterWorkflowEngine"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as NodeClusterSocket from "@effect/platform-node/NodeClusterSocket"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ActiveCampaignClient } from "effect-activecampaign"
import {
  type Accounts,
  ClusterRateBudget,
  ClusterTables,
  FollowImport,
  ImportJob,
  Intents,
  SettledAnswers,
  SubmitImport
} from "effect-activecampaign-cluster"

const Database = ClusterTables.layer.pipe(
  Layer.provideMerge(PgClient.layerConfig({ url: Config.redacted("DATABASE_URL") }))
)

// The account "ACME" has its address in ACME_URL and its key in ACME_KEY, where the runners are.
const accounts: Accounts.Accounts = (account) =>
  ActiveCampaignClient.layerConfig({
    url: Config.string(`${account}_URL`),
    apiToken: Config.redacted(`${account}_KEY`)
  }).pipe(Layer.provide(FetchHttpClient.layer))

const Runner = Layer.mergeAll(
  FollowImport.layer({ accounts, policy: { deadline: "1 day" } }),
  SubmitImport.layer({ accounts }),
  ImportJob.layer(),
  ClusterRateBudget.entity()
).pipe(
  Layer.provide(Intents.layerSql),
  Layer.provide(ClusterWorkflowEngine.layer),
  Layer.provide(NodeClusterSocket.layer({ storage: "sql" })),
  Layer.provide(Database)
)

const Client = ClusterWorkflowEngine.layer.pipe(
  Layer.provide(NodeClusterSocket.layer({ clientOnly: true, storage: "sql" })),
  Layer.provide(Database)
)

const contacts = Array.from({ length: 300 }, (_, index) => ({ email: `person${index}@example.test` }))

/** Imports under a key. Run again with the same key, it prints the same answers and sends nothing. */
const importAll = (key: string) =>
  Effect.gen(function* () {
    const { parts } = yield* ImportJob.workflow.execute({ account: "ACME", key, submission: { contacts } })
    for (const part of parts) {
      if (part._tag === "Failed") yield* Console.error(part.error.message)
      else yield* Effect.sync(() => process.stdout.write(SettledAnswers.toNdjson([part.import.settled])))
    }
  })

const [key] = process.argv.slice(2)
// What is printed is for ac-reconcile.
const quiet = { disablePrettyLogger: true }
if (key === undefined) NodeRuntime.runMain(Layer.launch(Runner), quiet)
else NodeRuntime.runMain(Effect.provide(importAll(key), Client), quiet)
