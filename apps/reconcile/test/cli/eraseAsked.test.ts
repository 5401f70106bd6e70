import { copyFileSync, mkdirSync, symlinkSync } from "node:fs"
import { gzipSync } from "node:zlib"
import { describe, expect, it } from "vitest"
import { values } from "./support/database.js"
import { expectDone, expectRefusal } from "./support/said.js"
import { account, inWorld, type World } from "./support/World.js"

const load = async (world: World, text: string, name = "in.csv", ...more: ReadonlyArray<string>) => {
  world.write(name, text)
  const loaded = await world.run(["contacts", "load", name, "--batch-column", "batch", ...more])
  expect(loaded.code, loaded.stderr).toBe(0)
}

const two = "email,batch\na@x.test,b-1\nb@x.test,b-1\n"

const count = (world: World, address: string) =>
  values(world.path("reconcile.db"), `SELECT count(*) FROM batch_sent WHERE email_key = '${address}'`)[0]

describe("the address to erase", () => {
  it(
    "is a plain address; if it is among other words, nothing is erased or proven, and it is named",
    inWorld(async (world) => {
      await load(world, two)
      for (const shape of [
        "Ada <b@x.test>",
        "Ada b@x.test",
        "mailto:b@x.test",
        "<b@x.test>",
        "'b@x.test'",
        "“b@x.test”",
        "b@x.test.",
        "b%40x.test@",
        "crm|b@x.test",
        "email=b@x.test"
      ]) {
        expectRefusal(
          await world.run(["erase", shape, "--yes"]),
          2,
          /is not a plain address\. Give only b@x\.test:/
        )
      }
      expectRefusal(
        await world.run(["erase", "b@x.test; a@x.test"]),
        2,
        /Give one at a time: b@x\.test, a@x\.test\./
      )
      expect(count(world, "b@x.test")).toBe(1)
    })
  )

  it(
    "may be pasted with invisible characters",
    inWorld(async (world) => {
      await load(world, `${two}b\u200b@x.test,b-1\n`)
      const shown = await world.run(["erase", "\u202ab@x\u200b.test\u00a0", "--json"])
      expect(JSON.parse(shown.stdout).data.keys).toEqual(["b@x.test", "b\u200b@x.test"])
      const erased = await world.run(["erase", "b\u200b@x.test", "--yes"])
      expectDone(erased)
      expect(values(world.path("reconcile.db"), "SELECT email FROM batch_sent ORDER BY 1")).toEqual([
        "a@x.test",
        "erased-1",
        "erased-2"
      ])
    })
  )

  it(
    "may be an invalid address, as it was sent",
    inWorld(async (world) => {
      await load(world, `${two}r&d@x.test,b-1\n"""a b""@x.test",b-1\na@@x.test,b-1\nd@x.test,b-1\n`)
      for (const odd of ["r&d@x.test", '"a b"@x.test', "a@@x.test"]) {
        const erased = await world.run(["erase", odd, "--yes"])
        expectDone(erased)
        expect(erased.stdout).toMatch(/batch_sent +1 row\n/)
      }
      expect(count(world, "d@x.test")).toBe(1)
    })
  )
})

describe("copies beside the ledger", () => {
  it(
    "are searched under every name that begins with its own, also beside the target of a link",
    inWorld(async (world) => {
      await load(world, two)
      mkdirSync(world.path("links"))
      symlinkSync("../reconcile.db", world.path("links/link.db"))
      symlinkSync("links/link.db", world.path("chain.db"))
      const copies = [
        "reconcile.db~",
        "reconcile.db_old",
        "reconcile.db backup",
        "reconcile.dbbak",
        "links/link.db.bak"
      ]
      for (const copy of copies) copyFileSync(world.path("reconcile.db"), world.path(copy))
      symlinkSync("reconcile.db", world.path("reconcile.db-again"))
      const erased = await world.run(["erase", "a@x.test", "--yes", "--db", "chain.db"])
      expect(erased.code).toBe(1)
      expect(erased.stdout).not.toContain("the address is gone")
      for (const copy of copies) expect(erased.stdout).toContain(world.path(copy))
      expect(erased.stdout).not.toContain("reconcile.db-again")
    })
  )

  it(
    "that are compressed are not called free of the address",
    inWorld(async (world) => {
      await load(world, two)
      world.write("reconcile.db.gz", gzipSync("a@x.test"))
      const erased = await world.run(["erase", "a@x.test", "--yes", "--json"])
      expect(erased.code).toBe(1)
      expect(JSON.parse(erased.stdout).data).toMatchObject({
        proven: false,
        files_beside: [],
        unsearched_beside: [{ path: "reconcile.db.gz", reason: "it is packed with gzip" }]
      })
    })
  )
})

