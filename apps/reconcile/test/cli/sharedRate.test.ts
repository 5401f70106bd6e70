import { existsSync, readdirSync } from "node:fs"
import type { RequestListener } from "node:http"
import { describe, expect, it } from "vitest"
import { expectDone } from "./support/said.js"
import { account, inWorld, type World } from "./support/World.js"

/** A server on which no batch ever settles, and when it was asked. */
const recording = () => {
  const times: Array<number> = []
  const listener: RequestListener = (_, response) => {
    times.push(performance.now())
    response.writeHead(200, { "content-type": "application/json" })
    response.end('{"status":"active"}')
  }
  return { listener, times }
}

/** The most of these times within less than a second. */
const busiest = (times: ReadonlyArray<number>) =>
  Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + 1000).length))

const addBatches = async (world: World, db: string, count: number) => {
  const ids = Array.from({ length: count }, (_, index) => ["--id", `batch-${index}`]).flat()
  expectDone(await world.run(["batches", "add", ...ids, "--db", db]))
}

const pass = (db: string) => ["run", "--once", "--no-resolve", "--no-lookup", "--db", db]

describe("three ledgers of one account", () => {
  it(
    "run at once within the account's 5 requests a second, even if one of the runs is killed",
    inWorld(async (world) => {
      await Promise.all(["a.db", "b.db", "c.db"].map((db) => addBatches(world, db, 6)))
      const { listener, times } = recording()
      const url = await world.serve(listener)
      const [a, b, c] = ["a.db", "b.db", "c.db"].map((db, index) =>
        // However the URL is written, it is one account.
        world.start(pass(db), { env: account(index === 0 ? url : `${url}/api/3/`) })
      )
      while (times.length < 6) await new Promise((resolve) => setTimeout(resolve, 5))
      c?.process.kill("SIGKILL")
      const ended = await Promise.all([a?.ended, b?.ended])
      for (const one of ended) expect(one).toMatchObject({ code: 0, stderr: "" })
      expect(times.length).toBeGreaterThanOrEqual(12)
      expect(busiest(times)).toBeLessThanOrEqual(5)
      expect(
        readdirSync(world.path(".state/ac-reconcile")).filter((name) => /sqlite$/.test(name))
      ).toHaveLength(1)
    }),
    30_000
  )
})

describe.concurrent("the folder in which commands share the rate", () => {
  it(
    "may be impossible to create: that is said once, and the job is done",
    inWorld(async (world) => {
      await addBatches(world, "reconcile.db", 2)
      const { listener, times } = recording()
      world.write("state", "")
      const env = { ...account(await world.serve(listener)), XDG_STATE_HOME: world.path("state") }
      const ran = await world.run(pass("reconcile.db"), { env })
      expect(ran.code).toBe(0)
      expect(ran.stderr).toMatch(/^ac-reconcile: The rate limit covers this process only, because [^\n]+\n$/)
      expect(times).toHaveLength(2)
      const asJson = await world.run([...pass("reconcile.db"), "--json"], { env })
      expect(asJson).toMatchObject({ code: 0, stderr: "" })
    })
  )

  it(
    "is in the home folder if none is given, or a relative one",
    inWorld(async (world) => {
      await addBatches(world, "reconcile.db", 1)
      const { listener } = recording()
      const env = { ...account(await world.serve(listener)), XDG_STATE_HOME: "state" }
      expectDone(await world.run(pass("reconcile.db"), { env }))
      expect(existsSync(world.path(".local/state/ac-reconcile"))).toBe(true)
      expect(existsSync(world.path("state"))).toBe(false)
    })
  )
})
