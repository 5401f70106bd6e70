import { expect, it } from "vitest"
import { expectDone } from "./support/said.js"
import { account, inWorld } from "./support/World.js"

it(
  "another declaration of what was sent is told, with the contacts that are looked at again for it",
  inWorld(async (world) => {
    world.write("first.json", JSON.stringify({ first_name: { column: "First" } }))
    world.write("both.json", JSON.stringify({ first_name: { column: "First" }, tags: [{ value: "vip" }] }))
    const rows = ["email,batch,First", "ada@x.test,b1,Ada", "bob@x.test,b1,Bob"]
    world.write("c.csv", `${rows.join("\n")}\n`)
    const contacts = ["ada@x.test", "bob@x.test"].map((email, at) => ({
      email,
      sends: { first_name: at === 0 ? "Ada" : "Bob" }
    }))
    const load = (sends: string, ...options: ReadonlyArray<string>) =>
      world.run(["contacts", "load", "c.csv", "--batch-column", "batch", "--sends", sends, ...options])
    const env = account(await world.simulate({ batches: [{ batchId: "b1", contacts }] }))
    const again = /now declares|looked at again/
    for (const first of [await load("first.json"), await load("first.json")]) {
      expectDone(first)
      expect(first.stdout).not.toMatch(again)
    }
    expect((await world.run(["run"], { env })).code).toBe(0)
    expect((await load("first.json")).stdout).not.toMatch(again)
    const other = await load("both.json")
    expect(other.stdout).toContain("0 new, 0 changed, 2 unchanged.")
    expect(other.stdout).toContain(
      "The source now declares something else about what its contacts were sent with.\n2 contacts were compared already; for what is declared now, they are looked at again by the next run, or by 'ac-reconcile check'."
    )
    const { data } = JSON.parse((await load("first.json", "--json")).stdout)
    expect(data).toMatchObject({ unchanged: 2, declared_otherwise: true, looked_again: 0 })
    await load("both.json")
    const run = await world.run(["run"], { env })
    expect(run.stdout).toMatch(/^2 contacts compared with what was sent/m)
    expect(run.stdout).toMatch(/tag vip, which never arrived for anybody/)
  })
)
