import { readdirSync, readFileSync } from "node:fs"
import Papa from "papaparse"
import { describe, expect, it } from "vitest"
import { dump, rows, values } from "./support/database.js"
import { documentedAnswer, documentedContacts, documentedServer, fast } from "./support/documented.js"
import { expectCleanOutput, expectDone, expectRefusal } from "./support/said.js"
import { account, inWorld, type World } from "./support/World.js"

const awkward = ['"Doe, Jane"@example.test', "=cmd()@example.test", "émile@example.test"]

/** One settled batch of documented contacts, and one of awkward addresses that has not settled. */
const make = async (world: World) => {
  const answer = (batchId: string) => (batchId === "batch-1" ? documentedAnswer : '{"status":"active"}')
  const env = account(await world.serve(documentedServer(answer)))
  const sent = [
    ...documentedContacts.map((email) => ({ email, batch: "batch-1" })),
    ...awkward.map((email) => ({ email, batch: "batch-2" }))
  ]
  world.write("sent.csv", Papa.unparse(sent))
  expectDone(await world.run(["contacts", "load", "sent.csv", "--batch-column", "batch"]))
  expectDone(await world.run(["run", "--once", ...fast], { env }))
  return readFileSync(world.path("reconcile.db"))
}

let made: Promise<Uint8Array> | undefined

/** A copy of the ledger, which is made once for all tests of this file. */
const prepared = async (world: World) => {
  made ??= make(world)
  return world.path(world.write("reconcile.db", await made))
}

const selected = (db: string, where = "true") =>
  rows(
    db,
    `SELECT batch_id, email, outcome, evidence, contact_id FROM contact_status WHERE ${where}
     ORDER BY batch_id, email_key, occurrence`
  )

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

describe.concurrent("query", () => {
  it(
    "prints rows as a table, CSV, JSON and NDJSON",
    inWorld(async (world) => {
      await prepared(world)
      const sql =
        "SELECT outcome, count(*) AS contacts, NULL AS void FROM contact_status GROUP BY 1 ORDER BY 1"
      const table = await world.run(["query", sql])
      expectDone(table)
      expect(table.stdout.replace(/ +$/gm, "")).toBe(
        "  outcome   contacts  void\n  imported  4\n  pending   3\n  rejected  2\n\n3 rows\n"
      )
      const csv = await world.run(["query", sql, "--format", "csv"])
      expect(csv).toMatchObject({
        code: 0,
        stdout: "outcome,contacts,void\r\nimported,4,\r\npending,3,\r\nrejected,2,\r\n",
        stderr: ""
      })
      const json = await world.run(["query", "--format", "json", sql])
      expect(JSON.parse(json.stdout)).toEqual([
        { outcome: "imported", contacts: 4, void: null },
        { outcome: "pending", contacts: 3, void: null },
        { outcome: "rejected", contacts: 2, void: null }
      ])
      const ndjson = await world.run(["query", "--format", "ndjson", sql])
      expect(ndjson.stdout.split("\n")[0]).toBe('{"outcome":"imported","contacts":4,"void":null}')
    })
  )

  it(
    "asks a saved question by its name, and lists all of them",
    inWorld(async (world) => {
      const db = await prepared(world)
      const [list, named, typed, unknown, missing] = await Promise.all(
        [
          ["query"],
          ["query", "batch-contacts", "--param", "batch=batch-2", "--format", "json"],
          [
            "query",
            "SELECT count(*) AS sent FROM batch_sent WHERE batch_id = :b",
            "--param",
            "b=batch-2",
            "--format",
            "ndjson"
          ],
          ["query", "batch-contact"],
          ["query", "SELECT :b AS b"]
        ].map((args) => world.run(args))
      )
      expect(list).toMatchObject({ code: 0, stderr: "" })
      expect(list?.stdout).toMatch(/^batch-contacts\n {2}What .*\?\n {4}--param batch=… +The batch's ID$/m)
      const sent = selected(db, "batch_id = 'batch-2'").map(({ batch_id: _, ...row }) => row)
      expect(JSON.parse(named?.stdout ?? "")).toEqual(sent)
      expect(typed).toMatchObject({ code: 0, stdout: '{"sent":3}\n', stderr: "" })
      if (unknown === undefined || missing === undefined) return expect.fail("they did not run")
      expectRefusal(unknown, 2, /no saved question 'batch-contact'\. Did you mean 'batch-contacts'/)
      expectRefusal(missing, 2, /The query cannot be run: .*parameter/)
    })
  )

  it(
    "answers about every view, and quotes names and values in CSV",
    inWorld(async (world) => {
      const db = await prepared(world)
      const views = values(db, "SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name")
      expect(views.length).toBeGreaterThan(5)
      const counts = views.map((view) => `(SELECT count(*) FROM ${view}) AS ${view}`)
      const counted = await world.run(["query", `SELECT ${counts.join(", ")}`, "--format", "json"])
      expectDone(counted)
      expect(JSON.parse(counted.stdout)).toMatchObject([{ batch_overview: 2, contact_status: 9 }])
      const quoted = await world.run([
        "query",
        `SELECT email AS "who, exactly" FROM contact_status WHERE email LIKE '"Doe%'`,
        "--format",
        "csv"
      ])
      expect(quoted.stdout).toBe('"who, exactly"\r\n"""Doe, Jane""@example.test"\r\n')
    })
  )

  it(
    "refuses anything but a SELECT in one sentence, and changes nothing",
    inWorld(async (world) => {
      const db = await prepared(world)
      const before = dump(db)
      for (const [sql, like] of [
        ["DELETE FROM batches", /^ac-reconcile: The query cannot be run: .*\.$/],
        ["UPDATE verdicts SET evidence = 'id' RETURNING *", /The query cannot be run: it is not a SELECT\.$/],
        ["UPDATE outcomes SET evidence = 'id' RETURNING *", /The query cannot be run: .* it is a view\.$/],
        ["pragma journal_mode=delete", /The query cannot be run: it is not a SELECT\.$/],
        ["PRAGMA wal_checkpoint(TRUNCATE)", /The query cannot be run: it is not a SELECT\.$/],
        ["PRAGMA user_version = 5", /The query cannot be run/],
        ["ATTACH 'other.db' AS other", /The query cannot be run/],
        ["SELECT 1; DELETE FROM batches", /The query cannot be run/],
        ["SELEC 1", /The query cannot be run: near "SELEC": syntax error\.$/],
        ["SELECT * FROM nowhere", /no such table: nowhere\.$/],
        ["SELECT 1 AS one, 2 AS one", /two of its columns are named one; give each its own name with AS\.$/],
        ["SELECT ?", /The query cannot be run: Too few parameter values/],
        ["", /./]
      ] as const) {
        const refused = await world.run(["query", sql])
        expectCleanOutput(refused)
        expect({ sql, code: refused.code === 0, stdout: refused.stdout }).toEqual({
          sql,
          code: false,
          stdout: ""
        })
        expect(refused.stderr.trim(), sql).toMatch(like)
        expect(refused.stderr.trim().split("\n"), sql).toHaveLength(1)
      }
      expect(dump(db)).toEqual(before)
      expect(readdirSync(world.folder)).not.toContain("other.db")
    })
  )

  it(
    "shows control characters of an address instead of sending them to the terminal",
    inWorld(async (world) => {
      world.write("odd.jsonl", '{"email":"a\\u001b[31m@example.test"}\n')
      await world.run(["contacts", "load", "odd.jsonl"])
      const told = await world.run(["query", "SELECT email FROM local_contacts"])
      expectDone(told)
      expect(told.stdout).toContain("a\\u001b[31m@example.test")
    })
  )
})
