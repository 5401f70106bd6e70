import { existsSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { values } from "./support/database.js"
import { account, inWorld } from "./support/World.js"

const payload = {
  contacts: [
    {
      email: "ada@x.test",
      first_name: "Ada",
      fields: [{ id: 12, value: "ACME" }],
      tags: ["vip"],
      subscribe: [{ listid: 3 }]
    },
    { email: "bob@x.test", first_name: "Bob", fields: [{ id: "12", value: 5 }] }
  ]
}

const dropped = (file: string) =>
  values(file, "SELECT email || ' ' || name || ' ' || comparison FROM dropped_values ORDER BY 1")

const sent = (file: string) => values(file, "SELECT batch_id || ' ' || email FROM batch_sent ORDER BY 1")

const scenario = {
  account: { fields: [{ id: "12", title: "Company" }] },
  batches: [
    {
      batchId: "b1",
      contacts: payload.contacts.map(({ email, fields, ...others }) => ({
        email,
        sends: { ...others, fields: fields.map(({ id, value }) => ({ id, value: String(value) })) },
        mishaps: [{ _tag: "FieldDropped" as const, field: "12" }]
      }))
    }
  ]
}

describe("what was sent", () => {
  it.each([
    ["on one line", JSON.stringify(payload)],
    ["over many lines", JSON.stringify(payload, null, 2)]
  ])("is told by the body of the request, %s, and compared in a run", (_, text) =>
    inWorld(async (world) => {
      const file = world.write("payload.json", text)
      const added = await world.run(["batches", "add", "--id", "b1", "--sent", file])
      expect(added).toMatchObject({ code: 0, stderr: "" })
      const run = await world.run(["run"], { env: account(await world.simulate(scenario)) })
      expect(run.code).toBe(0)
      expect(dropped(world.path("reconcile.db"))).toEqual(["ada@x.test 12 absent", "bob@x.test 12 absent"])
      const shown = await world.run(["batches", "show", "b1"])
      expect(shown.stdout).toMatch(/field 12 \(Company\) +2 +2 +0 +0/)
      expect(shown.stdout).toContain(
        "What its contacts were sent with is in the bodies of requests: sent in b1."
      )
    })()
  )

  it(
    "is told by a mapping, and batches show has the column or value of each",
    inWorld(async (world) => {
      const sends = {
        first_name: { column: "First" },
        fields: { "12": { column: "Company" }, Plan: { value: "gold" } },
        tags: [{ column: "Groups", separator: ";" }, { value: "customer" }],
        subscribe: [3],
        unsubscribe: ["4"]
      }
      world.write("sends.json", JSON.stringify(sends))
      world.write("c.csv", "email,batch,First,Company,Groups\na@x.test,b1,Ada,ACME,x;y\n")
      const call = ["contacts", "load", "c.csv", "--batch-column", "batch", "--sends", "sends.json"]
      expect((await world.run(call)).code).toBe(0)
      const { stdout } = await world.run(["batches", "show", "b1"])
      const at = stdout.indexOf("What its contacts were sent with, as declared with ")
      expect(stdout.slice(at).split("\n").slice(1, 8)).toEqual([
        "  first_name     ← First",
        "  field 12       ← Company",
        "  field Plan     'gold'",
        "  tag            ← Groups, split at ';'",
        "  tag            'customer'",
        "  list 3         all contacts",
        "  not on list 4  all contacts"
      ])
      const { data } = JSON.parse((await world.run(["batches", "show", "b1", "--json"])).stdout)
      expect(data.declared[0].members[1]).toEqual({
        member: "field 12",
        column: "Company",
        value: null,
        separator: null
      })
    })
  )

  it(
    "is told for many batches by lines that name theirs",
    inWorld(async (world) => {
      const lines = ["b1", "b2"].map((batch_id) => JSON.stringify({ batch_id, ...payload }))
      const file = world.write("payloads.jsonl", `${lines.join("\n")}\n`)
      const added = await world.run(["batches", "add", "--sent", file])
      expect(added.stderr).toBe("")
      expect(added.stdout).toContain("2 batches added")
      expect(sent(world.path("reconcile.db"))).toEqual([
        "b1 ada@x.test",
        "b1 bob@x.test",
        "b2 ada@x.test",
        "b2 bob@x.test"
      ])
      const again = await world.run(["batches", "add", "--sent", file])
      expect(again.stdout).toContain("0 batches added")
    })
  )

  it(
    "is told with the time at which the batches were submitted, of those that have none yet",
    inWorld(async (world) => {
      const lines = ["b1", "b2", "b3"].map((batch_id) => JSON.stringify({ batch_id, ...payload }))
      const file = world.write("payloads.jsonl", `${lines.join("\n")}\n`)
      const [known, told] = ["2031-04-01T08:00:00.000Z", "2031-04-02T08:15:00.000Z"]
      await world.run(["batches", "add", "--id", "b2", "--submitted-at", known])
      const added = await world.run(["batches", "add", "--sent", file, "--submitted-at", told])
      expect(added).toMatchObject({ code: 0, stderr: "" })
      const times = () =>
        values(
          world.path("reconcile.db"),
          "SELECT batch_id || ' ' || coalesce(submitted_at, '-') FROM batches ORDER BY 1"
        )
      expect(times()).toEqual([`b1 ${told}`, `b2 ${known}`, `b3 ${told}`])
      await world.run(["batches", "add", "--sent", file, "--submitted-at", "2031-04-03T00:00:00Z"])
      expect(times()).toEqual([`b1 ${told}`, `b2 ${known}`, `b3 ${told}`])
    })
  )

  it(
    "is told with a time of its own for each batch, which counts before the one of the call",
    inWorld(async (world) => {
      const line = (batch_id: string, others: Readonly<Record<string, unknown>>) =>
        JSON.stringify({ batch_id, ...others, ...payload })
      const lines = [
        line("b1", { submitted_at: "2031-04-02T10:00:00+02:00" }),
        line("b2", { submitted_at: null }),
        line("b3", { submitted_at: "2031-04-02T09:30:00Z" }),
        line("b3", {})
      ]
      const file = world.write("payloads.jsonl", `${lines.join("\n")}\n`)
      const known = "2031-04-01T08:00:00.000Z"
      await world.run(["batches", "add", "--id", "b3", "--submitted-at", known])
      const added = await world.run([
        "batches",
        "add",
        "--sent",
        file,
        "--submitted-at",
        "2031-04-03T00:00:00Z"
      ])
      expect(added).toMatchObject({ code: 0, stderr: "" })
      expect(added.stdout).toContain(
        `submitted_at of 1 batch changed from ${known} to 2031-04-02T09:30:00.000Z.\n`
      )
      expect(added.stdout).not.toContain("member")
      const times = () =>
        values(world.path("reconcile.db"), "SELECT batch_id || ' ' || submitted_at FROM batches ORDER BY 1")
      const told = [
        "b1 2031-04-02T08:00:00.000Z",
        "b2 2031-04-03T00:00:00.000Z",
        "b3 2031-04-02T09:30:00.000Z"
      ]
      expect(times()).toEqual(told)
      const again = await world.run([
        "contacts",
        "load",
        file,
        "--submitted-at",
        known,
        "--batch-column",
        "batch_id"
      ])
      expect(again.stdout).toContain(
        `submitted_at of 1 batch changed from 2031-04-03T00:00:00.000Z to ${known}.\n`
      )
      expect(times()).toEqual(told.with(1, `b2 ${known}`))
    })
  )

  it(
    "is told with a time of its own for the batch that the call names",
    inWorld(async (world) => {
      const file = world.write(
        "payload.json",
        JSON.stringify({ submitted_at: "2031-04-02T08:00Z", ...payload })
      )
      const add = ["batches", "add", "--id", "b1", "--sent", file, "--submitted-at", "2031-04-03T00:00:00Z"]
      expect(await world.run(add)).toMatchObject({ code: 0, stderr: "" })
      const times = values(world.path("reconcile.db"), "SELECT submitted_at FROM batches")
      expect(times).toEqual(["2031-04-02T08:00:00.000Z"])
    })
  )

  it(
    "is refused with a time that is none, with two for one batch, and with one of no batch",
    inWorld(async (world) => {
      const line = (batch_id: string | undefined, submitted_at: unknown) =>
        `${JSON.stringify({ batch_id, submitted_at, ...payload })}\n`
      const add = (text: string) => world.run(["batches", "add", "--sent", world.write("bodies.jsonl", text)])
      const dated = await add(
        line("b1", "2031-04-02") + line("b2", 1_933_000_000) + line("b3", "2031-04-02T08:15:00Z")
      )
      expect(dated.code).toBe(0)
      expect(dated.stderr).toMatch(
        /^bodies\.jsonl, line 1: Its "submitted_at": '2031-04-02' is not a time: it is a date without a time\. .*\nbodies\.jsonl, line 2: Its "submitted_at" is not a text\.\n$/
      )
      const file = world.path("reconcile.db")
      expect(values(file, "SELECT batch_id FROM batches")).toEqual(["b3"])
      const two = await add(line("b4", "2031-04-02T08:15:00Z") + line("b4", "2031-04-02T08:16:00Z"))
      expect(two).toMatchObject({ code: 2, stdout: "" })
      expect(two.stderr).toContain(
        'bodies.jsonl, line 2: its "submitted_at" is another than on line 1, for the same batch. Nothing was loaded; correct one of them.'
      )
      const none = await add(line(undefined, "2031-04-02T08:15:00Z"))
      expect(none).toMatchObject({ code: 2, stdout: "" })
      expect(none.stderr).toContain(
        'has a "submitted_at", but names no batch. Nothing was loaded. Give it a "batch_id"'
      )
      expect(values(file, "SELECT batch_id FROM batches")).toEqual(["b3"])
    })
  )

  it(
    "needs a batch for each contact",
    inWorld(async (world) => {
      const file = world.write("payload.json", JSON.stringify(payload))
      const none = await world.run(["batches", "add", "--sent", file])
      expect(none.code).toBe(2)
      expect(none.stderr).toContain("--id")
      const two = await world.run(["batches", "add", "--id", "a", "--id", "b", "--sent", file])
      expect(two.code).toBe(2)
      expect(two.stderr).toContain("--sent applies to one batch, but 2 were named.")
    })
  )

  it(
    "is told for a table by a mapping file",
    inWorld(async (world) => {
      const contacts = world.write("crm.csv", "email,batch,Firm\nada@x.test,b1,ACME\nbob@x.test,b1,\n")
      const mapping = world.write(
        "sends.json",
        JSON.stringify({
          $schema: "https://example.test/sends.json",
          fields: { Company: { column: "Firm" } }
        })
      )
      const load = ["contacts", "load", contacts, "--batch-column", "batch", "--sends", mapping]
      expect(await world.run(load)).toMatchObject({ code: 0, stderr: "" })
      const run = await world.run(["run"], { env: account(await world.simulate(scenario)) })
      expect(run.code).toBe(0)
      expect(dropped(world.path("reconcile.db"))).toEqual(["ada@x.test Company absent"])
      expect(run.stdout).toContain("1 of 1 sent value: it is not in the account as it was sent")
      const report = await world.run(["report"])
      expect(report.stdout).toContain("Out of 1 sent value, this is not in the account as it was sent.")
      expect(report.stdout).toContain("field 12 (Company)")
      const exported = await world.run(["export", "dropped"])
      expect(exported.stdout).toContain("b1,ada@x.test,field 12 (Company),absent,ACME,")
    })
  )

  it.each([
    ["{", /sends\.json is not a mapping of what was sent\. It is not JSON/],
    [
      '{"firstName": {"column": "First"}, "subscribe": ["News"]}',
      /sent\. firstName: is not known\. Did you mean "first_name"\? subscribe\[0\]: takes the ID of a list, which is a number\. docs/
    ],
    ['{"fields": {"__proto__": {"value": "a"}}}', /fields\.__proto__: cannot be the name of a field\./],
    [
      '{"fields": {"Plan": {"value": "a"}, "plan ": {"value": "b"}}}',
      /fields\.plan : is the same field as "Plan"\./
    ],
    [
      '{"first_name": {"column": "Firts"}}',
      /no column "Firts" \(columns: email, First\)\. Nothing was loaded[\s\S]*did you mean "First"\?/
    ]
  ])("is not told by %s", (text, problem) =>
    inWorld(async (world) => {
      const contacts = world.write("crm.csv", "email,First\nada@x.test,Ada\n")
      const mapping = world.write("sends.json", text)
      const loaded = await world.run(["contacts", "load", contacts, "--sends", mapping])
      expect(loaded.code).toBe(2)
      expect(loaded.stderr).toMatch(problem)
    })()
  )

  it(
    "is not told by a file that is not there",
    inWorld(async (world) => {
      const contacts = world.write("crm.csv", "email,First\nada@x.test,Ada\n")
      const loaded = await world.run(["contacts", "load", contacts, "--sends", "nope.json"])
      expect(loaded.code).toBe(2)
      expect(loaded.stderr).toContain("nope.json: there is no such file. Check the path.")
    })
  )
})

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
