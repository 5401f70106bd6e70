import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { rows, values } from "./support/database.js"
import { envelopeOf, expectDone, expectRefusal } from "./support/said.js"
import { expectNoToken } from "./support/trouble.js"
import { account, inWorld, type World } from "./support/World.js"

const file = "reconcile.db"

/** Two sources, of which the second was loaded with the wrong batch column. */
const mistaken = async (world: World) => {
  world.write("sent.csv", "email,batch_id\nada@x.test,b-1\nbo@x.test,b-1\n")
  world.write("wrong.csv", "email,batch_id\nada@x.test,b-1\ncy@x.test,DE\ndi@x.test,FR\n")
  for (const name of ["sent.csv", "wrong.csv"]) {
    expectDone(await world.run(["contacts", "load", name, "--batch-column", "batch_id"]))
  }
}

const sent = (world: World) =>
  values(world.path(file), "SELECT batch_id || ' ' || email FROM batch_sent ORDER BY 1")

describe("a source that was loaded by mistake", () => {
  it(
    "is shown with what it would delete, and deleted with --yes",
    inWorld(async (world) => {
      await mistaken(world)
      const before = readFileSync(world.path(file))
      const shown = await world.run(["contacts", "remove", "--source", "wrong.csv"])
      expectDone(shown)
      expect(shown.stdout).toMatch(/local_contacts +3 rows/)
      expect(shown.stdout).toMatch(/batch_sent +2 rows/)
      expect(shown.stdout).toContain("2 batches would have no sent contacts left: DE, FR.")
      expect(shown.stdout).toContain("Nothing was changed. Run again with --yes to do it")
      expect(readFileSync(world.path(file)).equals(before)).toBe(true)

      const done = await world.run(["contacts", "remove", "--source", "wrong.csv", "--yes", "--json"])
      expectDone(done)
      expect(envelopeOf(done.stdout).data).toMatchObject({
        done: true,
        source: world.path("wrong.csv"),
        emptied: ["DE", "FR"],
        lost: [{ outcome: "pending", contacts: 2 }],
        changed: []
      })
      expect(sent(world)).toEqual(["b-1 ada@x.test", "b-1 bo@x.test"])
      expectDone(await world.run(["batches", "remove", "DE", "FR", "--yes"]))
      expect(values(world.path(file), "SELECT batch_id FROM batches")).toEqual(["b-1"])
      expect((await world.run(["reconcile", "--rebuild"])).stdout).toContain("no outcome changed")
    })
  )

  it(
    "must be named exactly, and any other name is refused with the list of names",
    inWorld(async (world) => {
      await mistaken(world)
      const remove = (name: string) => world.run(["contacts", "remove", "--source", name, "--yes"])
      expectRefusal(await remove("Wrong"), 2, /has no source 'Wrong'\. It has '[^']*wrong\.csv'\.$/)
      expectRefusal(await remove("x"), 2, /has no source 'x'\..*sent\.csv.*wrong\.csv/)
      expectDone(await remove(world.path("wrong.csv")))
    })
  )
})

