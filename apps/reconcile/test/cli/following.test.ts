import { describe, expect, it } from "vitest"
import { rows, values, statusOfBatches } from "./support/database.js"
import { documentedAnswer, documentedServer, fast } from "./support/documented.js"
import { envelopeOf, expectCleanOutput, expectDone } from "./support/said.js"
import { prepared } from "./support/trouble.js"
import { account, batchIdOf, inWorld } from "./support/World.js"

const stuck = '{"status":"active"}'

describe.concurrent("following a batch", () => {
  it(
    "waits through false and active until it has completed, and records each answer once",
    inWorld(async (world) => {
      const answers = ['{"status":false}', '{"status":false}', stuck, documentedAnswer]
      const url = await world.serve(documentedServer((_, call) => answers[call - 1] ?? "{}"))
      const db = await prepared(world)
      const ran = await world.run(["run", ...fast], { env: account(url) })
      expectDone(ran)
      expect(ran.stdout.match(/^completed /gm)).toHaveLength(1)
      expect(values(db, "SELECT status FROM batch_answers ORDER BY sequence")).toEqual([
        "unset",
        "active",
        "completed"
      ])
      expect(values(db, "SELECT raw_body FROM batch_answers ORDER BY sequence")).toEqual([
        answers[0],
        stuck,
        documentedAnswer
      ])
    })
  )

  it(
    "asks once with --once, leaves the batch pending and exits with 0; the next run continues",
    inWorld(async (world) => {
      let answer = '{"status":false}'
      const url = await world.serve(documentedServer(() => answer))
      const db = await prepared(world)
      const once = await world.run(["run", "--once", ...fast], { env: account(url) })
      expectDone(once)
      expect(once.stdout).toContain("1 batch asked about, 0 settled, 1 not settled yet.")
      expect(once.stdout).toMatch(/^ +pending +6 +100\.0% +batch not settled$/m)
      expect(values(db, "SELECT DISTINCT outcome FROM contact_status")).toEqual(["pending"])

      answer = documentedAnswer
      expectDone(await world.run(["run", "--once", ...fast], { env: account(url) }))
      expect(statusOfBatches(db)).toEqual([{ batch_id: "batch-1", status: "completed" }])
      expect(values(db, "SELECT count(*) FROM contact_status WHERE outcome = 'pending'")).toEqual([0])
    })
  )

  it(
    "gives up at --deadline with 8 and says what is still running; the next run continues",
    inWorld(async (world) => {
      let answer = stuck
      const url = await world.serve(documentedServer(() => answer))
      const db = await prepared(world)
      const late = await world.run(["run", "--deadline", "2s", ...fast], { env: account(url) })
      expectCleanOutput(late)
      expect(late).toMatchObject({ code: 8, stderr: "" })
      expect(late.stdout).toContain("1 batch asked about, 0 settled, 1 not settled yet.")
      const waited = await world.run(["wait", "batch-1", "--timeout", "1s"], {
        env: account(url)
      })
      expect(waited).toMatchObject({ code: 8, stderr: "" })
      expect(waited.stdout).toMatch(
        /^active +batch-1 +still running\n1 batch of 1 had not settled after 1s\./
      )

      answer = documentedAnswer
      expectDone(await world.run(["run", ...fast], { env: account(url) }))
      expect(statusOfBatches(db)).toEqual([{ batch_id: "batch-1", status: "completed" }])
      expect(values(db, "SELECT count(*) FROM reconcile_runs WHERE finished_at IS NULL")).toEqual([0])
    })
  )

  it(
    "waits for one batch, and exits with 1 if nothing ever came or no more answers come",
    inWorld(async (world) => {
      let calls = 0
      const running = documentedServer(() => stuck)
      const url = await world.serve((request, response) => {
        calls += 1
        if (calls === 2) running(request, response)
      })
      const wait = (...args: ReadonlyArray<string>) =>
        world.run(["wait", "batch-1", ...args], { env: account(url) })
      const never = await wait("--timeout", "2s")
      expect(never).toMatchObject({ code: 1 })
      expect(never.stdout).toMatch(/^no answer +batch-1\nBatch batch-1 gave no answer for \d+s\./)
      const noMore = await wait("--timeout", "22s", "--json")
      expect(JSON.parse(noMore.stdout)).toMatchObject({
        error: { code: "Incomplete", exit_code: 1 },
        data: {
          batches: [{ settled: false, error: expect.stringMatching(/Its last status, .* ago, was active\./) }]
        }
      })
    })
  )

  for (const once of [["--once"], []]) {
    it(
      `exits with 1 and names the batch without an answer by the deadline${once.length > 0 ? ", asked once" : ""}`,
      inWorld(async (world) => {
        const documented = documentedServer(() => documentedAnswer)
        const url = await world.serve((request, response) => {
          if (batchIdOf(request) !== "silent") documented(request, response)
        })
        const db = await prepared(world)
        await world.run(["batches", "add", "--id", "silent"])
        const args = ["run", "--deadline", "4s", ...once, ...fast]
        const ran = await world.run(args, { env: account(url) })
        expectCleanOutput(ran)
        expect(ran.code).toBe(1)
        expect(ran.stderr).toMatch(/^ac-reconcile: Batch silent gave no answer for \ds\. [^\n]*\n$/)
        expect(ran.stdout).toContain("2 batches asked about, 1 settled, 1 without an answer.")
        expect(statusOfBatches(db)).toContainEqual({ batch_id: "batch-1", status: "completed" })
        expect((await world.run(["batches", "show", "silent"])).stdout).toContain(
          "Batch silent is without an answer."
        )
        const json = await world.run([...args, "--json"], { env: account(url) })
        expect(json).toMatchObject({ code: 1, stderr: "" })
        expect(envelopeOf(json.stdout).data).toMatchObject({
          run: { still_open: 0, problems: [{ batch_id: "silent", error: "NoAnswer", answered_at: null }] }
        })
      })
    )
  }

  it(
    "asks once more after a nonsense answer",
    inWorld(async (world) => {
      const nonsense = ["null", "[]", '"completed"', "{}"]
      const answer = (batchId: string, call: number) =>
        call === 1 ? (nonsense[Number(batchId.slice(6))] ?? documentedAnswer) : documentedAnswer
      const env = account(await world.serve(documentedServer(answer)))
      const ids = nonsense.map((_, index) => `batch-${index}`)
      await world.run(["batches", "add", ...ids.flatMap((id) => ["--id", id])])
      expectDone(await world.run(["run", "--once", ...fast], { env }))
      expect(statusOfBatches(world.path("reconcile.db"))).toEqual(
        ids.map((batch_id) => ({ batch_id, status: "completed" }))
      )
    })
  )

  it(
    "keeps an undocumented status word as received, and continues to ask",
    inWorld(async (world) => {
      const answers = ['{"status":"paused"}', documentedAnswer]
      const url = await world.serve(documentedServer((_, call) => answers[call - 1] ?? "{}"))
      const db = await prepared(world)
      expectDone(await world.run(["run", ...fast], { env: account(url) }))
      expect(values(db, "SELECT status FROM batch_answers ORDER BY sequence")).toEqual([
        "paused",
        "completed"
      ])
    })
  )

  it(
    "survives a rate limit, an unavailable server, a body cut short and a reset connection",
    inWorld(async (world) => {
      const faults = (
        [
          { _tag: "RateLimited", retryAfter: 0 },
          { _tag: "Unavailable", retryAfter: 0 },
          { _tag: "Cut" },
          { _tag: "Reset" }
        ] as const
      ).map((fault, index) => ({ on: { batchId: `batch-${index + 1}`, calls: [1] }, fault }))
      const batches = faults.map(({ on: { batchId } }) => ({
        batchId,
        stages: { unset: 0, waiting: 0, claimed: 0, active: 0 },
        contacts: [{ email: `${batchId}@example.test` }]
      }))
      const url = await world.simulate({ batches, faults })
      await world.run(["batches", "add", ...batches.flatMap(({ batchId }) => ["--id", batchId])])
      expectDone(await world.run(["run", ...fast], { env: account(url) }))
      expect(statusOfBatches(world.path("reconcile.db"))).toEqual(
        batches.map(({ batchId }) => ({ batch_id: batchId, status: "completed" }))
      )
    })
  )

  it(
    "is done by only one of two runs on a file at the same time, and nothing is asked or recorded twice",
    inWorld(async (world) => {
      const batches = Array.from({ length: 20 }, (_, index) => ({
        batchId: `batch-${index}`,
        stages: { unset: 0, waiting: 300, claimed: 300, active: 100 * index },
        contacts: [{ email: `contact-${index}@example.test` }]
      }))
      const env = account(await world.simulate({ batches }))
      await world.run(["batches", "add", ...batches.flatMap(({ batchId }) => ["--id", batchId])])
      const both = await Promise.all([1, 2].map(() => world.run(["run", ...fast], { env })))
      const [done, refused] = both.sort((a, b) => (a.code ?? -1) - (b.code ?? -1))
      expect(done).toMatchObject({ code: 0, stderr: "" })
      expect(refused).toMatchObject({ code: 7, stdout: "" })
      expect(refused?.stderr).toMatch(/another run has been working on it since .* \(process \d+ on .*\)/)
      const db = world.path("reconcile.db")
      expect(
        rows(
          db,
          "SELECT count(*) AS answers, count(DISTINCT batch_id) AS batches FROM batch_answers WHERE status = 'completed'"
        )
      ).toEqual([{ answers: 20, batches: 20 }])
      expect(values(db, "SELECT count(*) FROM batch_successes")).toEqual([20])
    })
  )

  it(
    "with --quiet writes only the result, and still names what gave no answer",
    inWorld(async (world) => {
      const documented = documentedServer(() => documentedAnswer)
      const url = await world.serve((request, response) => {
        if (batchIdOf(request) === "silent") response.writeHead(404).end("{}")
        else documented(request, response)
      })
      await prepared(world)
      await world.run(["batches", "add", "--id", "silent", "--quiet", "--no-color"])
      const ran = await world.run(["run", "--once", "--quiet", ...fast], { env: account(url) })
      expectCleanOutput(ran)
      expect(ran.code).toBe(1)
      expect(ran.stdout).toMatch(/^Not finished: 1 batch gave no answer\./)
      expect(ran.stderr.trimEnd().split("\n")).toEqual([expect.stringContaining("silent")])
    })
  )
})
