import { readdirSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { dump, values } from "./support/database.js"
import { expectCleanOutput, expectDone, expectRefusal } from "./support/said.js"
import { prepared, selected } from "./support/twoBatches.js"
import { inWorld } from "./support/World.js"

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
      const [list, named, typed, unknown, missing, elsewhere, misspelt] = await Promise.all(
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
          ["query", "SELECT :b AS b"],
          ["query", "SELECT reason FROM contact_values"],
          ["query", "SELECT reasn FROM contact_values"]
        ].map((args) => world.run(args))
      )
      expect(list).toMatchObject({ code: 0, stderr: "" })
      expect(list?.stdout).toMatch(/^batch-contacts\n {2}What .*\?\n {4}--param batch=… +The batch's ID$/m)
      const sent = selected(db, "batch_id = 'batch-2'").map(({ batch_id: _, ...row }) => row)
      expect(JSON.parse(named?.stdout ?? "")).toEqual(sent)
      expect(typed).toMatchObject({ code: 0, stdout: '{"sent":3}\n', stderr: "" })
      expect(elsewhere?.stderr).toMatch(/no such column: reason\.\s/)
      expect(misspelt?.stderr).toMatch(/no such column: reasn\. Did you mean 'reason'\?/)
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
