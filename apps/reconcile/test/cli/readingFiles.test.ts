import { existsSync } from "node:fs"
import { gzipSync } from "node:zlib"
import { describe, expect, it } from "vitest"
import { rows, values } from "./support/database.js"
import { envelopeOf, expectDone } from "./support/said.js"
import { inWorld } from "./support/World.js"

const batchColumn = ["--batch-column", "batch_id"]

describe.concurrent("reading contacts", () => {
  it(
    "loads our own export as JSON, compressed or not",
    inWorld(async (world) => {
      world.write("sent.csv", "email,name,batch_id\nada@x.test,Ada,b-1\nbob@x.test,Bob,b-1\n")
      expectDone(await world.run(["contacts", "load", "sent.csv", ...batchColumn]))
      expectDone(await world.run(["export", "outcomes", "--format", "json", "-o", "out.json"]))
      world.write("out.gz", gzipSync(world.read("out.json")))
      for (const [file, db] of [
        ["out.json", "a.db"],
        ["out.gz", "b.db"]
      ] as const) {
        expectDone(await world.run(["contacts", "load", file, ...batchColumn, "--db", db]))
        expect(rows(world.path(db), "SELECT email, batch_id FROM batch_sent ORDER BY 1")).toEqual([
          { email: "ada@x.test", batch_id: "b-1" },
          { email: "bob@x.test", batch_id: "b-1" }
        ])
      }
    })
  )

  it(
    "names files that it cannot read, and loads nothing of them",
    inWorld(async (world) => {
      world.write("crm.xls", "<html><table><tr><td>email</td></tr></table></html>")
      world.write("crm.csv.gz", gzipSync("email\na@x.test\n".repeat(1000)).subarray(0, -9))
      const html = await world.run(["contacts", "load", "crm.xls"])
      expect(html).toMatchObject({ code: 2, stdout: "" })
      expect(html.stderr).toBe(
        "ac-reconcile: crm.xls: this is an HTML page, which some programs save with the ending .xls. Open it and save the contacts as CSV (UTF-8).\n"
      )
      expect(existsSync(world.path("reconcile.db"))).toBe(false)
      const gzip = await world.run(["contacts", "load", "crm.csv.gz"])
      expect(gzip).toMatchObject({ code: 2, stdout: "" })
      expect(gzip.stderr).toContain("the gzip file is damaged (it ends too early); nothing was loaded.")
      expect(existsSync(world.path("reconcile.db"))).toBe(false)
    })
  )

  it(
    "sets aside invalid values: IDs that are none, and rows that are headers",
    inWorld(async (world) => {
      const csv = "email,contact_id,batch_id\na@x.test,7.0,b-1\nb@x.test,1.23E+05,b-1\nc@x.test,NULL,b-1\n"
      world.write("crm.csv", `\uFEFF${csv}\uFEFF${csv.replaceAll("x.test", "y.test")}`)
      const loaded = await world.run(["contacts", "load", "crm.csv", ...batchColumn])
      expect(loaded.code).toBe(0)
      expect(loaded.stderr).toBe("crm.csv, line 5: It is the header again, as in files that were joined.\n")
      expect(loaded.stdout).toContain(
        '4 contact IDs are not valid (IDs are whole numbers from 1); their contacts were loaded without the ID: line 3 "1.23E+05", line 4 "NULL", line 7 "1.23E+05"\n'
      )
      const db = world.path("reconcile.db")
      expect(values(db, "SELECT batch_id FROM batches")).toEqual(["b-1"])
      expect(
        rows(
          db,
          "SELECT contact_id, source_columns ->> 'contact_id' AS given FROM local_contacts WHERE email LIKE '%@x.test' ORDER BY email"
        )
      ).toEqual([
        { contact_id: "7", given: "7.0" },
        { contact_id: null, given: "1.23E+05" },
        { contact_id: null, given: "NULL" }
      ])
      const json = envelopeOf(
        (await world.run(["contacts", "load", "crm.csv", ...batchColumn, "--json"])).stdout
      )
      expect(json).toMatchObject({
        data: {
          rejected: 1,
          unknown_contact_ids: {
            count: 4,
            examples: [
              { place: "line", number: 3, value: "1.23E+05" },
              { place: "line", number: 4, value: "NULL" },
              { place: "line", number: 7, value: "1.23E+05" }
            ]
          },
          odd_addresses: []
        }
      })
    })
  )

  it(
    "counts odd addresses with examples, loads them unchanged, and shows no harmful characters",
    inWorld(async (world) => {
      const odd = ["ja\u202ene@x.test", "Jane <jane@x.test>", "mailto:jane@x.test", "N/A", "nil", "none", "-"]
      world.write(
        "crm.csv",
        `email,batch_id\n${odd.map((address) => `${address},b-1\n`).join("")}ada@x.test,b-1\n`
      )
      const loaded = await world.run(["contacts", "load", "crm.csv", ...batchColumn])
      expect(loaded).toMatchObject({ code: 0, stderr: "" })
      expect(loaded.stdout.split("\n").slice(2)).toEqual([
        "Addresses that look odd, loaded unchanged:",
        '  4 addresses have no @, like N/A: line 5 "N/A", line 6 "nil", line 7 "none"',
        '  1 address contains invisible characters or unusual spaces: line 2 "ja\\u202ene@x.test"',
        '  1 address is in angle brackets, as in Name <a@b>: line 3 "Jane <jane@x.test>"',
        "  1 address begins with 'mailto:': line 4 \"mailto:jane@x.test\"",
        "If they were sent differently, correct them in the source and load it again: reports about the right address do not match these.",
        ""
      ])
      expect(values(world.path("reconcile.db"), "SELECT email FROM batch_sent ORDER BY email")).toEqual(
        [...odd, "ada@x.test"].sort()
      )
      const sent = await world.run(["batches", "add", "--id", "b-2", "--sent", "crm.csv", "--json"])
      expect(envelopeOf(sent.stdout)).toMatchObject({
        data: {
          odd_addresses: [
            { kind: "without-at", count: 4 },
            {
              kind: "invisible",
              count: 1,
              examples: [{ place: "line", number: 2, value: "ja\u202ene@x.test" }]
            },
            { kind: "name" },
            { kind: "mailto" }
          ]
        }
      })
    })
  )

  it(
    "says that nothing can be reconciled without batches, and how to name them",
    inWorld(async (world) => {
      world.write("crm.csv", "email,Batch ID\nada@x.test,b-1\n")
      world.write("ids.csv", "email,contact_id\nada@x.test,7\n")
      const none = "It is not known which batch these contacts were sent in, so nothing will be reconciled."
      expect((await world.run(["contacts", "load", "ids.csv"])).stdout).toContain(
        `${none} Load again with --batch-column COLUMN, naming the column that holds the batchId; or, for one batch, run 'ac-reconcile batches add --id BATCH_ID --sent FILE'.`
      )
      const load = ["contacts", "load", "crm.csv"]
      expect((await world.run(load)).stdout).toContain(
        `${none} The column "Batch ID" looks like a column of batch IDs. If it is, load again with --batch-column "Batch ID".`
      )
      const named = await world.run([...load, "--batch-column", "Batch ID"])
      expect(named.stdout).not.toContain("reconciled")
      // Contacts loaded for their IDs alone are as they should be, once others are known as sent.
      expect((await world.run(["contacts", "load", "ids.csv"])).stdout).not.toContain("reconciled")
    })
  )

  it(
    "takes the given delimiter, and refuses an invalid one",
    inWorld(async (world) => {
      world.write("crm.csv", "mail;x,y\nada@x.test;1,2\n")
      const load = ["contacts", "load", "crm.csv"]
      expectDone(await world.run([...load, "--delimiter", "semicolon"]))
      expect(
        values(world.path("reconcile.db"), "SELECT source_columns ->> 'x,y' FROM local_contacts")
      ).toEqual(["1,2"])
      const refused = await world.run([...load, "--delimiter", "x"])
      expect(refused).toMatchObject({ code: 2, stdout: "" })
      expect(refused.stderr).toContain(
        "'x' is not a delimiter. Write one character, like ';', or the word tab."
      )
    })
  )
})