describe("a batch that was added by mistake", () => {
  it(
    "is deleted with --yes, and its ID must be that of a batch",
    inWorld(async (world) => {
      await mistaken(world)
      const shown = await world.run(["batches", "remove", "DE", "--db", file])
      expectDone(shown)
      expect(shown.stdout).toMatch(/batches +1 row/)
      expect(shown.stdout).toContain("1 sent contact and its outcome would be removed: 1 pending.")
      expect(sent(world)).toHaveLength(4)
      expectRefusal(
        await world.run(["batches", "remove", "de"]),
        2,
        /has no batch de\. It has DE, which differs/
      )
      expectRefusal(
        await world.run(["batches", "remove", "XX", "--yes"]),
        2,
        /has no batch XX\. .*batches list/
      )
      const misspelt = await world.run(["batches", "remove", "DE", "--yess"])
      expect(misspelt).toMatchObject({ code: 2, stderr: expect.stringContaining("Did you mean '--yes'?") })
      expect(sent(world)).toHaveLength(4)

      expectDone(await world.run(["batches", "remove", "DE", "--yes"]))
      expect(sent(world)).toEqual(["FR di@x.test", "b-1 ada@x.test", "b-1 bo@x.test"])
      expectRefusal(await world.run(["batches", "show", "DE"]), 2, /has no batch DE/)
      const again = await world.run(["contacts", "load", "wrong.csv", "--batch-column", "batch_id"])
      expect(again.stdout).toContain("1 contact newly recorded as sent")
      expect(sent(world)).toHaveLength(4)
    })
  )

  it(
    "is not deleted while a run is working on the file",
    inWorld(async (world) => {
      await mistaken(world)
      const url = await world.simulate({
        batches: [{ batchId: "b-1", contacts: [{ email: "ada@x.test" }, { email: "bo@x.test" }] }]
      })
      // DE and FR are nobody's: the run goes on asking about them.
      const running = world.start(["run", "--requests-per-second", "1000", "--account-limit", "1000"], {
        env: account(url)
      })
      await running.said(/b-1/)
      expectRefusal(await world.run(["batches", "remove", "DE", "--yes"]), 7, /another run has been working/)
      running.process.kill("SIGTERM")
      await running.ended
      expectDone(await world.run(["batches", "remove", "DE", "--yes"]))
    })
  )

  it(
    "is pointed out if its ID differs from another only in letter case",
    inWorld(async (world) => {
      world.write("sent.csv", "email,batch_id\nada@x.test,5B1F\n")
      expectDone(await world.run(["contacts", "load", "sent.csv", "--batch-column", "batch_id"]))
      const told = await world.run(["batches", "add", "--id", "5b1f", "--json"])
      expect(envelopeOf(told.stdout).data).toMatchObject({ case_twins: [["5b1f", "5B1F"]] })
      expectRefusal(await world.run(["batches", "remove"]), 2, /No batch ID was given/)
      const both = await world.run(["batches", "add", "--id", "x", "--id", "X", "--db", "other.db"])
      expect(both.stdout).toContain("Batches X and x differ only in letter case.")
    })
  )
})

describe("a time of submission that was wrong", () => {
  it(
    "is replaced by another one, with a message",
    inWorld(async (world) => {
      world.write("sent.csv", "email,batch_id\nada@x.test,b-1\nbo@x.test,b-2\n")
      const load = (time: string) =>
        world.run(["contacts", "load", "sent.csv", "--batch-column", "batch_id", "--submitted-at", time])
      expect((await load("2031-04-12T08:15:00Z")).stdout).not.toContain("submitted_at")
      const told = (await load("2031-04-02T08:15:00Z")).stdout
      expect(told).toContain(
        "submitted_at of 2 batches changed from 2031-04-12T08:15:00.000Z to 2031-04-02T08:15:00.000Z."
      )
      const added = await world.run([
        "batches",
        "add",
        "--id",
        "b-2",
        "--submitted-at",
        "2031-04-03T00:00:00Z"
      ])
      expect(added.stdout).toContain("submitted_at of 1 batch changed from 2031-04-02T08:15:00.000Z")
      expect(values(world.path(file), "SELECT submitted_at FROM batches ORDER BY batch_id")).toEqual([
        "2031-04-02T08:15:00.000Z",
        "2031-04-03T00:00:00.000Z"
      ])
    })
  )
})

