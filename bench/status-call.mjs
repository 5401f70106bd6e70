// What the status call costs through the library, against bare fetch + JSON.parse and against undici.request:
// microseconds of CPU a call and calls a second, same process, same loopback server (a process of its own).
//
//   npx tsc -b && node bench/status-call.mjs [calls] [rounds]
import { fork } from "node:child_process"
import { createRequire } from "node:module"
import { fileURLToPath, pathToFileURL } from "node:url"

const calls = Number(process.argv[2] ?? 3000)
const rounds = Number(process.argv[3] ?? 5)
const concurrencies = [1, 16]

const root = new URL("../", import.meta.url)
const core = (path) => import(new URL(`packages/core/dist/${path}.js`, root).href)
const simulatorRequire = createRequire(new URL("packages/simulator/package.json", root))
const resolved = (name) => import(pathToFileURL(simulatorRequire.resolve(name)).href)

const { ActiveCampaignClient, BulkImport, RateBudget } = await core("index")
// As the library resolves them: the ESM builds, not those `require` would find.
const esm = (path) => import(new URL(`packages/core/node_modules/${path}`, root).href)
const Effect = await esm("effect/dist/esm/Effect.js")
const Layer = await esm("effect/dist/esm/Layer.js")
const Redacted = await esm("effect/dist/esm/Redacted.js")
const ManagedRuntime = await esm("effect/dist/esm/ManagedRuntime.js")
const FetchHttpClient = await esm("@effect/platform/dist/esm/FetchHttpClient.js")
const HttpClient = await esm("@effect/platform/dist/esm/HttpClient.js")
const NodeHttpClient = await import(
  new URL("packages/simulator/node_modules/@effect/platform-node/dist/esm/NodeHttpClient.js", root).href
)
const undici = await resolved("@effect/platform-node").then(async () => {
  const platformNode = createRequire(simulatorRequire.resolve("@effect/platform-node"))
  return import(pathToFileURL(platformNode.resolve("undici")).href)
})

const server = fork(fileURLToPath(new URL("status-call-server.mjs", import.meta.url)))
const port = await new Promise((resolve) => server.once("message", resolve))
const url = `http://127.0.0.1:${port}`
const path = "/api/3/import/info?batchId=b-0001"
const headers = { "Api-Token": "benchmark" }

const runtimes = []
/** The library on a layer of HTTP clients; the answer is asked for as a user would, without a rate limit. */
const library = async (http) => {
  const layer = BulkImport.layer.pipe(
    Layer.provide(ActiveCampaignClient.layer({ url, apiToken: Redacted.make("benchmark") })),
    Layer.provide(RateBudget.layerUnlimited),
    Layer.provide(http)
  )
  const runtime = ManagedRuntime.make(layer)
  runtimes.push(runtime)
  const bulkImport = await runtime.runPromise(BulkImport.BulkImport)
  const info = bulkImport.info("b-0001")
  return (count, concurrency) =>
    runtime.runPromise(
      Effect.forEach(
        Array.from({ length: concurrency }),
        () => Effect.repeatN(info, count / concurrency - 1),
        {
          concurrency: "unbounded",
          discard: true
        }
      )
    )
}

/** The platform's client alone: no decoding, budget, time limit, retry, span or metric of ours. */
const platform = async (http) => {
  const runtime = ManagedRuntime.make(http)
  runtimes.push(runtime)
  const client = await runtime.runPromise(HttpClient.HttpClient)
  const call = Effect.flatMap(client.get(url + path, { headers }), (response) => response.json)
  return (count, concurrency) =>
    runtime.runPromise(
      Effect.forEach(
        Array.from({ length: concurrency }),
        () => Effect.repeatN(call, count / concurrency - 1),
        {
          concurrency: "unbounded",
          discard: true
        }
      )
    )
}

const plain = (once) => (count, concurrency) =>
  Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (let call = 0; call < count / concurrency; call++) await once()
    })
  )

const ways = {
  "fetch + JSON.parse": plain(async () => {
    const response = await fetch(url + path, { headers, redirect: "manual" })
    return JSON.parse(await response.text())
  }),
  "undici.request + JSON.parse": plain(async () => {
    const response = await undici.request(url + path, { headers })
    return JSON.parse(await response.body.text())
  }),
  "platform, undici layer": await platform(NodeHttpClient.layerUndici),
  "platform, fetch layer": await platform(FetchHttpClient.layer),
  "library, undici layer": await library(NodeHttpClient.layerUndici),
  "library, fetch layer": await library(FetchHttpClient.layer)
}
const [baseline] = Object.keys(ways)

const measure = async (way, concurrency) => {
  globalThis.gc?.()
  const cpu = process.cpuUsage()
  const started = performance.now()
  await way(calls - (calls % concurrency), concurrency)
  const seconds = (performance.now() - started) / 1000
  const { system, user } = process.cpuUsage(cpu)
  return { cpu: (user + system) / calls, rate: calls / seconds }
}
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]

for (const concurrency of concurrencies) {
  const results = new Map(Object.keys(ways).map((name) => [name, []]))
  // Round robin, after a round to warm up: the machine's drift falls on all ways alike.
  for (let round = 0; round <= rounds; round++) {
    for (const [name, way] of Object.entries(ways)) {
      const result = await measure(way, concurrency)
      if (round > 0) results.get(name).push(result)
    }
  }
  console.log(`\nconcurrency ${concurrency}, 250 items, ${calls} calls, median of ${rounds} rounds`)
  console.log(
    `${"".padEnd(30)}${"µs CPU/call".padStart(12)}${"× fetch".padStart(10)}${"calls/s".padStart(10)}`
  )
  for (const [name, rows] of results) {
    const cpu = median(rows.map((row) => row.cpu))
    const ratio = median(rows.map((row, round) => row.cpu / results.get(baseline)[round].cpu))
    const rate = median(rows.map((row) => row.rate))
    console.log(
      `${name.padEnd(30)}${cpu.toFixed(0).padStart(12)}${ratio.toFixed(2).padStart(10)}${rate.toFixed(0).padStart(10)}`
    )
  }
}

await Promise.all(runtimes.map((runtime) => runtime.dispose()))
server.disconnect()
