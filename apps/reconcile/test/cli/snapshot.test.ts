import { statSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { pragma, rows } from "./support/database.js"
import { laterCommand } from "./support/laterCommand.js"
import { envelopeOf, expectDone, expectRefusal } from "./support/said.js"
import { inWorld } from "./support/World.js"

describe.concurrent("snapshot", () => {
  it(
    "makes one file, says what it contains, and replaces no file",
    inWorld(async (world) => {
      world.write("sent.csv", "email,batch\na@x.test,b-1\nc@x.test,b-2\n")
      expectDone(await world.run(["contacts", "load", "sent.csv", "--batch-column", "batch"]))
      const told = await world.run(["snapshot", "copy.db"])
      expectDone(told)
      expect(told.stdout).toMatch(/^copy\.db: [\d.]+ kB, schema \d+\.$/m)
      expect(told.stdout).toContain(
        "It contains 2 batches, 0 settled; 2 sent contacts, 0 answers, 2 contacts of your own."
      )
      const all = "SELECT * FROM batch_sent"
      expect(rows(world.path("copy.db"), all)).toEqual(rows(world.path("reconcile.db"), all))
      expect(pragma(world.path("copy.db"), "journal_mode")).toBe("delete")

      for (const taken of ["copy.db", "reconcile.db", "sent.csv"]) {
        const before = world.read(taken)
        const refused = await world.run(["snapshot", taken])
        expectRefusal(refused, 2, new RegExp(`${taken} already exists and was left unchanged\\.`))
        expect(world.read(taken)).toBe(before)
      }
      const json = await world.run(["snapshot", "second.db", "--json"])
      expectDone(json)
      expect(envelopeOf(json.stdout).data).toMatchObject({
        db: "./reconcile.db",
        file: "second.db",
        bytes: statSync(world.path("second.db")).size,
        batches: 2,
        sent: 2,
        local_contacts: 2
      })
    })
  )

  it(
    "is refused in one sentence if there is no ledger, or the target cannot be written",
    inWorld(async (world) => {
      expectRefusal(await world.run(["snapshot", "copy.db"]), 2, /there is no ledger there/)
      world.write("reconcile.db", "not SQLite, and longer than a header of one hundred bytes".repeat(4))
      expectRefusal(await world.run(["snapshot", "copy.db"]), 7, /it is not a SQLite file/)
      world.write("sent.csv", "email,batch\na@x.test,b-1\n")
      await world.run(["contacts", "load", "sent.csv", "--db", "good.db"])
      const nowhere = await world.run(["snapshot", "no/such/copy.db", "--db", "good.db"])
      expectRefusal(nowhere, 1, /no\/such\/copy\.db: cannot be written .*Name another file\.$/)
    })
  )
})

describe.concurrent("a file of an older schema", () => {
  const bin = laterCommand()

  it(
    "is copied before a command migrates it, which stderr says, but not with --json",
    inWorld(async (world) => {
      for (const name of ["one.db", "two.db"]) {
        expectDone(await world.run(["batches", "add", "--id", "b-1", "--db", name]))
      }
      const read = await world.run(["batches", "list", "--db", "one.db"], { bin })
      expect(read).toMatchObject({ code: 0, stdout: expect.stringContaining("b-1") })
      expect(read.stderr).toMatch(
        /^ac-reconcile: one\.db has an older schema and was left unchanged\. Reading a temporary copy that was migrated to schema 2\. /
      )
      expect(pragma(world.path("one.db"), "user_version")).toBe(1)
      const told = await world.run(["reconcile", "--db", "one.db"], { bin })
      expect(told.code).toBe(0)
      expect(told.stderr).toMatch(
        /^ac-reconcile: one\.db has schema 1 and is being migrated to schema 2\. The old file is kept as one\.db\.before-schema-\d+\.\n$/
      )
      const kept = /one\.db\.before-schema-\d+/.exec(told.stderr)?.[0] ?? ""
      expect(pragma(world.path(kept), "user_version")).toBe(1)
      expectDone(await world.run(["batches", "list", "--db", "one.db"], { bin }))
      expectDone(await world.run(["batches", "list", "--db", "two.db", "--json"], { bin }))
    })
  )
})
