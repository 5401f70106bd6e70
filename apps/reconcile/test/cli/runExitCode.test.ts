import { describe, expect, it } from "vitest"
import { dump, values, statusOfBatches } from "./support/database.js"
import { documentedAnswer, documentedContacts, documentedServer, fast } from "./support/documented.js"
import { envelopeOf, expectCleanOutput, expectDone } from "./support/said.js"
import { prepared } from "./support/trouble.js"
import { account, inWorld } from "./support/World.js"

const stuck = '{"status":"active"}'

describe.concurrent("the exit code of a run", () => {
  it(
    "is 3 if --fail-on names an outcome that occurred, and 0 if it did not",
    inWorld(async (world) => {
      const env = account(await world.serve(documentedServer(() => documentedAnswer)))
      await prepared(world)
      const rejected = await world.run(["run", "--fail-on", "missing,rejected", ...fast], { env })
      expectCleanOutput(rejected)
      expect(rejected).toMatchObject({ code: 3, stderr: "" })
      expect(rejected.stdout).toContain("2  33.3%  in the failure list")
      // What stands in the file counts, also when nothing is left to ask.
      const again = await world.run(["run", "--fail-on", "rejected", "--json", ...fast], { env })
      expect(again).toMatchObject({ code: 3, stderr: "" })
      expect(envelopeOf(again.stdout).error).toMatchObject({ code: "FailOn", exit_code: 3 })
      const happy = await world.run(["run", "--fail-on", "unaccounted,findings", ...fast], { env })
      expect(happy.code).toBe(0)
    })
  )

  it(
    "is 3 with --fail-on findings if an address failed that was not sent",
    inWorld(async (world) => {
      const env = account(await world.serve(documentedServer(() => documentedAnswer)))
      await prepared(world, "batch-1", documentedContacts.slice(0, 4))
      const ran = await world.run(["run", "--fail-on", "findings", ...fast], { env })
      expect(ran).toMatchObject({ code: 3, stderr: "" })
      expect(ran.stdout).toMatch(/^ +unmatched-failure +1\n +invalid'character@example\.com: /m)
    })
  )

  for (const status of ["failed", "interrupted"]) {
    it(
      `is 5 if a batch ended as ${status}, with contacts unaccounted and never rejected; with --once 0`,
      inWorld(async (world) => {
        const env = account(await world.serve(documentedServer(() => `{"status":"${status}"}`)))
        const db = await prepared(world)
        const ran = await world.run(["run", "--db", db, ...fast], { env })
        expectCleanOutput(ran)
        expect(ran).toMatchObject({ code: 5, stderr: "" })
        expect(ran.stdout).toMatch(new RegExp(`^${status} +batch-1 +6 sent: 6 unaccounted$`, "m"))
        expect(values(db, "SELECT DISTINCT outcome FROM contact_status")).toEqual(["unaccounted"])
        expect(await world.run(["wait", "batch-1"], { env })).toMatchObject({ code: 5 })
        await world.run(["batches", "add", "--id", "batch-1", "--db", "other.db"])
        expectDone(await world.run(["run", "--once", "--db", "other.db", ...fast], { env }))
      })
    )
  }

  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143]
  ] as const) {
    it(
      `is ${code} on ${signal}, says where it stands and that nothing is lost, and the next run continues`,
      inWorld(async (world) => {
        let asked = () => {}
        const answer = (batchId: string) => {
          asked()
          return batchId === "batch-1" ? documentedAnswer : stuck
        }
        const env = account(await world.serve(documentedServer(answer)))
        const db = await prepared(world)
        await world.run(["batches", "add", "--id", "batch-2"])
        const run = world.start(["run", ...fast], { env })
        await run.said(/^completed +batch-1/m)
        run.process.kill(signal)
        const ended = await run.ended
        expectCleanOutput(ended)
        expect(ended).toMatchObject({ code, signal: null })
        const lines = ended.stderr
          .trimEnd()
          .split("\n")
          .slice(signal === "SIGINT" ? 1 : 0)
        if (signal === "SIGINT")
          expect(ended.stderr).toMatch(/^ac-reconcile: Stopping: finishing the write …/)
        expect(lines).toEqual([
          expect.stringMatching(/^ac-reconcile: 1 of 2 batches settled; .*calls?, about 1 to go; \d+s\.$/),
          expect.stringMatching(
            /^ac-reconcile: Stopped by a signal\. Nothing recorded is lost; .* continue\.$/
          )
        ])
        expect(statusOfBatches(db)).toContainEqual({ batch_id: "batch-1", status: "completed" })

        const before = dump(db).batch_answers
        // It says nothing until it ends, so a call tells that it is under way.
        const underWay = new Promise<void>((resolve) => {
          asked = resolve
        })
        const json = world.start(["run", "--json", ...fast], { env })
        await underWay
        json.process.kill(signal)
        const told = await json.ended
        expect(told).toMatchObject({ code, stderr: "" })
        expect(envelopeOf(told.stdout)).toMatchObject({
          schema: "ac-reconcile/run/1",
          error: { exit_code: code }
        })
        expect(dump(db).batch_answers?.slice(0, before?.length)).toEqual(before)
      })
    )
  }
})
