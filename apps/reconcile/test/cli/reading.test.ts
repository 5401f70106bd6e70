import { chmodSync, readdirSync, readFileSync, rmSync } from "node:fs"
import Sqlite from "better-sqlite3"
import { describe, expect, it } from "vitest"
import { pragma } from "./support/database.js"
import { csvOf } from "./support/documented.js"
import { laterCommand } from "./support/laterCommand.js"
import { expectCleanOutput, expectDone, expectRefusal } from "./support/said.js"
import { type Call, inWorld, type World } from "./support/World.js"

/** Somebody who can read what is in the folder and write nothing: to root, no folder is closed. */
const stranger: Call = process.getuid?.() === 0 ? { uid: 65534 } : {}

/** From Node 22 on, compiled code is kept in the same folder as private copies; none of it here. */
const copiesIn = (folder: string) => ({ TMPDIR: folder, NODE_DISABLE_COMPILE_CACHE: "1" })

const reading = [
  ["query", "SELECT count(*) AS sent FROM batch_sent"],
  ["query", "totals"],
  ["export", "outcomes"],
  ["batches", "list"],
  ["batches", "show", "b-1"],
  ["explain", "ada@example.test"],
  ["report"],
  ["report", "--html", "-", "--mask"],
  ["erase", "ada@example.test"],
  ["schema"]
] as const

const later = laterCommand()

const inClosedFolder = async (world: World, test: () => Promise<void>) => {
  chmodSync(world.folder, 0o555)
  try {
    await test()
  } finally {
    chmodSync(world.folder, 0o755)
  }
}

const prepare = async (world: World) => {
  world.write("sent.csv", csvOf("b-1", ["ada@example.test"]))
  expectDone(await world.run(["contacts", "load", "sent.csv", "--batch-column", "batch_id"]))
  chmodSync(world.path("reconcile.db"), 0o644)
}

