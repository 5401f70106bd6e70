import { mkdirSync, readFileSync, statSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { dump } from "./support/database.js"
import { csvOf } from "./support/documented.js"
import { envelopeOf, expectDone, expectRefusal } from "./support/said.js"
import { shell } from "./support/shell.js"
import { inWorld, type World } from "./support/World.js"

const hostile = "|<b>`x`</b>@a.test"

/** A batch with a rejected contact, a hostile one, and one that was imported. */
const prepare = async (world: World) => {
  world.write("sent.csv", csvOf("b-1", ["ada@example.test", "bo@example.test", hostile]))
  expect((await world.run(["contacts", "load", "sent.csv", "--batch-column", "batch_id"])).code).toBe(0)
  world.write(
    "answer.json",
    JSON.stringify({ status: "completed", success: ["1"], failure: ["bo@example.test", hostile] })
  )
  expectDone(await world.run(["batches", "add", "--id", "b-1", "--answer", "answer.json"]))
}

describe.concurrent("report", () => {
  it(
    "tells in the terminal how many contacts have each outcome, what needs attention, and what to do",
    inWorld(async (world) => {
      await prepare(world)
      const told = await world.run(["report"])
      expectDone(told)
      expect(told.stdout).toMatch(/^The batch has settled\. 2 of 3 contacts need attention\.$/m)
      expect(told.stdout).toMatch(/^ {4}rejected +2 +66\.7% +in the failure list$/m)
      expect(told.stdout).toMatch(/^ {4}ac-reconcile export rejected$/m)
      expect(told.stdout).toMatch(/^ {2}rejected +bo@example\.test +\S.* \(batch b-1\)$/m)
      const fewer = await world.run(["report", "--rows", "1"])
      expect(fewer.stdout).toMatch(/^ {2}… and 1 more; all of them:$/m)
    })
  )

  it(
    "has Markdown in which addresses stay text and cells stay cells",
    inWorld(async (world) => {
      await prepare(world)
      const told = await world.run(["report", "--markdown"])
      expectDone(told)
      expect(told.stdout).toContain("| **rejected** | 2 | 66.7% | in the failure list |")
      expect(told.stdout).toContain("| rejected | `` \\|<b>`x`</b>@a.test `` | likely: ")
      expect(told.stdout.replace(/``.*?``/g, "")).not.toMatch(/<(?!\/?(?:details|summary))/)
    })
  )

  it(
    "writes the page to a file or a pipe, and says how large it is",
    inWorld(async (world) => {
      await prepare(world)
      const told = await world.run(["report", "--html", "report.html"])
      expectDone(told)
      expect(told.stdout).toMatch(
        /^report\.html: \d+\.\d kB written\. Open it in a browser; it needs no network\.$/m
      )
      expect(statSync(world.path("report.html")).mode & 0o777).toBe(0o600)
      const page = world.read("report.html")
      expect(page).toMatch(/^<!doctype html>/)
      expect(page.match(/<script/g)).toHaveLength(2)
      expect(page).not.toMatch(/https?:\/\/(?!www\.w3\.org\/)[^"<]*\.(?:js|css|png|woff2?)\b/)
      const piped = await world.run(["report", "--html", "-"])
      expectDone(piped)
      const timeless = (text: string) => text.replace(/20\d\d-\d\d-\d\d[T ][\d:.]+(?:Z| UTC)/g, "")
      expect(timeless(piped.stdout)).toBe(timeless(page))
    })
  )

  it(
    "refuses to write its page onto the ledger, and any two forms at once",
    inWorld(async (world) => {
      await prepare(world)
      const before = dump(world.path("reconcile.db"))
      mkdirSync(world.path("folder"))
      for (const file of ["reconcile.db", "reconcile.db-wal", "folder"]) {
        expectRefusal(
          await world.run(["report", "--html", file]),
          2,
          /nothing was written to it because it is /
        )
      }
      const appended = await shell(world, "ac report --html - >> reconcile.db")
      expectRefusal(appended, 2, /nothing was written to it/)
      expect(dump(world.path("reconcile.db"))).toEqual(before)
      expectRefusal(
        await world.run(["report", "--html", "a.html", "--markdown"]),
        2,
        /--html and --markdown were both given\. Choose one\.$/
      )
      expectRefusal(await world.run(["report", "--rows", "100001"]), 2, /--rows must be between 0 and 100000/)
      expectRefusal(await world.run(["report", "--rows", "5x"]), 2, /--rows: '5x' is not a whole number\./)
    })
  )

  it(
    "has the same data in the page as with --json, masked or not",
    inWorld(async (world) => {
      await prepare(world)
      for (const mask of [[], ["--mask"]]) {
        expectDone(await world.run(["report", "--html", "report.html", ...mask]))
        const page = world.read("report.html")
        const [, text = ""] = /id="data">(.*)<\/script>/.exec(page) ?? []
        const { report } = JSON.parse(text)
        const { data } = envelopeOf((await world.run(["report", "--json", ...mask])).stdout)
        expect(data).toMatchObject({ ...report, made_at: expect.anything() })
        expect(JSON.stringify(data).includes("bo@example")).toBe(mask.length === 0)
        expect(page.includes("bo@example")).toBe(mask.length === 0)
      }
    })
  )

  it(
    "says of a new file that it has no batches",
    inWorld(async (world) => {
      world.write("none.csv", "email\nada@example.test\n")
      expectDone(await world.run(["contacts", "load", "none.csv"]))
      const told = await world.run(["report"])
      expectDone(told)
      expect(told.stdout).toMatch(/^This file has no batches yet\.$/m)
      expectDone(await world.run(["report", "--html", "empty.html"]))
      expect(readFileSync(world.path("empty.html"), "utf8")).toContain("This file has no batches yet.")
    })
  )
})