describe.concurrent("adding batches", () => {
  it(
    "refuses invalid IDs and times without adding anything",
    inWorld(async (world) => {
      world.write("ids.txt", "b-1\nb 2\n")
      world.write("answer.json", '{"status":"completed","success":["1"],"failure":[]}')
      const add = ["batches", "add"]
      const refused: ReadonlyArray<readonly [ReadonlyArray<string>, string]> = [
        [["--id", "b 1"], '--id: "b 1" contains a space.'],
        [
          ["--file", "ids.txt"],
          'ids.txt, line 2: "b 2" contains a space; give one batch ID per line. Nothing was added.'
        ],
        [["--file", "answer.json"], "record it with ac-reconcile batches add --id BATCH_ID --answer FILE"],
        [["--id", "b-1", "--submitted-at", "02.04.2031 08:15"], "it is not in ISO 8601 format"],
        [
          ["--id", "b-1", "--submitted-at", "2031-02-30T10:00:00Z"],
          "2031-02-30 is not a day in the calendar."
        ]
      ]
      for (const [args, reason] of refused) {
        const call = await world.run([...add, ...args])
        expect(call).toMatchObject({ code: 2, stdout: "" })
        expect(call.stderr).toContain(reason)
      }
      expect(existsSync(world.path("reconcile.db"))).toBe(false)
      expectDone(await world.run([...add, "--id", "b-1", "--submitted-at", "2031-04-02T10:00:00+02:00"]))
      expect(values(world.path("reconcile.db"), "SELECT submitted_at FROM batches")).toEqual([
        "2031-04-02T08:00:00.000Z"
      ])
    })
  )
})
