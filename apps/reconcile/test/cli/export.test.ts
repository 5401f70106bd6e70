import { readdirSync } from "node:fs"
import Papa from "papaparse"
import { describe, expect, it } from "vitest"
import { values } from "./support/database.js"
import { documentedContacts, documentedServer, fast } from "./support/documented.js"
import { expectDone, expectRefusal } from "./support/said.js"
import { awkward, prepared, selected } from "./support/twoBatches.js"
import { account, inWorld } from "./support/World.js"

/** The columns of `sent.csv`, and then ours. */
const header = "email,batch,batch_id,reconcile_email,outcome,evidence,reason,contact_id"

/** Ours among the columns of an export, as `selected` names them. */
const ours = (rows: ReadonlyArray<Record<string, unknown>>) =>
  rows.map(({ batch_id, reconcile_email: email, outcome, evidence, contact_id }) => ({
    batch_id,
    email,
    outcome,
    evidence,
    contact_id
  }))

const parsed = (csv: string) =>
  Papa.parse<Record<string, string>>(csv, { header: true, skipEmptyLines: true }).data

const asText = (all: ReturnType<typeof selected>) =>
  all.map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, String(value ?? "")])))

describe.concurrent("export outcomes", () => {
  it(
    "writes every sent contact as CSV, JSON and NDJSON, with quotes where needed",
    inWorld(async (world) => {
      const db = await prepared(world)
      const all = selected(db)
      expect(all).toHaveLength(documentedContacts.length + awkward.length)
      const [csv, json, ndjson] = await Promise.all(
        ["csv", "json", "ndjson"].map((format) => world.run(["export", "outcomes", "--format", format]))
      )
      for (const one of [json, ndjson]) expect(one).toMatchObject({ code: 0, stderr: "" })
      expect(csv).toMatchObject({
        code: 0,
        stderr: expect.stringMatching(/^2 cells could run as formulas .* add --raw\.\n$/)
      })
      const text = csv?.stdout ?? ""
      expect(text.split("\r\n")[0]).toBe(header)
      expect(text).toContain('batch-2,"""Doe, Jane""@example.test",pending,unsettled,')
      expect(text).toContain("\r\n'=cmd()@example.test,batch-2,batch-2,'=cmd()@example.test,pending,")
      expect(ours(parsed(text.replaceAll("'=cmd", "=cmd")))).toEqual(asText(all))
      expect(ours(JSON.parse(json?.stdout ?? ""))).toEqual(all)
      const lines = (ndjson?.stdout ?? "").trimEnd().split("\n")
      expect(ours(lines.map((line) => JSON.parse(line)))).toEqual(all)
      expect(JSON.parse(lines[0] ?? "")).toMatchObject({
        batch: "batch-1",
        reason: "The numbers of the batch leave no room for another outcome."
      })
    })
  )

  it(
    "takes only what --batch and --outcome name, and is valid output even without rows",
    inWorld(async (world) => {
      const db = await prepared(world)
      const rejected = await world.run(["export", "outcomes", "--outcome", "rejected"])
      expect(ours(parsed(rejected.stdout))).toEqual(asText(selected(db, "outcome = 'rejected'")))
      const second = await world.run(["export", "outcomes", "--batch", "batch-2", "--format", "json"])
      expect(ours(JSON.parse(second.stdout))).toEqual(selected(db, "batch_id = 'batch-2'"))
      const none = ["export", "outcomes", "--batch", "batch-2", "--outcome", "rejected", "--format"]
      const [csv, json, ndjson] = await Promise.all(
        ["csv", "json", "ndjson"].map((format) => world.run([...none, format]))
      )
      expect(csv?.stdout).toBe(`${header}\r\n`)
      expect(JSON.parse(json?.stdout ?? "")).toEqual([])
      const nothing = "No sent contact is known with these filters.\n"
      expect(ndjson).toMatchObject({ code: 0, stdout: "", stderr: nothing })
    })
  )

  it(
    "writes a complete file, or leaves the existing one",
    inWorld(async (world) => {
      const db = await prepared(world)
      world.write("out.csv", "an older export")
      const written = await world.run(["export", "outcomes", "-o", "out.csv", "--raw"])
      expectDone(written)
      expect(written.stdout).toBe("out.csv: 9 rows written.\n")
      expect(ours(parsed(world.read("out.csv")))).toEqual(asText(selected(db)))
      const long = await world.run(["export", "outcomes", "--output", "out.json", "--format", "json"])
      expect(long.stdout).toBe("out.json: 9 rows written.\n")
      expect(JSON.parse(world.read("out.json"))).toHaveLength(9)

      const nowhere = await world.run(["export", "outcomes", "-o", "no/such/out.csv"])
      expectRefusal(
        nowhere,
        1,
        /no\/such\/out\.csv: cannot be written .*Name another file with --output FILE\.$/
      )
      expect(readdirSync(world.folder).filter((name) => name.includes("unfinished"))).toEqual([])
    })
  )

  it(
    "adds up to what was sent, outcome by outcome",
    inWorld(async (world) => {
      const db = await prepared(world)
      const exports = await Promise.all(
        ["imported", "rejected", "unaccounted", "pending"].map((word) =>
          world.run(["export", "outcomes", "--outcome", word])
        )
      )
      const counts = exports.map(({ stdout }) => parsed(stdout).length)
      expect(counts).toEqual([4, 2, 0, 3])
      expect(values(db, "SELECT count(*) FROM batch_sent")).toEqual([
        counts.reduce((sum, count) => sum + count)
      ])
    })
  )

  it(
    "and a query end without an error if their reader stops early, as in | head -1",
    inWorld(async (world) => {
      const header = "email,batch\n"
      const many = Array.from({ length: 20_000 }, (_, n) => `person.${n}@example.test,b\n`).join("")
      world.write("many.csv", header + many)
      await world.run(["contacts", "load", "many.csv", "--batch-column", "batch"])
      const env = account(await world.serve(documentedServer(() => '{"status":"active"}')))
      expectDone(await world.run(["run", "--once", ...fast], { env }))
      for (const args of [
        ["export", "outcomes"],
        ["query", "SELECT * FROM contact_status", "--format", "csv"],
        ["query", "SELECT * FROM contact_status"]
      ]) {
        const started = world.start(args)
        await started.said(/\n/)
        started.process.stdout?.destroy()
        expect(await started.ended).toMatchObject({ code: 0, signal: null, stderr: "" })
      }
    })
  )
})

