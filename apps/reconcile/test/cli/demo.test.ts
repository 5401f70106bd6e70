import { readdirSync } from "node:fs"
import Sqlite from "better-sqlite3"
import { describe, expect, it } from "vitest"
import { values } from "./support/database.js"
import { envelopeOf, expectDone } from "./support/said.js"
import { inWorld } from "./support/World.js"

/** The words of a command line, as a shell would cut them. */
const wordsOf = (line: string) =>
  Array.from(line.matchAll(/"([^"]*)"|(\S+)/g), ([, quoted, bare]) => quoted ?? bare ?? "")

const totalsIn = (text: string) => {
  const sent = Number(/^Contacts +([\d,]+)$/m.exec(text)?.[1]?.replace(",", ""))
  const counts = Array.from(
    text.matchAll(
      /^ {2}(?:imported|present|rejected|contradictory|missing|unaccounted|pending) +(\d+) +<?[\d.]+% {2}/gm
    ),
    ([, count]) => Number(count)
  )
  return { sent, counted: counts.reduce((sum, count) => sum + count, 0) }
}

describe.concurrent("demo", () => {
  it(
    "works, works again in the same folder, and its suggested next commands work",
    inWorld(async (world) => {
      for (const time of ["first", "second"]) {
        const shown = await world.run(["demo"])
        expectDone(shown)
        const { counted, sent } = totalsIn(shown.stdout)
        expect(sent, time).toBeGreaterThan(20)
        expect(counted, time).toBe(sent)
        expect(values(world.path("ac-reconcile-demo/demo.db"), "SELECT count(*) FROM batch_sent")).toEqual([
          sent
        ])
        if (time === "first") continue
        const next = shown.stdout.match(/^ +npx ac-reconcile .*$/gm) ?? []
        expect(next.length).toBeGreaterThanOrEqual(3)
        const ended = await Promise.all(next.map((line) => world.run(wordsOf(line.trim()).slice(2))))
        for (const [index, one] of ended.entries()) {
          expectDone(one)
          expect(one.stdout.split("\n").length, next[index]).toBeGreaterThan(3)
        }
      }
      expect(readdirSync(world.folder)).toEqual(["ac-reconcile-demo"])
    })
  )

  it(
    "prints one JSON document and nothing else with --json, and keeps to its --directory",
    inWorld(async (world) => {
      const shown = await world.run(["demo", "--json", "--directory", "a folder/demo"])
      expectDone(shown)
      const envelope = envelopeOf(shown.stdout)
      expect(envelope).toMatchObject({
        schema: "ac-reconcile/demo/1",
        ok: true,
        data: { summary: { settled: 6 } }
      })
      expect(readdirSync(world.folder)).toEqual(["a folder"])
      expect(readdirSync(world.path("a folder/demo")).sort()).toEqual(["demo-contacts.csv", "demo.db"])
    })
  )

  it(
    "deletes nothing in a folder with somebody else's file",
    inWorld(async (world) => {
      world.write("mine/demo.db", "my own notes")
      const refused = await world.run(["demo", "--directory", "mine"])
      expect(refused).toMatchObject({ code: 7, stdout: "" })
      expect(refused.stderr).toMatch(/^ac-reconcile: mine\/demo\.db: it is not a SQLite file\.[^\n]*\n$/)
      expect(world.read("mine/demo.db")).toBe("my own notes")
      expect(readdirSync(world.path("mine"))).toEqual(["demo.db"])
    })
  )

  it(
    "leaves a ledger of a real account alone, under any name",
    inWorld(async (world) => {
      expectDone(await world.run(["demo", "--directory", "."]))
      const db = new Sqlite(world.path("demo.db"))
      db.exec("UPDATE accounts SET base_url = 'https://account.api-us1.com/api/3'")
      db.close()
      const refused = await world.run(["demo", "--directory", "."])
      expect(refused).toMatchObject({ code: 7, stdout: "" })
      expect(refused.stderr).toMatch(/belongs to the account at https:\/\/account\.api-us1\.com/)
      expect(values(world.path("demo.db"), "SELECT count(*) > 0 FROM batch_sent")).toEqual([1])
    })
  )
})
