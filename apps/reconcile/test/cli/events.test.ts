import { statSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { documentedAnswer, documentedServer, fast } from "./support/documented.js"
import { expectDone, expectRefusal } from "./support/said.js"
import { account, inWorld } from "./support/World.js"

interface Logged {
  readonly at: string
  readonly event: string
  readonly batch_id?: string
}

const parsed = (text: string): ReadonlyArray<Logged> =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line))

describe.concurrent("the events of a run", () => {
  it(
    "are appended to the file as they happen, one JSON object per line, until it has ended",
    inWorld(async (world) => {
      const answers = ['{"status":"active"}', documentedAnswer]
      const env = account(await world.serve(documentedServer((_, call) => answers[call - 1] ?? "{}")))
      await world.run(["batches", "add", "--id", "batch-1"])
      expectDone(await world.run(["run", "--events", "events.ndjson", ...fast], { env }))
      const events = parsed(world.read("events.ndjson"))
      const names = events.map(({ event }) => event)
      expect(names.slice(0, 4)).toEqual(["Started", "Recorded", "Answered", "Settled"])
      expect(events.at(-1)).toMatchObject({ event: "Ended", exit_code: 0 })
      expect(events[1]).toMatchObject({ run_id: 1 })
      expect(events[3]).toMatchObject({ batch_id: "batch-1", status: "completed" })
      for (const { at } of events) expect(at).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
      expect(statSync(world.path("events.ndjson")).mode & 0o777).toBe(0o600)

      expectDone(await world.run(["run", "--events", "events.ndjson", "--json", ...fast], { env }))
      expect(parsed(world.read("events.ndjson")).slice(0, names.length)).toEqual(events)
      expect(parsed(world.read("events.ndjson")).length).toBeGreaterThan(names.length)
    })
  )

  it(
    "are never written into the ledger or another database",
    inWorld(async (world) => {
      const env = account(await world.serve(documentedServer(() => documentedAnswer)))
      await world.run(["batches", "add", "--id", "batch-1"])
      await world.run(["batches", "add", "--id", "batch-1", "--db", "other.db"])
      for (const name of ["reconcile.db", "other.db"]) {
        const refused = await world.run(["run", "--events", name, ...fast], { env })
        expectRefusal(refused, 2, /--events FILE/)
      }
    })
  )
})