describe.concurrent("export unaccounted", () => {
  it(
    "writes what loads straight back, contact for contact and column for column",
    inWorld(async (world) => {
      const awkwardRows = [
        { "E-Mail": "+plus@example.test", Name: "'=quoted", Phone: "+49 170", Sent: "batch-1" },
        { "E-Mail": "Semi@example.test", Name: 'a;=1\n"-b"', Phone: "-5", Sent: "batch-1" },
        { "E-Mail": "Semi@example.test", Name: "'plain'", Phone: "", Sent: "batch-1" }
      ]
      world.write("one.csv", Papa.unparse(awkwardRows))
      world.write("two.jsonl", '{"mail":"two@example.test","id":12345678901234567890,"in":"batch-1"}\n')
      const answer = '{"status":"failed","success":[],"failure":[]}'
      const env = account(await world.serve(documentedServer(() => answer)))
      expectDone(await world.run(["contacts", "load", "one.csv", "--batch-column", "Sent", "--raw"]))
      expectDone(await world.run(["contacts", "load", "two.jsonl", "--batch-column", "in"]))
      expectDone(await world.run(["run", "--once", ...fast], { env }))

      const sent = "SELECT email FROM batch_sent ORDER BY email_key, occurrence"
      const before = values(world.path("reconcile.db"), sent)
      for (const format of ["csv", "ndjson"]) {
        const written = await world.run([
          "export",
          "unaccounted",
          "--format",
          format,
          "-o",
          `silent.${format}`
        ])
        expect(written).toMatchObject({ code: 0, stdout: `silent.${format}: 4 rows written.\n` })
        const db = `${format}.db`
        const again = ["contacts", "load", `silent.${format}`, "--batch-column", "batch_id", "--db", db]
        const loaded = await world.run(again)
        expectDone(loaded)
        expect(loaded.stdout).toContain("4 contacts newly recorded as sent")
        if (format === "csv") expect(loaded.stdout).toMatch(/^6 cells lost the apostrophe/m)
        expect(values(world.path(db), sent)).toEqual(before)
        const columns = values(world.path(db), "SELECT source_columns FROM local_contacts ORDER BY email_key")
        const kept = columns.map((text) => JSON.parse(String(text)))
        for (const row of awkwardRows) expect(kept).toContainEqual(expect.objectContaining(row))
        expect(kept).toContainEqual(expect.objectContaining({ id: "12345678901234567890" }))
      }
    })
  )
})