describe("a pasted status answer", () => {
  const completed = '{"status":"completed","success":["7"],"failure":["BO@x.test"]}'

  it(
    "is recorded as if the account had given it, marked as pasted, together with what was sent",
    inWorld(async (world) => {
      world.write("sent.csv", "email\nada@x.test\nbo@x.test\n")
      world.write("answer.json", `\uFEFF\n${completed}\n`)
      const added = await world.run([
        "batches",
        "add",
        "--id",
        "b-1",
        "--sent",
        "sent.csv",
        "--answer",
        "answer.json"
      ])
      expectDone(added)
      expect(added.stdout).toContain("Pasted answer recorded: completed, 1 success, 1 failure.")
      expect(added.stdout).toContain("2 contacts sent: 1 imported, 1 rejected.")
      expect(rows(world.path(file), "SELECT status, origin, raw_body FROM batch_answers")).toEqual([
        { status: "completed", origin: "pasted", raw_body: completed }
      ])
      expect(values(world.path(file), "SELECT count(*) FROM accounts")).toEqual([0])
      expect((await world.run(["batches", "show", "b-1"])).stdout).toContain("completed (pasted)")
      expect((await world.run(["explain", "ada@x.test"])).stdout).toContain(
        "a pasted answer says that the batch is completed"
      )
      const again = await world.run(["batches", "add", "--id", "b-1", "--answer", "-"], { stdin: completed })
      expect(again.stdout).toContain("The pasted answer is already recorded.")
    })
  )

  it(
    "leaves an unsettled batch open, and the account's answer is the next",
    inWorld(async (world) => {
      const added = await world.run(["batches", "add", "--id", "b-1", "--answer", "-"], {
        stdin: '{"status":false}'
      })
      expect(added.stdout).toContain("The batch has not settled; ")
      const url = await world.simulate({
        batches: [
          {
            batchId: "b-1",
            stages: { unset: 0, waiting: 0, claimed: 0, active: 0 },
            contacts: [{ email: "ada@x.test" }]
          }
        ]
      })
      expectDone(
        await world.run(["run", "--requests-per-second", "1000", "--account-limit", "1000"], {
          env: account(url)
        })
      )
      expectNoToken(world)
      expect(
        rows(world.path(file), "SELECT sequence, status, origin FROM batch_answers ORDER BY sequence")
      ).toEqual([
        { sequence: 1, status: "unset", origin: "pasted" },
        { sequence: 2, status: "completed", origin: "account" }
      ])
    })
  )

  it(
    "needs --yes if the batch has settled differently",
    inWorld(async (world) => {
      const paste = (text: string, ...more: ReadonlyArray<string>) =>
        world.run(["batches", "add", "--id", "b-1", "--answer", "-", ...more], { stdin: text })
      expectDone(await paste(completed))
      const other = completed.replace("completed", "failed")
      const shown = await paste(other)
      expectDone(shown)
      expect(shown.stdout).toContain("has already settled as completed")
      expect(shown.stdout).toContain("Nothing was recorded. Run again with --yes")
      expect(values(world.path(file), "SELECT count(*) FROM batch_answers")).toEqual([1])
      expectDone(await paste(other, "--yes"))
      expect((await world.run(["batches", "show", "b-1"])).stdout).toContain(
        "answered completed, and later failed"
      )
    })
  )

  it(
    "leaves a settled batch as it is if it is not final, and says so",
    inWorld(async (world) => {
      const paste = (text: string, ...more: ReadonlyArray<string>) =>
        world.run(["batches", "add", "--id", "b-1", "--answer", "-", ...more], { stdin: text })
      expectDone(await paste(completed))
      const done = await paste('{"status":"active"}', "--yes")
      expectDone(done)
      expect(done.stdout).toContain(
        "The batch stays settled as completed, by its earlier answer, and is not asked about again. The conflict between the two answers is reported as the finding impossible-transition."
      )
      expect(done.stdout).not.toContain("keep asking")
      expect(
        values(world.path(file), "SELECT finding FROM findings WHERE finding = 'impossible-transition'")
      ).toEqual(["impossible-transition"])
    })
  )

  it(
    "is reported with every unreadable item",
    inWorld(async (world) => {
      const paste = (id: string, success: string) =>
        world.run(["batches", "add", "--id", id, "--answer", "-"], {
          stdin: `{"status":"completed","success":${success},"failure":[]}`
        })
      const told = await paste("b-1", '[12345678901234567890,"7",1.5]')
      expectDone(told)
      expect(told.stdout).toContain("completed, 1 success, 0 failures, 2 items that could not be read.")
      expect(told.stdout).toMatch(
        /Could not be read: 2\n {2}success, item 1: about 1234567890\d+\n {2}success, item 3: 1\.5/
      )
      expect((await paste("b-2", '"1,2"')).stdout).toContain(
        'Could not be read: 1\n  success, the list: "1,2"'
      )
      expect((await paste("b-1", "[1.5]")).stdout).toContain("Could not be read: 1")
    })
  )
})
