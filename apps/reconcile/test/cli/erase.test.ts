import { existsSync } from "node:fs"
import Sqlite from "better-sqlite3"
import { describe, expect, it } from "vitest"
import { rows, values } from "./support/database.js"
import { expectDone } from "./support/said.js"
import { inWorld, type World } from "./support/World.js"

const load = async (world: World, lines: ReadonlyArray<string>, ...more: ReadonlyArray<string>) => {
  world.write("in.jsonl", `${lines.join("\n")}\n`)
  const loaded = await world.run(["contacts", "load", "in.jsonl", "--batch-column", "batch_id", ...more])
  expect(loaded.code, loaded.stderr).toBe(0)
}

const erase = (world: World, address: string, ...more: ReadonlyArray<string>) =>
  world.run(["erase", address, "--yes", ...more])

const two = [
  '{"email":"m\\u00fcller@example.test","batch_id":"b-1"}',
  '{"email":"bob@example.test","batch_id":"b-1","referred_by":"M\\u00FCLLER@example.test"}'
]

describe("erase", () => {
  it(
    "removes the address from other contacts' columns, and changes nothing else of them",
    inWorld(async (world) => {
      await load(world, two)
      const shown = await world.run(["erase", "müller@example.test"])
      expect(shown.stdout).toContain("local_contacts.source_columns (2 rows)")
      const erased = await erase(world, "müller@example.test")
      expectDone(erased)
      expect(existsSync(world.path("reconcile.db-wal"))).toBe(false)
      expect(erased.stdout).toContain("the address is gone")
      expect(erased.stdout).toMatch(/local_contacts\.source_columns +1 row/)
      expect(values(world.path("reconcile.db"), "SELECT source_columns FROM local_contacts")).toEqual([
        '{"email":"bob@example.test","batch_id":"b-1","referred_by":"erased-1"}'
      ])
      const exported = await world.run(["export", "outcomes"])
      expect(exported.stdout.toLowerCase()).not.toContain("ller@")
    })
  )

  it(
    "finds an address that begins as an option does, after --",
    inWorld(async (world) => {
      await load(world, ['{"email":"-x@example.test","batch_id":"b-1"}'])
      expect((await world.run(["erase", "-x@example.test"])).stderr).toMatch(/at the end, after --\./)
      const explained = await world.run(["explain", "--", "-x@example.test"])
      expect(explained.stdout).toContain("-x@example.test, sent in 1 batch")
      expectDone(await world.run(["erase", "--yes", "--", "-x@example.test"]))
      expect(values(world.path("reconcile.db"), "SELECT email FROM batch_sent")).toEqual(["erased-1"])
    })
  )

  it(
    "removes the address among other words, and in the other form of its host name",
    inWorld(async (world) => {
      await load(world, [
        '{"email":"Ada <ada@m\\u00fcller.example>","batch_id":"b-1"}',
        '{"email":"mailto:ada@müller.example","batch_id":"b-1"}',
        '{"email":"ada@xn--mller-kva.example","batch_id":"b-1"}',
        '{"email":"joada@müller.example","batch_id":"b-1"}'
      ])
      const erased = await erase(world, "ada@müller.example")
      expectDone(erased)
      expect(values(world.path("reconcile.db"), "SELECT email FROM batch_sent ORDER BY 1")).toEqual([
        "erased-1",
        "erased-2",
        "erased-3",
        "joada@müller.example"
      ])
      expect(erased.stdout).toContain("part of 1 longer address, which was kept: joada@müller.example.")
    })
  )

  it(
    "removes the person from the name of a source",
    inWorld(async (world) => {
      await load(
        world,
        ['{"email":"bo@x.test","batch_id":"b-1"}', '{"email":"x","ada@x.test":1}'],
        "--source",
        "of ada@x.test"
      )
      expectDone(await erase(world, "ada@x.test"))
      expect(rows(world.path("reconcile.db"), "SELECT name, columns FROM local_sources")).toEqual([
        { name: "of erased-1", columns: '["email","batch_id","erased-1"]' }
      ])
    })
  )

  it(
    "says where the user's own tables contain the address, and does not change them",
    inWorld(async (world) => {
      await load(world, two)
      const database = new Sqlite(world.path("reconcile.db"))
      database.exec(`CREATE TABLE crm (note, raw BLOB);
        INSERT INTO crm VALUES ('{"mail":"m\\u00fcller@example.test"}', NULL), (NULL, CAST('müller@example.test' AS BLOB));
        CREATE VIEW mine AS SELECT 'müller@example.test' AS email`)
      database.close()
      const erased = await erase(world, "müller@example.test")
      expect(erased.code).toBe(1)
      expect(erased.stdout).not.toContain("the address is gone")
      expect(erased.stdout).toContain("sqlite_schema.sql (1 row), crm.note (1 row), crm.raw (1 row)")
      expect(erased.stdout).toContain("erase --yes 'müller@example.test'")
      expect(values(world.path("reconcile.db"), "SELECT count(*) FROM crm")).toEqual([2])
    })
  )

  it(
    "does not call the file free of the address while a reader prevents emptying its log",
    inWorld(async (world) => {
      await load(world, two)
      const reader = new Sqlite(world.path("reconcile.db"))
      try {
        reader.exec("BEGIN")
        reader.prepare("SELECT count(*) FROM batch_sent").get()
        const erased = await erase(world, "müller@example.test")
        expect(erased.code).toBe(7)
        expect(erased.stdout).toContain("Not proven: another program is reading the file")
        expect(erased.stdout).toContain("run the same command again")
        expect(erased.stdout).not.toContain("the address is gone")
        expect(erased.stdout).toContain(`open in process ${process.pid}`)
      } finally {
        reader.close()
      }
      const again = await erase(world, "müller@example.test", "--json")
      expectDone(again)
      expect(JSON.parse(again.stdout)).toMatchObject({
        data: { erased: false, proven: true, tidied: { done: true }, unexplained_in_bytes: 0 }
      })
    })
  )

  it(
    "names a copy beside the ledger that still contains the address",
    inWorld(async (world) => {
      await load(world, two)
      expectDone(await world.run(["snapshot", "reconcile.db.before-schema-2"]))
      const erased = await erase(world, "müller@example.test")
      expect(erased.code).toBe(1)
      expect(erased.stdout).toContain("It is still in reconcile.db.before-schema-2, next to the ledger.")
      expect(existsSync(world.path("reconcile.db.before-schema-2"))).toBe(true)
    })
  )

  it(
    "explains letters in the bytes of the file by longer addresses, even in texts over several pages",
    inWorld(async (world) => {
      const long = Array.from({ length: 3000 }, (_, at) => `jo${at}.ada@x.test`).join(" ")
      await load(world, [
        '{"email":"ada@x.test","batch_id":"b-1"}',
        JSON.stringify({ email: "bo@x.test", batch_id: "b-1", long })
      ])
      const erased = await erase(world, "ada@x.test", "--json")
      expectDone(erased)
      const { data } = JSON.parse(erased.stdout)
      expect(data.occurrences_in_bytes).toBeGreaterThan(2900)
      expect(data.unexplained_in_bytes).toBe(0)
    })
  )

  it(
    "deletes the samples of SQLite's ANALYZE",
    inWorld(async (world) => {
      await load(world, [
        ...two,
        ...Array.from({ length: 30 }, (_, at) => `{"email":"c${at}@x.test","batch_id":"b-1"}`)
      ])
      const database = new Sqlite(world.path("reconcile.db"))
      database.exec("ANALYZE")
      const samples = "SELECT count(*) FROM sqlite_stat4 WHERE instr(CAST(sample AS TEXT), 'ller@') > 0"
      expect(database.prepare(samples).pluck().get()).toBeGreaterThan(0)
      database.close()
      expectDone(await erase(world, "müller@example.test"))
      expect(values(world.path("reconcile.db"), samples)).toEqual([0])
    })
  )
})
