import { readdirSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { rows, values } from "./support/database.js"
import { csvOf, documentedServer, fast } from "./support/documented.js"
import { expectDone } from "./support/said.js"
import { account, inWorld, type World } from "./support/World.js"

const completed = '{"status":"completed","success":["5"],"failure":[]}'
const active = '{"status":"active"}'

/** Batches `b-1` to `b-4`, each asked about once more than the one before until it has settled. */
const prepare = async (world: World) => {
  for (const batch of ["b-1", "b-2", "b-3", "b-4"]) {
    world.write("sent.csv", csvOf(batch, [`${batch}@x.test`]))
    expectDone(
      await world.run(["contacts", "load", "sent.csv", "--source", batch, "--batch-column", "batch_id"])
    )
  }
  const url = await world.serve(
    documentedServer((batchId, call) => (call < Number(batchId.slice(2)) ? active : completed))
  )
  return { db: world.path("reconcile.db"), env: account(url) }
}

const expectFollowed = (db: string) => {
  expect(values(db, "SELECT DISTINCT status FROM batch_overview")).toEqual(["completed"])
  expect(values(db, "SELECT count(*) FROM reconcile_runs WHERE finished_at IS NOT NULL")).toEqual([1])
  expect(rows(db, "SELECT * FROM writer_lease")).toEqual([])
}

describe.concurrent("a command that does something", () => {
  it(
    "finishes even if the reader of its output leaves",
    inWorld(async (world) => {
      const { db, env } = await prepare(world)
      const started = world.start(["run", ...fast], { env })
      await started.said(/^completed/m)
      started.process.stdout?.destroy()
      expect(await started.ended).toMatchObject({ code: 0, signal: null, stderr: "" })
      expectFollowed(db)
    })
  )

  it(
    "ends with the exit code of its work, even if the reader of its output leaves",
    inWorld(async (world) => {
      await prepare(world)
      const open = account(await world.serve(documentedServer(() => active)))
      const refused = account(await world.serve(documentedServer(() => active)), "another-token")
      for (const { args, code, env } of [
        { args: ["run", "--once", ...fast, "--json"], code: 4, env: refused },
        { args: ["run", "--once", ...fast, "--fail-on", "pending"], code: 3, env: open },
        { args: ["run", "--deadline", "1s", ...fast, "--json"], code: 8, env: open }
      ]) {
        const started = world.start(args, { env })
        started.process.stdout?.destroy()
        expect(await started.ended, args.join(" ")).toMatchObject({ code, signal: null })
      }
    })
  )

  it(
    "finishes even if its output can no longer be written, and then says so with 1",
    inWorld(async (world) => {
      const { db, env } = await prepare(world)
      const ended = await world.run(["run", ...fast], { env, stdout: "/dev/full" })
      expect(ended).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(
          /^ac-reconcile: standard output: cannot be written \(the disk is full, ENOSPC\)\. .*\n$/
        )
      })
      expectFollowed(db)
    })
  )
})

describe.concurrent("a command that only prints", () => {
  it(
    "says nothing if its reader leaves before the first line, and leaves nothing beside the ledger",
    inWorld(async (world) => {
      await prepare(world)
      const before = readdirSync(world.folder).sort()
      for (const args of [
        ["export", "outcomes"],
        ["export", "unaccounted", "--format", "json"],
        ["query", "SELECT * FROM batch_sent"],
        ["batches", "list"],
        ["explain", "b-1@x.test"],
        ["schema"],
        ["--help"]
      ]) {
        const started = world.start(args)
        started.process.stdout?.destroy()
        expect(await started.ended, args.join(" ")).toMatchObject({ code: 0, signal: null, stderr: "" })
      }
      expect(readdirSync(world.folder).sort()).toEqual(before)
    })
  )
})
