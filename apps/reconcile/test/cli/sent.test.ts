import { describe, expect, it } from "vitest"
import { values } from "./support/database.js"
import { dropped, payload, scenario, sent } from "./support/sentPayload.js"
import { account, inWorld } from "./support/World.js"

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
