import { existsSync, readFileSync, statSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { rows, values } from "./support/database.js"
import { envelopeOf, expectDone, expectRefusal } from "./support/said.js"
import { inWorld, type World } from "./support/World.js"

const file = "reconcile.db"

const long = ["--older-than", "1ms"]

const answers: Readonly<Record<string, string>> = {
  "b-1": '{"status":"completed","success":["7","8"],"failure":["cy@x.test"]}',
  "b-2": '{"status":"completed","success":["9"],"failure":[]}',
  "b-3": '{"status":"completed","success":[],"failure":[]}'
}

/** Three settled batches, the last with a contact that was not looked up, and one that is open. */
const settled = async (world: World) => {
  world.write(
    "sent.csv",
    "email,id,batch_id\nada@x.test,7,b-1\nbo@x.test,8,b-1\ncy@x.test,,b-1\nada@x.test,,b-2\ndi@x.test,9,b-2\nemil@x.test,,b-3\nfay@x.test,,b-4\ngus@x.test,,\n"
  )
  const load = ["contacts", "load", "sent.csv", "--batch-column", "batch_id", "--map", "contact_id=id"]
  expectDone(await world.run(load))
  for (const [batchId, answer] of Object.entries(answers)) {
    world.write("answer.json", answer)
    expectDone(await world.run(["batches", "add", "--id", batchId, "--answer", "answer.json"]))
  }
  return load
}

const batches = (world: World, of = file) =>
  values(world.path(of), "SELECT batch_id FROM batches ORDER BY batch_id")

const copyOf = (stdout: string) => /^The file as it was is (.*)\. It has/m.exec(stdout)?.[1] ?? ""

describe("a purge", () => {
  it(
    "is shown with what it would remove, and done with --yes after a copy that erase finds",
    inWorld(async (world) => {
      await settled(world)
      const before = readFileSync(world.path(file))
      const shown = await world.run(["purge", ...long])
      expectDone(shown)
      expect(shown.stdout).toMatch(/purging 1 batch unchanged since .* would delete:/)
      expect(shown.stdout).toMatch(/batch_sent +3 rows/)
      expect(shown.stdout).toMatch(/local_contacts +3 rows/)
      expect(shown.stdout).toContain(
        "3 sent contacts and their outcomes would be removed: 2 imported, 1 rejected."
      )
      expect(shown.stdout).toContain("  1 batch not settled\n")
      expect(shown.stdout).toContain("  2 batches with contacts not looked up")
      expect(shown.stdout).toContain("Nothing was changed. Run again with --yes to do it")
      expect(readFileSync(world.path(file)).equals(before)).toBe(true)

      const done = await world.run(["purge", ...long, "--yes"])
      expectDone(done)
      expect(done.stdout).toMatch(/: 1 batch unchanged since .* purged:/)
      const copy = copyOf(done.stdout)
      expect(copy).toMatch(/reconcile\.db\.before-purge-\d{4}-\d\d-\d\d$/)
      expect(batches(world)).toEqual(["b-2", "b-3", "b-4"])
      expect(rows(world.path(copy), "SELECT batch_id FROM batches")).toHaveLength(4)
      expect(values(world.path(file), "SELECT email_key FROM addresses ORDER BY 1")).toEqual(
        ["ada", "di", "emil", "fay", "gus"].map((name) => `${name}@x.test`)
      )
      // The ID stays known, because the address was sent in a batch that stays.
      expect(rows(world.path(file), "SELECT contact_id, email_key, learnt_from FROM links")).toEqual([
        { contact_id: "7", email_key: "ada@x.test", learnt_from: "local" }
      ])
      const rebuilt = await world.run(["reconcile", "--rebuild"])
      expect(rebuilt.stdout).toContain("no outcome changed")
      expect(rebuilt.stdout).toMatch(/^Purged +1 +batches removed since, and not counted here$/m)
      expect(rows(world.path(file), "SELECT batches, sent_contacts FROM purges")).toEqual([
        { batches: 1, sent_contacts: 3 }
      ])
      expect((await world.run(["doctor"])).stdout).toMatch(/ok +purges: 1 batch unchanged since/)
      const erased = await world.run(["erase", "bo@x.test", "--yes"])
      expect(erased.stdout).toContain("It is still in reconcile.db.before-purge-")

      const again = await world.run(["purge", ...long, "--yes", "--json"])
      expectDone(again)
      expect(envelopeOf(again.stdout).data).toMatchObject({
        done: true,
        batches: 0,
        removed: [],
        snapshot: null
      })
    })
  )

  it(
    "gives its space back, and copies the file only where it is told to",
    inWorld(async (world) => {
      const many = Array.from({ length: 3000 }, (_, at) => `contact-${at}@x.test,${at + 1},b-1`)
      world.write("sent.csv", ["email,id,batch_id", ...many, ""].join("\n"))
      const success = JSON.stringify(many.map((_, at) => String(at + 1)))
      world.write("answer.json", `{"status":"completed","success":${success},"failure":[]}`)
      const load = ["contacts", "load", "sent.csv", "--batch-column", "batch_id", "--map", "contact_id=id"]
      expectDone(await world.run(load))
      expectDone(await world.run(["batches", "add", "--id", "b-1", "--answer", "answer.json"]))
      const before = statSync(world.path(file)).size
      const told = ["--snapshot", "copy.db", "--json"]
      const done = await world.run(["purge", ...long, "--yes", ...told])
      expectDone(done)
      const after = statSync(world.path(file)).size
      expect(after).toBeLessThan(before)
      expect(envelopeOf(done.stdout).data).toMatchObject({
        bytes: { before, after },
        snapshot: "copy.db",
        tidied: { done: true }
      })
      expect(batches(world, "copy.db")).toEqual(["b-1"])
      expect(values(world.path(file), "SELECT count(*) FROM local_sources")).toEqual([0])
    })
  )

  it(
    "is refused without an age, with two wishes for the copy, and where the copy has no free name",
    inWorld(async (world) => {
      await settled(world)
      expect(await world.run(["purge"])).toMatchObject({ code: 2 })
      expectRefusal(
        await world.run(["purge", "--older-than", "old"]),
        2,
        /--older-than: 'old' is not a duration/
      )
      const both = ["purge", ...long, "--yes", "--snapshot", "copy.db", "--no-snapshot"]
      expectRefusal(await world.run(both), 2, /--snapshot and --no-snapshot were both given/)
      const taken = ["purge", ...long, "--yes", "--snapshot", "sent.csv"]
      expectRefusal(await world.run(taken), 2, /sent\.csv already exists and was left unchanged/)
      expect(batches(world)).toHaveLength(4)
      expectDone(await world.run(["purge", ...long, "--yes", "--no-snapshot"]))
      expect(batches(world)).toHaveLength(3)
      expect(existsSync(world.path("copy.db"))).toBe(false)
    })
  )
})

describe("a purged batch", () => {
  it(
    "does not come back with a source that still names it, unless it is added again",
    inWorld(async (world) => {
      const load = await settled(world)
      expectDone(await world.run(["purge", ...long, "--yes", "--no-snapshot"]))
      const told = await world.run([...load, "--json"])
      expectDone(told)
      expect(envelopeOf(told.stdout).data).toMatchObject({
        rows: 5,
        added: 0,
        updated: 0,
        purged: 3,
        batches_added: 0
      })
      expect((await world.run(load)).stdout).toContain("3 rows name purged batches and were left out.")
      expect(batches(world)).toEqual(["b-2", "b-3", "b-4"])

      world.write("ids.txt", "b-1\nb-2\n")
      const listed = await world.run(["batches", "add", "--file", "ids.txt", "--json"])
      expect(envelopeOf(listed.stdout).data).toMatchObject({ added: 0, known: 1, purged: 1 })
      expect(batches(world)).toEqual(["b-2", "b-3", "b-4"])

      expectDone(await world.run(["batches", "add", "--id", "b-1"]))
      expect(envelopeOf((await world.run([...load, "--json"])).stdout).data).toMatchObject({
        added: 3,
        purged: 0
      })
      expect(values(world.path(file), "SELECT count(*) FROM batch_sent WHERE batch_id = 'b-1'")).toEqual([3])
    })
  )
})
