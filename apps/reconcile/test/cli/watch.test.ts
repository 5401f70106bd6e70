import { describe, expect, it } from "vitest"
import { rows } from "./support/database.js"
import { documentedAnswer, documentedServer, fast } from "./support/documented.js"
import { envelopeOf, expectDone, expectRefusal } from "./support/said.js"
import { account, inWorld, type World } from "./support/World.js"

const stuck = '{"status":"active"}'

const serve = async (world: World) =>
  account(await world.serve(documentedServer((batchId) => (batchId === "stuck" ? stuck : documentedAnswer))))

const add = async (world: World, id: string) => expectDone(await world.run(["batches", "add", "--id", id]))

const watch = ["run", "--watch", ...fast]

describe.concurrent("run --watch", () => {
  it(
    "waits for batches, follows those that another command adds, and at Ctrl-C reports on them with 0",
    inWorld(async (world) => {
      const env = await serve(world)
      await add(world, "batch-1")
      const watching = world.start([...watch, "--events", "events.ndjson"], { env })
      await watching.said(/completed +batch-1.*Waiting for batches …/s)
      expect(rows(world.path("reconcile.db"), "SELECT * FROM writer_lease")).toEqual([])
      await add(world, "batch-2")
      await watching.said(/Following 1 more batch.*completed +batch-2.*Waiting for batches …/s)
      watching.process.kill("SIGINT")
      const ended = await watching.ended
      expect(ended.code, ended.stderr).toBe(0)
      expect(ended.stdout).toMatch(/All 2 batches have settled.*2 batches asked about, 2 settled\./s)
      expect(ended.stdout).toMatch(/Exit code 0: all 2 batches completed\./)
      const events = world
        .read("events.ndjson")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).event)
      expect(events.filter((event) => event !== "Answered")).toEqual([
        "Started",
        "Recorded",
        "Settled",
        "Idle",
        "Joined",
        "Settled",
        "Idle",
        "Ended"
      ])
    })
  )

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143]
  ] as const)("stopped by %s with a batch open still reports, and exits with %i", (signal, code) =>
    inWorld(async (world) => {
      const env = await serve(world)
      await add(world, "batch-1")
      await add(world, "stuck")
      const watching = world.start(watch, { env })
      await watching.said(/completed +batch-1/)
      watching.process.kill(signal)
      const ended = await watching.ended
      expect(ended.code, ended.stderr).toBe(code)
      expect(ended.stdout).toMatch(/Not finished: 1 batch of 2 has not settled yet\./)
      expect(ended.stdout).toContain(`Exit code ${code}: it was stopped while 1 batch had not settled.`)
      expect(rows(world.path("reconcile.db"), "SELECT * FROM writer_lease")).toEqual([])
    })()
  )

  it(
    "has one envelope for programs once it was stopped, and says nothing while it works with --quiet",
    inWorld(async (world) => {
      const env = await serve(world)
      await add(world, "batch-1")
      await add(world, "stuck")
      const hasSettled = async () => {
        const found = () =>
          rows(world.path("reconcile.db"), "SELECT 1 FROM batch_overview WHERE status = 'completed'").length
        while (found() === 0) await new Promise((resolve) => setTimeout(resolve, 50))
      }
      const watching = world.start([...watch, "--json"], { env })
      await hasSettled()
      watching.process.kill("SIGINT")
      const ended = await watching.ended
      expect(ended.stderr).toBe("")
      expect(envelopeOf(ended.stdout)).toMatchObject({
        ok: false,
        data: { run: { open: 2, still_open: 1, stopped: "busy" } },
        error: { code: "Interrupted", exit_code: 130 }
      })
      await world.run(["batches", "remove", "stuck", "--yes"])
      await add(world, "batch-2")
      const quiet = world.start([...watch, "--quiet"], { env })
      while (
        rows(world.path("reconcile.db"), "SELECT 1 FROM batch_overview WHERE status = 'completed'").length < 2
      )
        await new Promise((resolve) => setTimeout(resolve, 50))
      while (rows(world.path("reconcile.db"), "SELECT 1 FROM writer_lease").length > 0)
        await new Promise((resolve) => setTimeout(resolve, 50))
      quiet.process.kill("SIGINT")
      const told = await quiet.ended
      expect(told.stderr).toBe("")
      expect(told.stdout).toMatch(/^All 2 batches have settled/)
      expect(told.code).toBe(0)
    })
  )

  it(
    "that must end with an error says where it stands",
    inWorld(async (world) => {
      let isRefused = false
      const documented = documentedServer(() => documentedAnswer)
      const env = account(
        await world.serve((request, response) => {
          if (!isRefused) return documented(request, response)
          response.writeHead(403, { "content-type": "application/json" })
          response.end("{}")
        })
      )
      await add(world, "batch-1")
      const watching = world.start(watch, { env })
      await watching.said(/Waiting for batches …/)
      isRefused = true
      await add(world, "batch-2")
      const ended = await watching.ended
      expect(ended.code).toBe(4)
      expect(ended.stderr).toMatch(/ac-reconcile: 1 of 2 batches settled; .*\nac-reconcile: .*refused/s)
    })
  )

  it(
    "does not go with --once or --deadline",
    inWorld(async (world) => {
      const env = await serve(world)
      await add(world, "batch-1")
      expectRefusal(await world.run(["run", "--watch", "--once"], { env }), 2, /--once asks a single time/)
      expectRefusal(
        await world.run(["run", "--watch", "--deadline", "5m"], { env }),
        2,
        /--deadline means nothing\. Leave it out\. 'timeout 8h ac-reconcile run --watch'/
      )
    })
  )
})