describe("an address that was erased", () => {
  it(
    "is gone from a body that was cut off within it, and from a message that quotes that body",
    inWorld(async (world) => {
      await load(world, "email,batch\nada@x.test,b-1\n")
      const env = account(
        await world.serve((_, response) => {
          response.setHeader("content-type", "application/json")
          response.end('{"status":"completed","success":[],"failure":["ada@x.te')
        })
      )
      await world.run(["run", "--once", "--no-resolve", "--no-lookup"], { env })
      const kept = "SELECT raw_body || ' ' || message FROM batch_errors"
      expect(values(world.path("reconcile.db"), kept)).toEqual([
        expect.stringMatching(/ada@x\.te .*ada@x\.te\)/)
      ])
      const shown = await world.run(["erase", "ada@x.test"])
      expect(shown.stdout).toContain("batch_errors.message (1 row), batch_errors.raw_body (1 row)")
      expectDone(await world.run(["erase", "ada@x.test", "--yes"]))
      expect(values(world.path("reconcile.db"), kept)).toEqual([expect.not.stringContaining("ada@")])
    })
  )

  it(
    "is gone from the names of sources and from others' columns, after any sign",
    inWorld(async (world) => {
      const text =
        "email,batch,referred_by\nada@x.test,b,\nbo@x.test,b,u/ada@x.test #ada@x.test\ncy@x.test,b,=ada@x.test\n"
      await load(world, text, "ada@x.test.csv")
      for (const source of [
        "mail/ada@x.test",
        "crm|ada@x.test",
        "a=ada@x.test",
        "#ada@x.test",
        "?ada@x.test"
      ]) {
        await load(world, text, "in.csv", "--source", source)
      }
      const erased = await world.run(["erase", "ada@x.test", "--yes"])
      expectDone(erased)
      expect(erased.stdout).not.toContain("longer address")
      expect(values(world.path("reconcile.db"), "SELECT name FROM local_sources ORDER BY 1")).toEqual([
        "#erased-1",
        world.path("erased-1.csv"),
        "?erased-1",
        "a=erased-1",
        "crm|erased-1",
        "mail/erased-1"
      ])
    })
  )

  it(
    "is gone from keys with something attached to it, so that a second erase finds nothing",
    inWorld(async (world) => {
      await load(world, "email,batch\nada@x.test,b\n")
      const failure = [
        "ada@x.test_old",
        "x\0ada@x.test",
        "ada@x.test\0",
        "\0ada%40x.test",
        "u/ada@x.test",
        "x:ada@x.test",
        '"ada@x.test"'
      ]
      world.write(
        "answer.json",
        JSON.stringify({ status: "completed", success: [], failure: [...failure, "joada@x.test"] })
      )
      await world.run(["batches", "add", "--id", "b", "--answer", "answer.json", "--yes"])
      const shown = await world.run(["erase", "ada@x.test", "--json"])
      expect(JSON.parse(shown.stdout).data.keys).toHaveLength(failure.length + 1)
      const erased = await world.run(["erase", "ada@x.test", "--yes"])
      expectDone(erased)
      expect(erased.stdout).toContain("part of 1 longer address, which was kept: joada@x.test.")
      const again = await world.run(["erase", "ada@x.test", "--json"])
      expect(JSON.parse(again.stdout).data).toMatchObject({ keys: [], held: [], places: [] })
    })
  )
})
