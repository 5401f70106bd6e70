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
    })()
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
    "has members that ActiveCampaign drops without a word, and they are named with their place",
    inWorld(async (world) => {
      const odd = { contacts: [{ email: "a@x.test", firstName: "Ada" }, { first_name: "Nobody" }] }
      const file = world.write("payload.json", JSON.stringify(odd, null, 2))
      const added = await world.run(["batches", "add", "--id", "b1", "--sent", file])
      expect(added.code).toBe(0)
      expect(added.stdout).toContain(
        '1 member is not one that a bulk import takes; ActiveCampaign drops it without a word: line 3 "firstName of contact 1"'
      )
      expect(added.stderr).toContain("line 7: It has no key for an e-mail address (keys: first_name)")
      expect(sent(world.path("reconcile.db"))).toEqual(["b1 a@x.test"])
    })
  )

  it(
    "has members in another shape than a bulk import takes, and they are named, too",
    inWorld(async (world) => {
      const odd = {
        batch_id: "b1",
        fields: [],
        contacts: [
          { email: "a@x.test", fields: [{ field: 12, value: "ACME" }], subscribe: [3], tags: "vip" },
          { email: "b@x.test", tags: ["vip"], fields: null }
        ]
      }
      const file = world.write("payloads.jsonl", `${JSON.stringify(odd)}\n`)
      const added = await world.run(["batches", "add", "--sent", file, "--json"])
      expect(added.code).toBe(0)
      const { data } = JSON.parse(added.stdout)
      expect(data.unknown_members.count).toBe(5)
      expect(data.unknown_members.examples.map(({ value }: { value: string }) => value)).toEqual([
        "fields beside contacts",
        "fields[0] without id of contact 1",
        "fields[0].field of contact 1"
      ])
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
    })
  )

  it.each([
    ["{", /sends\.json is not a mapping of what was sent\.[\s\S]*It is not JSON/],
    ['{"first_nam": {"column": "a"}}', /first_nam: is not known\. Did you mean "first_name"\?/],
    ['{"firstName": {"column": "First"}}', /firstName: is not known\. Did you mean "first_name"\?/],
    ['{"fields": {"12": {"colum": "First"}}}', /fields\.12\.colum: is not known\. Did you mean "column"\?/],
    ['{"fields": {"__proto__": {"value": "a"}}}', /fields\.__proto__: is not known\. It cannot be the name/],
    [
      '{"fields": {"Plan": {"value": "a"}, "plan ": {"value": "b"}}}',
      /fields\.plan : is the same field as "Plan"/
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
})
