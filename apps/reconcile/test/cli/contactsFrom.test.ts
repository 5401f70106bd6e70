import { readFileSync } from "node:fs"
import Sqlite from "better-sqlite3"
import { describe, expect, it } from "vitest"
import { rows, values } from "./support/database.js"
import { envelopeOf, expectDone } from "./support/said.js"
import { inWorld } from "./support/World.js"

const execute = (path: string, sql: string) => {
  const database = new Sqlite(path)
  database.exec(sql)
  database.close()
}

describe.concurrent("contacts load", () => {
  it(
    "reads a table of another SQLite file by its key, and reports changes when it is loaded again",
    inWorld(async (world) => {
      const crm = world.path("crm.sqlite")
      execute(
        crm,
        `CREATE TABLE contacts (id INTEGER PRIMARY KEY, mail TEXT, ac_id TEXT, batch TEXT, photo);
        INSERT INTO contacts VALUES (1, 'old@x.test', NULL, 'b-1', NULL), (2, 'b@x.test', '7', 'b-1', NULL),
          (3, 'gone@x.test', NULL, NULL, NULL), (4, 'd@x.test', NULL, NULL, x'00')`
      )
      const load = ["contacts", "load", "--from", "crm.sqlite", "--table", "contacts", "--map", "email=mail"]
      const byKey = [...load, "--key", "id", "--batch-column", "batch"]
      const first = await world.run(byKey)
      expect(first).toMatchObject({ code: 0 })
      expect(first.stderr).toBe(
        "crm.sqlite, row 4: The value in column photo is binary (a BLOB); leave it out with --query 'select …'.\n"
      )
      expect(first.stdout).toContain(
        "3 contacts loaded from crm.sqlite#contacts: 3 new, 0 changed, 0 unchanged."
      )
      expect(world.read("crm.sqlite.contacts.rejects.csv")).toContain("row,reason,record\r\n4,")

      execute(
        crm,
        `UPDATE contacts SET mail = 'new@x.test', ac_id = '9' WHERE id = 1;
        DELETE FROM contacts WHERE id > 2`
      )
      const second = await world.run(byKey)
      expectDone(second)
      expect(second.stdout).toBe(
        [
          "./reconcile.db: 2 contacts loaded from crm.sqlite#contacts: 0 new, 1 changed, 1 unchanged.",
          "Changed: 1 address under their key, 1 contact ID gained.",
          "1 contact of this source is no longer in the file; it was kept.",
          "0 contacts newly recorded as sent, 2 already recorded. 0 batches new.",
          ""
        ].join("\n")
      )
      const db = world.path("reconcile.db")
      expect(values(db, "SELECT email FROM batch_sent ORDER BY email")).toEqual(["b@x.test", "old@x.test"])
      expect(rows(db, "SELECT name, key_column FROM local_sources")).toEqual([
        { name: `${crm}#contacts`, key_column: "id" }
      ])

      const other = await world.run([...load, "--key", "ac_id", "--json"])
      expect(other.code).toBe(2)
      expect(envelopeOf(other.stdout)).toMatchObject({ error: { code: "OtherKeyColumn" } })
    })
  )

  it(
    "reads a table of the user in the ledger's file, and never writes to it",
    inWorld(async (world) => {
      const db = world.path("reconcile.db")
      expectDone(await world.run(["batches", "add", "--id", "b-1"]))
      execute(
        db,
        "CREATE TABLE crm (id INTEGER PRIMARY KEY, email TEXT); INSERT INTO crm VALUES (1, 'Ä@x.test'), (2, 'b@x.test')"
      )
      const load = ["contacts", "load", "--table", "crm", "--key", "id", "--json"]
      const first = await world.run(load)
      expectDone(first)
      expect(envelopeOf(first.stdout)).toMatchObject({ data: { source: "table crm", added: 2 } })
      execute(db, "UPDATE crm SET email = 'c@x.test' WHERE id = 2")
      const own = rows(db, "SELECT * FROM crm")
      const second = await world.run(load)
      expect(envelopeOf(second.stdout)).toMatchObject({
        data: { added: 0, updated: 1, unchanged: 1, addresses_changed: 1, absent: 0, duplicates: 0 }
      })
      expect(rows(db, "SELECT * FROM crm")).toEqual(own)
      expect(
        values(
          db,
          "SELECT l.email_key FROM crm JOIN local_contacts l ON l.source_key = crm.id ORDER BY crm.id"
        )
      ).toEqual(["ä@x.test", "c@x.test"])

      const refused = await world.run(["contacts", "load", "--table", "batches"])
      expect(refused).toMatchObject({ code: 2, stdout: "" })
      expect(refused.stderr).toContain(`"batches" is one of ac-reconcile's own tables. Name one of yours.`)
    })
  )

  it(
    "lets a view of the user show the table's rows beside their outcomes",
    inWorld(async (world) => {
      const db = world.path("reconcile.db")
      expectDone(await world.run(["batches", "add", "--id", "b-1"]))
      execute(
        db,
        `CREATE TABLE crm_contacts (id INTEGER PRIMARY KEY, email TEXT, name TEXT, contact_id TEXT, batch TEXT);
        INSERT INTO crm_contacts VALUES (1, 'Ä@x.test', 'Änne', '7', 'b-1'), (2, 'b@x.test', 'Bea', NULL, 'b-1'),
          (3, 'never@x.test', 'Nell', NULL, NULL), (4, 'open@x.test', 'Olaf', NULL, 'b-2')`
      )
      expectDone(
        await world.run([
          "contacts",
          "load",
          "--table",
          "crm_contacts",
          "--key",
          "id",
          "--batch-column",
          "batch"
        ])
      )
      execute(
        db,
        `INSERT INTO answers VALUES (1, 1, 1, '2031-04-02T08:15:00.000Z', 'completed', 1, 1, '{}', 'account');
        INSERT INTO answer_successes VALUES (1, '7', 0);
        INSERT INTO answer_failures SELECT 1, address_id, 0, NULL FROM addresses WHERE email_key = 'b@x.test';
        INSERT INTO stale_marks VALUES (1);
        UPDATE crm_contacts SET name = 'Beatrix' WHERE id = 2`
      )
      expectDone(await world.run(["reconcile"]))
      const documented = readFileSync(new URL("../../../../docs/database.md", import.meta.url), "utf8")
      execute(db, /```sql\n(CREATE VIEW crm_contacts_status[\s\S]*?)```/.exec(documented)?.[1] ?? "")

      expect(rows(db, "SELECT * FROM crm_contacts_status ORDER BY id")).toMatchObject([
        { id: 1, name: "Änne", sent_in: "b-1", outcome: "imported", evidence: "id", active_campaign_id: "7" },
        { id: 2, name: "Beatrix", sent_in: "b-1", outcome: "rejected", evidence: "failure" },
        { id: 3, name: "Nell", sent_in: null, outcome: null, evidence: null },
        { id: 4, name: "Olaf", sent_in: "b-2", outcome: "pending", evidence: null }
      ])
      const plan = rows(db, "EXPLAIN QUERY PLAN SELECT * FROM crm_contacts_status").map(
        ({ detail }) => detail
      )
      // Of the ledger's own tables nothing is read from end to end.
      expect(
        plan.filter((step) => /^SCAN(?! (?:c|crm_contacts_status)$)|MATERIALIZE|AUTOMATIC/.test(String(step)))
      ).toEqual([])
    })
  )

  it(
    "refuses a call that names no source, or two",
    inWorld(async (world) => {
      for (const args of [
        [],
        ["a.csv", "--table", "t"],
        ["--from", "a.sqlite"],
        ["--table", "t", "--query", "q"]
      ]) {
        expect((await world.run(["contacts", "load", ...args])).code).toBe(2)
      }
      expect(await world.run(["contacts", "load", "--table", "t"])).toMatchObject({ code: 2 })
    })
  )
})
