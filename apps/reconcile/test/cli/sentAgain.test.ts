import { existsSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { values } from "./support/database.js"
import { dropped, payload, scenario, sent } from "./support/sentPayload.js"
import { account, inWorld } from "./support/World.js"

describe("what was sent, told again in another way", () => {
  const rows = "email,first_name\nada@x.test,Eve\ncy@x.test,Cy\n"
  const everything = (file: string) =>
    values(
      file,
      `SELECT (SELECT group_concat(name || coalesce(sends, '-') || loaded_at) FROM local_sources)
        || (SELECT group_concat(batch_id || coalesce(submitted_at, '-')) FROM batches)
        || (SELECT group_concat(batch_id || email) FROM batch_sent)`
    )
  const declared = (file: string) =>
    values(
      file,
      `SELECT b.batch_id || ' ' || m.kind || ' ' || m.name || ' ' || c.sent FROM value_counts c
        JOIN sent_members m USING (member_id) JOIN numbered_batches b USING (batch) ORDER BY 1`
    )

  it.each([
    ["CSV", "rows.csv", rows],
    ["JSON lines", "rows.jsonl", '{"email":"ada@x.test","first_name":"Eve"}\n']
  ])("is refused where %s comes after the body of the request, and nothing is written", (_, name, text) =>
    inWorld(async (world) => {
      const body = world.write("payload.json", JSON.stringify(payload))
      await world.run(["batches", "add", "--id", "b1", "--sent", body])
      const before = everything(world.path("reconcile.db"))
      const file = world.write(name, text)
      const time = ["--submitted-at", "2031-04-02T08:00:00Z"]
      const add = ["batches", "add", "--id", "b1", "--sent", file, ...time]
      const refused = await world.run(add)
      expect(refused.code).toBe(2)
      expect(refused.stderr).toContain(
        "sent in b1: the body of a bulk import request says what its contacts were sent with, and these contacts are not from one; nothing was loaded."
      )
      expect(refused.stderr).toContain("ac-reconcile contacts remove --source 'sent in b1'")
      expect(JSON.parse((await world.run([...add, "--json"])).stdout)).toMatchObject({
        error: { code: "OtherThanPayload" }
      })
      expect(everything(world.path("reconcile.db"))).toEqual(before)
    })()
  )

  it(
    "is refused where a source of bodies is loaded from a table, with a mapping or without",
    inWorld(async (world) => {
      const body = world.write("payloads.jsonl", `${JSON.stringify({ batch_id: "b1", ...payload })}\n`)
      await world.run(["contacts", "load", body, "--source", "crm"])
      const before = everything(world.path("reconcile.db"))
      const file = world.write("crm.csv", rows)
      const mapping = world.write("sends.json", '{"first_name": {"column": "first_name"}}')
      for (const how of [[], ["--sends", mapping]]) {
        const refused = await world.run(["contacts", "load", file, "--source", "crm", ...how])
        expect(refused.code).toBe(2)
        expect(refused.stderr).toContain("crm: the body of a bulk import request says")
      }
      expect(everything(world.path("reconcile.db"))).toEqual(before)
    })
  )

  it(
    "is refused where a mapping is given for the body of a request",
    inWorld(async (world) => {
      const body = world.write("payload.json", JSON.stringify(payload))
      const mapping = world.write("sends.json", '{"first_name": {"column": "first_name"}}')
      const refused = await world.run(["contacts", "load", body, "--sends", mapping])
      expect(refused.code).toBe(2)
      expect(refused.stderr).toContain(
        "--sends: the contacts are from the body of a bulk import request, which itself says what was sent. Nothing was loaded."
      )
      expect(refused.stderr).toContain("Leave out --sends.")
      expect(existsSync(world.path("reconcile.db"))).toBe(false)
    })
  )

  it.each([
    ["before", (body: string, line: string) => `${line}\n${body}\n`, 1],
    ["after", (body: string, line: string) => `${body}\n\n${line}\n`, 3]
  ])("is refused where a file has single contacts %s the bodies of requests", (_, text, line) =>
    inWorld(async (world) => {
      const body = JSON.stringify({ batch_id: "b1", ...payload })
      const file = world.write("mixed.jsonl", text(body, '{"batch_id":"b1","email":"cy@x.test"}'))
      const refused = await world.run(["batches", "add", "--sent", file])
      expect(refused.code).toBe(2)
      expect(refused.stderr).toContain(`mixed.jsonl, line ${line}: it is a single contact`)
      expect(refused.stderr).toContain("Put them into files of their own.")
      expect(existsSync(world.path("reconcile.db"))).toBe(false)
    })()
  )

  it.each([
    ["a missing comma", '{"batch_id":"b2" "contacts":[{"email":"cy@x.test"}]}'],
    ["an unclosed brace", '{"batch_id":"b2","contacts":[{"email":"cy@x.test"}]'],
    ["a trailing comma", '{"batch_id":"b2","contacts":[{"email":"cy@x.test"},]}'],
    ["no JSON", "not json"],
    ["no contacts", '{"batch_id":"b2"}']
  ])("loses only the line with %s, wherever it stands among bodies", (_, broken) =>
    inWorld(async (world) => {
      const [one, two] = ["b1", "b3"].map((batch_id) => JSON.stringify({ batch_id, ...payload }))
      for (const [at, lines] of [
        [broken, one, two],
        [one, broken, two],
        [one, two, broken]
      ].entries()) {
        const file = world.write(`${at}.jsonl`, `${lines.join("\n")}\n`)
        const db = world.path(`${at}.db`)
        const added = await world.run(["batches", "add", "--sent", file, "--db", db])
        expect(added.code).toBe(0)
        expect(added.stderr).toContain(`${at}.jsonl, line ${lines.indexOf(broken) + 1}`)
        expect(added.stdout).toContain("2 batches added")
        expect(sent(db)).toEqual(["b1 ada@x.test", "b1 bob@x.test", "b3 ada@x.test", "b3 bob@x.test"])
      }
    })()
  )

  it(
    "is what the body of the request says, where CSV came before it",
    inWorld(async (world) => {
      const add = (file: string) => world.run(["batches", "add", "--id", "b1", "--sent", file])
      await add(world.write("rows.csv", rows))
      const added = await add(world.write("payload.json", JSON.stringify(payload)))
      expect(added).toMatchObject({ code: 0, stderr: "" })
      expect(added.stdout).toContain("1 contact of this source is no longer in the file; it was kept.")
      const file = world.path("reconcile.db")
      expect(sent(file)).toEqual(["b1 ada@x.test", "b1 bob@x.test", "b1 cy@x.test"])
      expect(values(file, "SELECT count(*) || '' FROM former_cells")).toEqual(["0"])
      const run = await world.run(["run"], { env: account(await world.simulate(scenario)) })
      expect(run.code).toBe(0)
      expect(declared(file)).toEqual([
        "b1 field 12 2",
        "b1 first_name  2",
        "b1 subscribe 3 1",
        "b1 tag vip 1"
      ])
      expect(dropped(file)).toEqual(["ada@x.test 12 absent", "bob@x.test 12 absent"])
    })
  )

  it(
    "stays as first told where the body of a request has other values, and that is said",
    inWorld(async (world) => {
      const add = (file: string) => world.run(["batches", "add", "--id", "b1", "--sent", file])
      await add(world.write("payload.json", JSON.stringify(payload)))
      const [ada, bob] = payload.contacts
      const other = { contacts: [{ ...ada, first_name: "Eve" }, bob] }
      const added = await add(world.write("other.json", JSON.stringify(other)))
      expect(added.code).toBe(0)
      const said = "1 contact has other values than before; what it was sent with stays as it was first told."
      expect(added.stdout).toContain(said)
      expect(added.stdout).toContain("ac-reconcile contacts remove --source 'sent in b1'")
      await world.run(["run"], { env: account(await world.simulate(scenario)) })
      expect(dropped(world.path("reconcile.db"))).toEqual(["ada@x.test 12 absent", "bob@x.test 12 absent"])
      const same = await add(world.write("payload.json", JSON.stringify(other)))
      expect(same.stdout).not.toContain("other values")
    })
  )
})
