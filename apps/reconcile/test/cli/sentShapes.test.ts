import { existsSync, readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { values } from "./support/database.js"
import { account, inWorld } from "./support/World.js"

const ada = { email: "ada@x.test", first_name: "Ada" }

describe("the body of a bulk import request", () => {
  it(
    "has members that ActiveCampaign drops without a word, and they are named with their place",
    inWorld(async (world) => {
      const odd = { contacts: [{ email: "a@x.test", firstName: "Ada" }, { first_name: "Nobody" }] }
      const file = world.write("payload.json", JSON.stringify(odd, null, 2))
      const added = await world.run(["batches", "add", "--id", "b1", "--sent", file])
      expect(added.code).toBe(0)
      expect(added.stdout).toContain(
        '1 member is not one that a bulk import takes; ActiveCampaign drops it without a word: line 3, contact 1: "firstName".'
      )
      expect(added.stderr).toContain("line 7: It has no key for an e-mail address (keys: first_name)")
    })
  )

  it(
    "may have all members that a bulk import takes",
    inWorld(async (world) => {
      const body = {
        batch_id: "b1",
        exclude_automations: true,
        callback: { url: "https://hook.example.test" },
        contacts: [
          {
            ...ada,
            last_name: "Lovelace",
            phone: 5,
            customer_acct_name: "Engines",
            tags: ["vip", 7],
            fields: [{ id: "12", value: "a" }],
            subscribe: [{ listid: "3" }],
            unsubscribe: [],
            exclude_automations: true
          }
        ]
      }
      const file = world.write("payload.jsonl", `${JSON.stringify(body)}\n`)
      const added = await world.run(["batches", "add", "--sent", file])
      expect(added).toMatchObject({ code: 0, stderr: "" })
      expect(added.stdout).not.toContain("bulk import")
      expect(existsSync(world.path(`${file}.members.csv`))).toBe(false)
    })
  )

  it(
    "has members in another shape, and all of them are in a file beside it until they are mended",
    inWorld(async (world) => {
      const odd = {
        batch_id: "b1",
        fields: [],
        contacts: [
          { ...ada, fields: [{ field: 12, value: "ACME" }], subscribe: [3], tags: "vip" },
          { email: "b@x.test", first_name: ["A"], last_name: { x: 1 }, tags: [["y"], { tag: "z" }] }
        ]
      }
      const file = world.write("payloads.jsonl", `${JSON.stringify(odd)}\n`)
      const added = await world.run(["batches", "add", "--sent", file])
      expect(added.code).toBe(0)
      expect(added.stdout).toContain(
        `7 members have another shape than a bulk import takes; what became of them cannot be told: line 1, contact 1: "fields[0]" has no "id"; line 1, contact 1: "tags" is not a list; line 1, contact 1: "subscribe[0]" is not an object with "listid"; and 4 more, see ${file}.members.csv.`
      )
      expect(added.stdout).toContain(
        '2 members are not ones that a bulk import takes; ActiveCampaign drops them without a word: line 1, "fields" beside "contacts"; line 1, contact 1: "fields[0].field".'
      )
      const lines = readFileSync(world.path(`${file}.members.csv`), "utf8").split("\r\n")
      expect(lines).toHaveLength(11)
      expect(lines[6]).toMatch(/^1,"contact 2: ""first_name"" is not a text","\{""email"":""b@x/)
      const { data } = JSON.parse((await world.run(["batches", "add", "--sent", file, "--json"])).stdout)
      expect(data).toMatchObject({
        unknown_members: { count: 2 },
        member_shapes: { count: 7 },
        members_file: `${file}.members.csv`
      })
      world.write("payloads.jsonl", `${JSON.stringify({ batch_id: "b1", contacts: [ada] })}\n`)
      await world.run(["batches", "add", "--sent", file])
      expect(existsSync(world.path(`${file}.members.csv`))).toBe(false)
    })
  )

  it(
    "has members that are null, and they are named",
    inWorld(async (world) => {
      const fields = [
        { id: 12, value: "a" },
        { id: 13, value: null }
      ]
      const odd = { ...ada, last_name: null, fields, subscribe: null }
      const file = world.write("payload.json", JSON.stringify({ contacts: [odd] }))
      const added = await world.run(["batches", "add", "--id", "b1", "--sent", file])
      expect(added.code).toBe(0)
      expect(added.stdout).toContain(
        '3 members have another shape than a bulk import takes; what became of them cannot be told: line 1, contact 1: "last_name" is null; line 1, contact 1: "fields[1].value" is null; line 1, contact 1: "subscribe" is null.'
      )
    })
  )

  it.each([
    ["[]", "Its list of contacts is empty."],
    ['{"email":"a@x.test"}', 'Its "contacts" is not a list.'],
    ["null", 'Its "contacts" is not a list.']
  ])("without a contact is refused, and adds no batch: %s", (contacts, reason) =>
    inWorld(async (world) => {
      const file = world.write("payload.json", `{"contacts":${contacts}}`)
      const added = await world.run(["batches", "add", "--id", "b1", "--sent", file])
      expect(added.code).toBe(2)
      expect(added.stderr).toContain(`payload.json, line 1: ${reason}`)
      expect(added.stdout).toContain("nothing was added, because no contact could be read.")
      expect(existsSync(world.path("reconcile.db"))).toBe(false)
    })()
  )

  it(
    "without a contact is lost alone among others",
    inWorld(async (world) => {
      const lines = [
        { batch_id: "b1", contacts: [] },
        { batch_id: "b2", contacts: [ada] }
      ]
      const file = world.write("l.jsonl", lines.map((line) => JSON.stringify(line)).join("\n"))
      const added = await world.run(["batches", "add", "--sent", file])
      expect(added.code).toBe(0)
      expect(added.stderr).toContain("l.jsonl, line 1: Its list of contacts is empty.")
      expect(values(world.path("reconcile.db"), "SELECT batch_id FROM numbered_batches")).toEqual(["b2"])
    })
  )

  it(
    "is not checked where it has another shape",
    inWorld(async (world) => {
      const odd = {
        ...ada,
        last_name: { x: 1 },
        tags: [["y"], { tag: "z" }],
        fields: [{ id: 12, value: ["a"] }],
        subscribe: [3]
      }
      const file = world.write("payload.json", JSON.stringify({ contacts: [odd] }))
      await world.run(["batches", "add", "--id", "b1", "--sent", file])
      const scenario = {
        batches: [{ batchId: "b1", contacts: [{ email: ada.email, sends: { first_name: "Ada" } }] }]
      }
      const run = await world.run(["run"], { env: account(await world.simulate(scenario)) })
      expect(run.code).toBe(0)
      const why = "it was sent in a shape that a bulk import does not take"
      expect(
        values(
          world.path("reconcile.db"),
          "SELECT coalesce(nullif(name, ''), kind) || ' ' || comparison || coalesce(': ' || why, '') FROM contact_values ORDER BY 1"
        )
      ).toEqual(["12", "3", '["y"]', "last_name", '{"tag":"z"}'].map((name) => `${name} not-checked: ${why}`))
    })
  )

  it(
    "is refused as a whole if it is not JSON, and its batch is not added",
    inWorld(async (world) => {
      const text = `{"contacts":[\n{"email":"a@x.test","first_name":"A",}\n,\n${JSON.stringify(ada)}\n]}\n`
      const file = world.write("payload.json", text)
      const added = await world.run(["batches", "add", "--id", "b1", "--sent", file])
      expect(added).toMatchObject({ code: 2, stdout: "" })
      expect(added.stderr).toMatch(
        /^ac-reconcile: payload\.json, line 2, column 38: it is not valid JSON: .*\. Nothing was loaded; correct it\.\n$/
      )
      expect(existsSync(world.path("reconcile.db"))).toBe(false)
    })
  )

  it(
    "adds no batch if none of its contacts can be read",
    inWorld(async (world) => {
      const file = world.write("payload.json", JSON.stringify({ contacts: [{ first_name: "Ada" }] }))
      const answer = world.write("answer.json", '{"status":"completed","success":["1"],"failure":[]}')
      const add = ["batches", "add", "--id", "b1", "--sent", file, "--answer", answer]
      const added = await world.run(add)
      expect(added.code).toBe(2)
      expect(added.stdout).toContain("nothing was added, because no contact could be read.")
      expect(added.stdout).toContain("1 row could not be read; see payload.json.rejects.csv.")
      expect(added.stdout).not.toContain("counting")
      const { data } = JSON.parse((await world.run([...add, "--json"])).stdout)
      expect(data).toMatchObject({ added: 0, known: 0, answer: { recorded: false }, rejected: 1 })
      expect(existsSync(world.path("reconcile.db"))).toBe(false)
    })
  )

  it(
    "is refused if it names another batch than the call",
    inWorld(async (world) => {
      const file = world.write("payload.json", JSON.stringify({ batch_id: "x", contacts: [ada] }))
      const added = await world.run(["batches", "add", "--id", "y", "--sent", file])
      expect(added.code).toBe(2)
      expect(added.stderr).toContain(
        'payload.json, line 1: the body of the request names the batch "x", but --id names "y". Nothing was added. Correct one of them, or leave out --id.'
      )
      const db = world.path("reconcile.db")
      expect(existsSync(db)).toBe(false)
      expect((await world.run(["batches", "add", "--id", "x", "--sent", file])).code).toBe(0)
      expect(values(db, "SELECT batch_id || email FROM batch_sent")).toEqual(["xada@x.test"])
    })
  )
})
