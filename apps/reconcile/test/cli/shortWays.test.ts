import { describe, expect, it } from "vitest"
import { values } from "./support/database.js"
import { envelopeOf, expectDone, expectRefusal } from "./support/said.js"
import { inWorld, type World } from "./support/World.js"

const two = async (world: World) => {
  world.write("ids.txt", "5b1f2c9e-8d34\n5b1f77aa-0001\nB-9\nB-90\n")
  expectDone(await world.run(["batches", "add", "--file", "ids.txt"]))
}

describe.concurrent("the beginning of a batch ID", () => {
  it(
    "stands for the batch if no other begins like it",
    inWorld(async (world) => {
      await two(world)
      const shown = await world.run(["batches", "show", "5b1f2"])
      expectDone(shown)
      expect(shown.stdout).toMatch(/^Batch 5b1f2c9e-8d34 is not asked about yet\.$/m)
      expectDone(
        await world.run(["export", "outcomes", "--batch", "5b1f7"]).then((one) => ({ ...one, stderr: "" }))
      )
      const whole = await world.run(["batches", "show", "B-9", "--json"])
      expect(envelopeOf(whole.stdout).data).toMatchObject({ batch: { batch_id: "B-9" } })
    })
  )

  it(
    "is refused with the IDs that begin so, or where none does",
    inWorld(async (world) => {
      await two(world)
      expectRefusal(
        await world.run(["batches", "show", "5b1f"]),
        2,
        /Several batches begin with 5b1f: 5b1f2c9e-8d34, 5b1f77aa-0001\. Write more of the ID\.$/
      )
      expectRefusal(await world.run(["batches", "show", "5b2"]), 2, /has no batch 5b2\./)
      expectRefusal(await world.run(["export", "outcomes", "--batch", "5b1f"]), 2, /Several batches/)
    })
  )

  it(
    "shows what removing would do, but removes nothing",
    inWorld(async (world) => {
      await two(world)
      const shown = await world.run(["batches", "remove", "B-90"])
      expectDone(shown)
      const short = await world.run(["batches", "remove", "5b1f2"])
      expectDone(short)
      expect(short.stdout).toContain("removing batch 5b1f2c9e-8d34 would delete")
      expectRefusal(
        await world.run(["batches", "remove", "5b1f2", "--yes"]),
        2,
        /'5b1f2' is only the beginning of the ID of a batch\. With --yes, write whole IDs: 5b1f2c9e-8d34\.$/
      )
      expectDone(await world.run(["batches", "remove", "5b1f2c9e-8d34", "--yes"]))
      expect(values(world.path("reconcile.db"), "SELECT count(*) FROM batches")).toEqual([3])
    })
  )
})

describe.concurrent("query -", () => {
  it(
    "reads its SQL from standard input, comments and all, with parameters",
    inWorld(async (world) => {
      await two(world)
      const stdin = "-- how many\nSELECT count(*) AS n\nFROM batches WHERE batch_id >= :from"
      const told = await world.run(["query", "-", "--format", "csv", "--param", "from=B"], { stdin })
      expectDone(told)
      expect(told.stdout).toBe("n\r\n2\r\n")
      // One word is SQL, too, and no saved question.
      expectRefusal(
        await world.run(["query", "-"], { stdin: "totals" }),
        2,
        /The query cannot be run: .*"totals"/
      )
    })
  )

  it(
    "is refused where nothing, or no text, was piped in",
    inWorld(async (world) => {
      await two(world)
      expectRefusal(
        await world.run(["query", "-"], { stdin: " \n" }),
        2,
        /Standard input is empty\. Pipe one SELECT/
      )
      expectRefusal(
        await world.run(["query", "-"], { stdin: "x".repeat(1_000_001) }),
        2,
        /longer than a megabyte/
      )
    })
  )
})

describe.concurrent("a query of a column or view that is not there", () => {
  it(
    "names what was written and what was meant",
    inWorld(async (world) => {
      await two(world)
      expectRefusal(
        await world.run(["query", "select emial from contact_status"]),
        2,
        /no such column: emial\. Did you mean 'email'\?$/
      )
      expectRefusal(
        await world.run(["query", "select * from contact_satus"]),
        2,
        /no such table: contact_satus\. Did you mean 'contact_status'\?$/
      )
    })
  )
})

describe.concurrent("schema VIEW", () => {
  it(
    "describes one view, and says how to ask it",
    inWorld(async (world) => {
      const told = await world.run(["schema", "contact_status"])
      expectDone(told)
      expect(told.stdout).toMatch(/^contact_status\n {2}What became of each contact/)
      expect(told.stdout).toContain('ac-reconcile query "select * from contact_status"')
      expect(told.stdout).not.toContain("batch_overview")
      const markdown = await world.run(["schema", "contact_status", "--markdown"])
      expect(markdown.stdout).toContain("### contact_status\n")
    })
  )

  it(
    "names what was typed and what was meant",
    inWorld(async (world) => {
      expectRefusal(
        await world.run(["schema", "contact_statsu"]),
        2,
        /There is no view or table 'contact_statsu'\. Did you mean 'contact_status'\?$/
      )
      expectRefusal(await world.run(["schema", "zzzzzzzz"]), 2, /The views are .*contact_status/)
      expectRefusal(
        await world
          .run(["schema", "--json", "--markdown"])
          .then((one) => ({ ...one, stderr: JSON.parse(one.stdout).error.message, stdout: "" })),
        2,
        /--markdown and --json were both given/
      )
    })
  )
})
