import assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { ActiveCampaignClient, BatchId, BulkImport, PollPolicy, PollState } from "effect-activecampaign"
import { NodeServer, Scenario, Simulator } from "effect-activecampaign-simulator"
import { enqueue, Job, Queue, work } from "../queue-worker.js"

const batchId = "b-0001"
const scenario = Scenario.make({
  batches: [{ batchId, stages: { unset: 500, active: 3000 }, contacts: [{ email: "ada@example.test" }] }]
})
const policy = PollPolicy.fixed("250 millis", "1 minute")
const jobText = Schema.parseJson(Job)
const stateText = Schema.parseJson(PollState.PollState)

/** A queue of one job, in a file that is there as a whole or not at all. */
const queueIn = (folder: string) => {
  const write = (name: string) => (text: string) =>
    Effect.sync(() => {
      writeFileSync(join(folder, `${name}.new`), text)
      renameSync(join(folder, `${name}.new`), join(folder, name))
    })
  return Layer.succeed(Queue, {
    put: (job) => Effect.orDie(Effect.flatMap(Schema.encode(jobText)(job), write("job"))),
    done: (state) => Effect.orDie(Effect.flatMap(Schema.encode(stateText)(state), write("done"))),
    giveUp: Effect.die
  })
}

const read = (folder: string, name: string): Option.Option<string> => {
  try {
    return Option.some(readFileSync(join(folder, name), "utf8"))
  } catch {
    return Option.none()
  }
}
const jobIn = (folder: string) => Option.map(read(folder, "job"), Schema.decodeSync(jobText))

/** A process of its own: takes the job whenever it is due, until the wait is over. */
const worker = (folder: string, url: string, token: string) =>
  Effect.gen(function* () {
    while (Option.isNone(read(folder, "done"))) {
      const job = yield* jobIn(folder)
      yield* Effect.sleep(Math.max(0, DateTime.distance(yield* DateTime.now, job.dueAt)))
      yield* work(job, policy)
    }
  }).pipe(
    Effect.provide(queueIn(folder)),
    Effect.provide(BulkImport.layer),
    Effect.provide(ActiveCampaignClient.layer({ url, apiToken: Redacted.make(token) })),
    Effect.provide(FetchHttpClient.layer)
  )

const startWorker = (...args: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      spawn(process.execPath, [fileURLToPath(import.meta.url), ...args], { stdio: "inherit" })
    ),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )

/** The signal or the exit code by which a process has ended. */
const endOf = (child: ChildProcess) =>
  Effect.async<NodeJS.Signals | number | null>((resume) => {
    child.once("exit", (code, signal) => resume(Effect.succeed(signal ?? code)))
  })

const check = Effect.gen(function* () {
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "queue-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  )
  const { url } = yield* NodeServer.NodeServer
  yield* enqueue(BatchId.make(batchId)).pipe(Effect.provide(queueIn(folder)))
  const fresh = yield* jobIn(folder)

  const first = yield* startWorker(folder, url, scenario.apiToken)
  while ((yield* jobIn(folder)).state.polls < 2) yield* Effect.sleep("20 millis")
  const ended = yield* Effect.fork(endOf(first))
  yield* Effect.yieldNow()
  first.kill("SIGKILL")
  assert.equal(yield* Fiber.join(ended), "SIGKILL")
  const left = yield* jobIn(folder)
  assert.ok(left.state.polls >= 2)
  assert.equal(Option.isNone(read(folder, "done")), true)

  const second = yield* startWorker(folder, url, scenario.apiToken)
  assert.equal(yield* endOf(second), 0)
  const done = yield* Effect.map(read(folder, "done"), Schema.decodeSync(stateText))
  const settled = yield* PollState.settled(done)
  assert.equal(settled.status, "completed")
  assert.deepEqual(done.startedAt, fresh.state.startedAt)
  assert.ok(done.polls > left.state.polls)
  // A call whose answer was on the way when the worker was killed is the only one that is not counted.
  const asked = (yield* Simulator.requests).length
  assert.ok(asked === done.polls || asked === done.polls + 1, `${asked} calls, ${done.polls} polls`)
  return `killed after ${left.state.polls} polls, another process went on and had the settled answer after ${done.polls}`
})

const [folder, url, token] = process.argv.slice(2)
if (folder !== undefined && url !== undefined && token !== undefined) {
  await Effect.runPromise(worker(folder, url, token))
} else {
  console.log(await Effect.runPromise(check.pipe(Effect.scoped, Effect.provide(NodeServer.layer(scenario)))))
}