describe.concurrent("a command that only reads", () => {
  it(
    "leaves the ledger as it was, and nothing beside it",
    inWorld(async (world) => {
      await prepare(world)
      const before = readFileSync(world.path("reconcile.db"))
      for (const args of reading) expectDone(await world.run(args))
      expectDone(await world.run(["snapshot", "copy.sqlite"]))
      expect(readFileSync(world.path("reconcile.db")).equals(before)).toBe(true)
      expect(readdirSync(world.folder).sort()).toEqual(["copy.sqlite", "reconcile.db", "sent.csv"])
    })
  )

  it(
    "deletes what a query ended by a signal left beside the ledger",
    inWorld(async (world) => {
      await prepare(world)
      const endless =
        "SELECT 1 UNION ALL SELECT max(x) FROM (WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c)"
      const started = world.start(["query", endless, "--format", "ndjson"])
      await started.said(/1/)
      started.process.kill("SIGINT")
      await started.ended
      expect(readdirSync(world.folder)).toContain("reconcile.db-wal")
      expectDone(await world.run(["query", "SELECT 1"]))
      expect(readdirSync(world.folder).sort()).toEqual(["reconcile.db", "sent.csv"])
    })
  )

  it(
    "reads a private copy, and says so, if the folder cannot be written",
    inWorld(async (world) => {
      await prepare(world)
      const elsewhere = world.path("elsewhere")
      world.write("elsewhere/empty", "")
      chmodSync(elsewhere, 0o777)
      await inClosedFolder(world, async () => {
        const before = readdirSync(world.folder)
        for (const call of reading) {
          const told = await world.run(call, { ...stranger, env: copiesIn(elsewhere) })
          expectCleanOutput(told)
          expect({ call, code: told.code, stderr: told.stderr }).toEqual({
            call,
            code: 0,
            stderr:
              "ac-reconcile: ./reconcile.db cannot be read in place because its folder is not writable. Reading a temporary copy.\n"
          })
          expect(told.stdout).not.toBe("")
        }
        const snapshot = await world.run(["snapshot", "elsewhere/copy.db"], {
          ...stranger,
          env: copiesIn(elsewhere)
        })
        expect(snapshot).toMatchObject({ code: 0, stdout: expect.stringContaining("1 sent contact") })
        const quiet = await world.run(["batches", "list", "--json"], {
          ...stranger,
          env: copiesIn(elsewhere)
        })
        expectDone(quiet)
        expect(readdirSync(elsewhere).sort()).toEqual(["copy.db", "empty"])
        expect(readdirSync(world.folder)).toEqual(before)
      })
    })
  )

  it(
    "deletes the private copy that a killed command left, and nothing else",
    inWorld(async (world) => {
      await prepare(world)
      world.write("elsewhere/empty", "")
      chmodSync(world.path("elsewhere"), 0o777)
      const call = { ...stranger, env: copiesIn(world.path("elsewhere")) }
      await inClosedFolder(world, async () => {
        const started = world.start(["snapshot", "elsewhere/copy.db"], call)
        let ended = false
        started.ended.finally(() => {
          ended = true
        })
        const others = () => readdirSync(world.path("elsewhere")).filter((name) => name !== "empty")
        while (others().length === 0 && !ended) await new Promise((resolve) => setImmediate(resolve))
        started.process.kill("SIGKILL")
        await started.ended
        rmSync(world.path("elsewhere/copy.db"), { force: true })
        expect((await world.run(["batches", "list"], call)).code).toBe(0)
        expect(others().filter((name) => !/unfinished/.test(name) || !/^\./.test(name))).toEqual([])
        expect((await world.run(["snapshot", "elsewhere/copy.db"], call)).code).toBe(0)
        expect(others()).toEqual(["copy.db"])
      })
    })
  )

  it(
    "reads what a killed writer left in the log, too",
    inWorld(async (world) => {
      await prepare(world)
      const writer = new Sqlite(world.path("reconcile.db"))
      writer.exec("UPDATE numbered_batches SET submitted_at = '2031-04-02T08:15:00.000Z'")
      const [file, log] = ["reconcile.db", "reconcile.db-wal"].map((name) => readFileSync(world.path(name)))
      writer.close()
      for (const [name, bytes] of [
        ["left/l.db", file],
        ["left/l.db-wal", log]
      ] as const) {
        chmodSync(world.path(world.write(name, bytes ?? "")), 0o644)
      }
      chmodSync(world.folder, 0o755)
      chmodSync(world.path("left"), 0o555)
      const told = await world.run(
        ["query", "SELECT submitted_at FROM batches", "--db", "left/l.db", "--format", "ndjson"],
        stranger
      )
      chmodSync(world.path("left"), 0o755)
      expect(told).toMatchObject({ code: 0, stdout: '{"submitted_at":"2031-04-02T08:15:00.000Z"}\n' })
    })
  )

  it(
    "changes nothing in a file of an older schema, and reads it in the newer one",
    inWorld(async (world) => {
      expectDone(await world.run(["batches", "add", "--id", "b-1"]))
      const before = readFileSync(world.path("reconcile.db"))
      for (const call of [
        ["batches", "list"],
        ["query", "SELECT * FROM batch_overview"],
        ["export", "outcomes"]
      ]) {
        const told = await world.run(call, { bin: later })
        expect(told.code).toBe(0)
        expect(told.stderr).toMatch(
          /^ac-reconcile: \.\/reconcile\.db has an older schema and was left unchanged\. Reading a temporary copy/
        )
      }
      expect(readFileSync(world.path("reconcile.db")).equals(before)).toBe(true)
      expect(readdirSync(world.folder)).toEqual(["reconcile.db"])
      expect(pragma(world.path("reconcile.db"), "user_version")).toBe(1)
    })
  )

  it(
    "creates no ledger",
    inWorld(async (world) => {
      for (const call of reading.filter(([command]) => command !== "schema")) {
        expectRefusal(await world.run(call), 2, /reconcile\.db: there is no ledger (yet|there)\./)
      }
      expect(readdirSync(world.folder)).toEqual([])
    })
  )
})
