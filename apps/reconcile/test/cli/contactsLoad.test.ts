import { existsSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { rows, values } from "./support/database.js"
import { csvOf, documentedServer, fast } from "./support/documented.js"
import { envelopeOf, expectCleanOutput, expectDone } from "./support/said.js"
import { account, inWorld } from "./support/World.js"

const localContacts = (db: string) =>
  rows(db, "SELECT email, contact_id, source_columns FROM local_contacts ORDER BY local_contact_id")

describe.concurrent("contacts load", () => {
  it(
    "keeps every column of a CSV under its own name, and the address as it was written",
    inWorld(async (world) => {
      world.write(
        "crm.csv",
        '\uFEFFE-Mail;Contact ID;Note;;Ünïcode\r\n Ada@Example.test ;12;"a ""b""; c";x;ß\r\nbob@example.test;;"two\r\nlines";;\r\n'
      )
      expectDone(await world.run(["contacts", "load", "crm.csv"]))
      const stored = localContacts(world.path("reconcile.db")).map((row) => ({
        ...row,
        source_columns: JSON.parse(String(row.source_columns))
      }))
      expect(stored).toEqual([
        {
          email: " Ada@Example.test ",
          contact_id: "12",
          source_columns: {
            "E-Mail": " Ada@Example.test ",
            "Contact ID": "12",
            Note: 'a "b"; c',
            "column 4": "x",
            Ünïcode: "ß"
          }
        },
        {
          email: "bob@example.test",
          contact_id: null,
          source_columns: {
            "E-Mail": "bob@example.test",
            "Contact ID": "",
            Note: "two\r\nlines",
            "column 4": "",
            Ünïcode: ""
          }
        }
      ])
    })
  )

  it(
    "reads standard input as -, in any place among the options",
    inWorld(async (world) => {
      const csv = "email,batch\nada@example.test,b-1\nbob@example.test,b-2\n"
      const calls = [
        ["-", "--batch-column", "batch", "--source", "crm"],
        ["--batch-column", "batch", "-", "--source", "crm"],
        ["--batch-column", "batch", "--source", "crm", "-"]
      ]
      for (const [index, args] of calls.entries()) {
        const loaded = await world.run(["contacts", "load", ...args], { stdin: csv })
        expectDone(loaded)
        const added = index === 0 ? "2 new, 0 changed, 0 unchanged" : "0 new, 0 changed, 2 unchanged"
        expect(loaded.stdout).toContain(`2 contacts loaded from standard input: ${added}.`)
      }
      const db = world.path("reconcile.db")
      expect(values(db, "SELECT name FROM local_sources")).toEqual(["crm"])
      expect(values(db, "SELECT batch_id FROM batch_sent ORDER BY 1")).toEqual(["b-1", "b-2"])

      const ids = await world.run(["batches", "add", "--file", "-", "--json"], {
        stdin: "b-2\n\nb-3 # three\n"
      })
      expectDone(ids)
      expect(envelopeOf(ids.stdout)).toMatchObject({ data: { added: 1, known: 1 } })
    })
  )

  it(
    "reads JSON lines, by the file's name or from standard input, with numbers as IDs",
    inWorld(async (world) => {
      const lines =
        '{"email":"ada@example.test","contact_id":12,"tags":["x"]}\n\n{"E-Mail":"bob@example.test","sent in":"b-1"}\n'
      world.write("crm.jsonl", lines)
      expectDone(await world.run(["contacts", "load", "crm.jsonl", "--batch-column", "sent in"]))
      const db = world.path("reconcile.db")
      expect(localContacts(db).map(({ contact_id, email }) => [email, contact_id])).toEqual([
        ["ada@example.test", "12"],
        ["bob@example.test", null]
      ])
      expect(values(db, "SELECT source_columns ->> '$.tags[0]' FROM local_contacts ORDER BY 1")).toEqual([
        null,
        "x"
      ])
      expect(values(db, "SELECT email FROM batch_sent WHERE batch_id = 'b-1'")).toEqual(["bob@example.test"])
      const nameless = await world.run(["contacts", "load", "-"], { stdin: lines })
      expect(nameless).toMatchObject({ code: 2, stdout: "" })
      expect(nameless.stderr).toContain("--source NAME")
      const piped = await world.run(["contacts", "load", "-", "--source", "crm"], { stdin: lines })
      expect(piped.stdout).toContain("2 contacts loaded from standard input: 2 new")
    })
  )

  it(
    "loads the good rows, names the bad ones with their lines and sets them aside",
    inWorld(async (world) => {
      world.write(
        "crm.csv",
        [
          "name,email",
          "Ada,ada@example.test",
          "Nobody,",
          "Bob,bob@example.test,surplus",
          'Carol,"carol@example.test',
          "Dan,dan@example.test",
          ""
        ].join("\n")
      )
      const loaded = await world.run(["contacts", "load", "crm.csv"])
      expectCleanOutput(loaded)
      expect(loaded.code).toBe(0)
      expect(loaded.stderr.split("\n")).toEqual([
        expect.stringMatching(/^crm\.csv, line 3: The address in column "email" is blank\.$/),
        expect.stringMatching(/^crm\.csv, line 4: Expected 2 columns, found 3: /),
        expect.stringMatching(
          /^crm\.csv, line 5, column 7: The quote that opens at column 7 is never closed/
        ),
        ""
      ])
      expect(loaded.stdout).toContain("2 contacts loaded from crm.csv: 2 new")
      expect(loaded.stdout).toContain("3 rows could not be read; see crm.csv.rejects.csv.")
      expect(localContacts(world.path("reconcile.db")).map(({ email }) => email)).toEqual([
        "ada@example.test",
        "dan@example.test"
      ])
      const rejects = world.read("crm.csv.rejects.csv").split("\r\n")
      expect(rejects[0]).toBe("line,reason,record")
      expect(rejects.slice(1).map((line) => line.split(",")[0])).toEqual(["3", "4", "5", ""])
      expect(rejects[2]).toContain('"Bob,bob@example.test,surplus"')

      // With --json nothing but the envelope is said; --rejects names another file.
      const json = await world.run(["contacts", "load", "crm.csv", "--json", "--rejects", "bad.csv"])
      expectDone(json)
      expect(envelopeOf(json.stdout).data).toMatchObject({ rows: 2, rejected: 3, rejects_file: "bad.csv" })
      expect(world.read("bad.csv")).toBe(world.read("crm.csv.rejects.csv"))
    })
  )

  it(
    "names ten of many bad rows and keeps all of them in the rejects file",
    inWorld(async (world) => {
      world.write("crm.csv", `email,name\n${"x@example.test\n".repeat(500)}good@example.test,Ada\n`)
      const loaded = await world.run(["contacts", "load", "crm.csv"])
      expect(loaded.code).toBe(0)
      expect(loaded.stderr.trim().split("\n")).toHaveLength(10)
      expect(loaded.stdout).toContain("500 rows could not be read")
      expect(world.read("crm.csv.rejects.csv").trimEnd().split("\r\n")).toHaveLength(501)
    })
  )

  it(
    "of the same file changes nothing, of a changed file only what changed, and deletes nothing",
    inWorld(async (world) => {
      const load = ["contacts", "load", "crm.csv", "--batch-column", "batch"]
      const db = world.path("reconcile.db")
      world.write("crm.csv", "email,city,batch\nada@example.test,Oslo,b-1\nbob@example.test,Rome,b-1\n")
      expect((await world.run(load)).stdout).toContain(
        "2 new, 0 changed, 0 unchanged.\n2 contacts newly recorded as sent. 1 batch new."
      )
      const before = localContacts(db)
      const again = await world.run(load)
      expectDone(again)
      expect(again.stdout).toContain(
        "0 new, 0 changed, 2 unchanged.\n0 contacts newly recorded as sent, 2 already recorded. 0 batches new."
      )
      expect(localContacts(db)).toEqual(before)
      expect(existsSync(world.path("crm.csv.rejects.csv"))).toBe(false)

      world.write("crm.csv", "email,city,batch\nADA@example.test,Bergen,b-1\ncarol@example.test,Bonn,b-2\n")
      expect((await world.run(load)).stdout).toContain(
        "1 new, 1 changed, 0 unchanged.\n1 contact of this source is no longer in the file; it was kept.\n1 contact newly recorded as sent, 1 already recorded. 1 batch new."
      )
      expect(values(db, "SELECT source_columns ->> 'city' FROM local_contacts ORDER BY email_key")).toEqual([
        "Bergen",
        "Rome",
        "Bonn"
      ])
      // What was sent was sent: the address as it was then.
      expect(values(db, "SELECT email FROM batch_sent ORDER BY email_key")).toEqual([
        "ada@example.test",
        "bob@example.test",
        "carol@example.test"
      ])
    })
  )

  it(
    "takes the columns that --map names, also with spaces and commas in their names",
    inWorld(async (world) => {
      world.write(
        "crm.csv",
        'id,"Mail, work",Private mail,AC no\n1,ada@work.test,ada@home.test,77\n2,bob@work.test,bob@home.test,78\n'
      )
      const map = 'email="Mail, work",contact_id=AC no'
      expectDone(await world.run(["contacts", "load", "crm.csv", "--map", map]))
      expect(
        localContacts(world.path("reconcile.db")).map(({ contact_id, email }) => [email, contact_id])
      ).toEqual([
        ["ada@work.test", "77"],
        ["bob@work.test", "78"]
      ])
      const wrong = await world.run(["contacts", "load", "crm.csv", "--map", "email=Work"])
      expect(wrong).toMatchObject({ code: 2, stdout: "" })
      expect(wrong.stderr).toMatch(/no column "Work" \(columns: id, Mail, work, Private mail, AC no\)/)
    })
  )

  it(
    "keeps sources apart: one address in two of them is two contacts",
    inWorld(async (world) => {
      world.write("a.csv", "email,contact_id\nada@example.test,1\n")
      world.write("b.csv", "email,contact_id\nAda@Example.test,1\n")
      await world.run(["contacts", "load", "a.csv", "--source", "crm"])
      await world.run(["contacts", "load", "b.csv", "--source", "shop"])
      const again = await world.run(["contacts", "load", "b.csv", "--source", "crm"])
      expect(again.stdout).toContain("0 new, 1 changed, 0 unchanged")
      expect(
        rows(
          world.path("reconcile.db"),
          "SELECT name, email FROM local_contacts JOIN local_sources USING (local_source_id) ORDER BY name"
        )
      ).toEqual([
        { name: "crm", email: "Ada@Example.test" },
        { name: "shop", email: "Ada@Example.test" }
      ])
    })
  )

  it(
    "makes every sent contact pending before any call, and a known ID proves an import at once",
    inWorld(async (world) => {
      const answer = '{"status":"completed","success":["41","42"],"failure":[]}'
      const env = account(await world.serve(documentedServer(() => answer)))
      world.write("sent.csv", csvOf("b-1", ["ada@example.test", "bob@example.test"]))
      await world.run(["contacts", "load", "sent.csv", "--batch-column", "batch_id"])
      const exported = async () => {
        const { stdout } = await world.run(["export", "outcomes", "--format", "json"])
        const rows: ReadonlyArray<Readonly<Record<string, string | null>>> = JSON.parse(stdout)
        // A source with contact IDs has that column itself, and ours is called otherwise.
        return rows.map((row) => {
          const id = row.reconcile_contact_id === undefined ? row.contact_id : row.reconcile_contact_id
          return [row.reconcile_batch_id, row.reconcile_email, row.outcome, row.evidence, id].join()
        })
      }
      expect(await exported()).toEqual([
        "b-1,ada@example.test,pending,unsettled,",
        "b-1,bob@example.test,pending,unsettled,"
      ])
      expectDone(await world.run(["run", ...fast], { env }))
      expect(await exported()).toEqual([
        "b-1,ada@example.test,imported,count,",
        "b-1,bob@example.test,imported,count,"
      ])
      world.write("ids.csv", "email,contact_id\nAda@Example.test,42\n")
      await world.run(["contacts", "load", "ids.csv"])
      expect(await exported()).toEqual([
        "b-1,ada@example.test,imported,id,42",
        "b-1,bob@example.test,imported,count,"
      ])
    })
  )

  it(
    "takes the database from AC_RECONCILE_DB, and --db before it",
    inWorld(async (world) => {
      world.write("a.csv", "email\nada@example.test\n")
      const env = { AC_RECONCILE_DB: "env.db" }
      expectDone(await world.run(["contacts", "load", "a.csv"], { env }))
      expectDone(await world.run(["contacts", "load", "a.csv", "--db", "named.db"], { env }))
      expect(["env.db", "named.db", "reconcile.db"].map((name) => existsSync(world.path(name)))).toEqual([
        true,
        true,
        false
      ])
    })
  )
})
