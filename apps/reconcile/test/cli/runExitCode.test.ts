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
      expect(envelopeOf(again.stdout)).toMatchObject({
        data: { failed_on: [{ condition: "rejected", count: 2, of: 6 }] },
        error: {
          code: "FailOn",
          message: "--fail-on applies: rejected (2 of 6 sent contacts, 33.3%).",
          exit_code: 3
        }
      })
      const share = await world.run(["run", "--fail-on", "rejected>33%,missing,rejected>2", ...fast], { env })
      expect(share.stdout).toContain(
        "Exit code 3: --fail-on applies: rejected>33% (2 of 6 sent contacts, 33.3%)."
      )
      const set = { ...env, AC_RECONCILE_FAIL_ON: "rejected>34%" }
      expect((await world.run(["run", ...fast], { env: set })).code).toBe(0)
      world.write("ac-reconcile.toml", 'fail_on = "rejected>1"\n')
      expect((await world.run(["run", ...fast], { env })).code).toBe(3)
      expect((await world.run(["run", "--fail-on", "", ...fast], { env })).code).toBe(0)
      const computed = await world.run(["reconcile", "--json"], { env })
      expect(computed).toMatchObject({ code: 3, stderr: "" })
      expect(envelopeOf(computed.stdout).error?.message).toContain("rejected>1 (2 of 6")
      const reported = await world.run(["report", "--markdown"], { env })
      expect(reported).toMatchObject({ code: 3, stderr: "" })
      expect(reported.stdout).toContain("Exit code 3: --fail-on applies: rejected>1 (2 of 6")
      const happy = await world.run(["run", "--fail-on", "unaccounted,findings", ...fast], { env })
      expect(happy.code).toBe(0)
    })
  )

  it(
    "is 3 for what is new in one run alone, however many passes come after it",
    inWorld(async (world) => {
      const answer = (batchId: string) => (batchId === "batch-1" ? documentedAnswer : stuck)
      const env = account(await world.serve(documentedServer(answer)))
      await prepared(world)
      await world.run(["batches", "add", "--id", "batch-2"])
      const pass = () => world.run(["run", "--once", "--fail-on", "new-rejected>30%", ...fast], { env })
      const first = await pass()
      expect(first.code).toBe(3)
      expect(first.stdout).toContain("new-rejected>30% (2 of 6 contacts with a new outcome, 33.3%)")
      // The second asks about the open batch, the third about nothing.
      expect((await pass()).code).toBe(0)
      await world.run(["batches", "remove", "batch-2", "--yes"])
      expect((await pass()).code).toBe(0)
    })
  )

  it(
    "is 3 while a batch is open for longer than --fail-on allows, and names it",
    inWorld(async (world) => {
      const env = account(await world.serve(documentedServer(() => stuck)))
      await world.run(["batches", "add", "--id", "young"])
      await world.run(["batches", "add", "--id", "old", "--submitted-at", "2026-01-01T00:00:00Z"])
      const ran = await world.run(["run", "--once", "--fail-on", "stalled>1h", ...fast], { env })
      expect(ran.code).toBe(3)
      expect(ran.stdout).toContain("Exit code 3: --fail-on applies: stalled>1h (1 batch: old).")
      expect((await world.run(["run", "--once", "--fail-on", "stalled", ...fast], { env })).code).toBe(0)
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
