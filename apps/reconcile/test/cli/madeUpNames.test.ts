import { existsSync, readdirSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { values } from "./support/database.js"
import { loadMixed, namesIn, writeMixed } from "./support/mixed.js"
import { envelopeOf, expectCleanOutput, expectDone, expectRefusal } from "./support/said.js"
import { prepared } from "./support/trouble.js"
import { inWorld, type Started, type World } from "./support/World.js"

describe("a generated name", () => {
  it(
    "is another one if the user has a file with the first, and that is said",
    inWorld(async (world) => {
      writeMixed(world)
      world.write("in.csv.rejects.csv", "line,reason,record\r\n3,my own,notes\r\n")
      const loaded = await world.run(loadMixed)
      expect(loaded.stdout).toContain(
        "1 row could not be read; see in.csv.rejects-2.csv (in.csv.rejects.csv was not written by an earlier load and was left unchanged)."
      )
      const again = await world.run([...loadMixed, "--json"])
      expect(envelopeOf(again.stdout).data).toMatchObject({ rejects_file: "in.csv.rejects-2.csv" })
      world.write("in.csv", "email,batch_id\na@x.test,b-1\n")
      expectDone(await world.run(loadMixed))
      expect(existsSync(world.path("in.csv.rejects-2.csv"))).toBe(false)
      expect(world.read("in.csv.rejects.csv")).toContain("my own")
    })
  )

  it(
    "is another one for each source from standard input",
    inWorld(async (world) => {
      const bad = "email,batch_id\nno address,b-1,surplus\n"
      const load = (source: string, stdin: string) =>
        world.run(["contacts", "load", "-", "--source", source, "--batch-column", "batch_id"], { stdin })
      expect((await load("A", bad)).stdout).toContain("see stdin.A.rejects.csv.")
      expectDone(await load("B", "email,batch_id\na@x.test,b-1\n"))
      expect(world.read("stdin.A.rejects.csv")).toContain("no address")
      expectDone(await load("A", "email,batch_id\na@x.test,b-1\n"))
      expect(existsSync(world.path("stdin.A.rejects.csv"))).toBe(false)
    })
  )

  it(
    "does not belong to files that only look unfinished",
    inWorld(async (world) => {
      await prepared(world)
      const own = ["reconcile.db.2025.new", "out.csv.partial", "out.csv.1.new", "copy.db.7.new"]
      for (const name of own) world.write(name, "mine")
      expectDone(await world.run(["export", "outcomes", "-o", "out.csv"]))
      expectDone(await world.run(["snapshot", "copy.db"]))
      expectDone(await world.run(["batches", "add", "--id", "b"]))
      for (const name of own) expect(world.read(name), name).toBe("mine")
    })
  )

  it(
    "protects a file of the user, and a ledger in the place of a demo's",
    inWorld(async (world) => {
      world.write("mine/demo-contacts.csv", "my own")
      const shown = await world.run(["demo", "--directory", "mine"])
      expectDone(shown)
      expect(shown.stdout).toContain("loaded from mine/demo-contacts-2.csv")
      expect(world.read("mine/demo-contacts.csv")).toBe("my own")
      world.write("other/notes.txt", "")
      expectDone(await world.run(["batches", "add", "--id", "my-batch", "--db", "other/demo.db"]))
      const refused = await world.run(["demo", "--directory", "other"])
      expectRefusal(
        refused,
        7,
        /it contains the batch my-batch, which is not part of the demo, so it was left unchanged\./
      )
      expect(values(world.path("other/demo.db"), "SELECT batch_id FROM batches")).toEqual(["my-batch"])
    })
  )
})

describe("a stopped command", () => {
  it(
    "leaves nothing unfinished after a signal",
    inWorld(async (world) => {
      await prepared(world)
      for (const signal of ["SIGINT", "SIGTERM"] as const) {
        const started = world.start(["contacts", "load", "-", "--source", "s", "--rejects", "bad.csv"], {
          keepStdin: true
        })
        started.process.stdin?.write(`email\n${"a,surplus\n".repeat(50_000)}`)
        await untilUnfinished(world, started)
        started.process.kill(signal)
        const ended = await started.ended
        expect(ended.code).toBe(signal === "SIGINT" ? 130 : 143)
        expectCleanOutput(ended)
        expect(namesIn(world)).toEqual(["reconcile.db", "sent.csv"])
      }
    })
  )

  it(
    "leaves files after SIGKILL that the next one for the same file deletes",
    inWorld(async (world) => {
      await prepared(world)
      const args = ["contacts", "load", "-", "--source", "s", "--rejects", "bad.csv"]
      const started = world.start(args, { keepStdin: true })
      started.process.stdin?.write(`email\n${"a,surplus\n".repeat(50_000)}`)
      await untilUnfinished(world, started)
      started.process.kill("SIGKILL")
      await started.ended
      expect(readdirSync(world.folder).some((name) => name.includes("unfinished"))).toBe(true)
      await world.run(args, { stdin: "email\na@x.test\n" })
      expect(namesIn(world)).toEqual(["reconcile.db", "sent.csv"])
    })
  )
})

/** Resolves once a command has begun a file. */
const untilUnfinished = async (world: World, { process }: Started) => {
  while (
    process.exitCode === null &&
    !readdirSync(world.folder).some((name) => name.includes("unfinished"))
  ) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
