import { readdirSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { expectRefusal } from "./support/said.js"
import { inWorld } from "./support/World.js"

describe("a load that is refused in a folder without a ledger", () => {
  const body = (contacts: string) => `{"batch_id": "b-1", "contacts": [${contacts}]}`
  const ada = '{"email": "ada@example.test"}'
  const many = Array.from({ length: 5000 }, (_, at) => `{"email": "c${at}@example.test"}`)
  const csv = "email,batch\nada@example.test,b-1\n"
  const sends = '{"first_name": {"column": "First"}}'
  const calls: ReadonlyArray<readonly [what: string, file: string, args: ReadonlyArray<string>, RegExp]> = [
    ["a missing file", "", ["contacts", "load", "missing.csv"], /missing\.csv/],
    [
      "a column that declares nothing",
      csv,
      ["contacts", "load", "input", "--sends", "sends.json"],
      /no column "First"/
    ],
    [
      "a body that says itself what was sent",
      body(ada),
      ["contacts", "load", "input", "--batch-column", "batch_id", "--sends", "sends.json"],
      /Leave out --sends/
    ],
    [
      "rows that name no batch",
      '{"email": "ada@example.test", "batch": null}\n',
      ["contacts", "load", "input", "--batch-column", "batch"],
      /none of its 1 contacts names a batch/
    ],
    ["a list that breaks off late", `[${many.join(",")}, {"email": `, ["contacts", "load", "input"], /input/],
    [
      "a body of another batch",
      body(ada),
      ["batches", "add", "--id", "b-2", "--sent", "input"],
      /but --id names "b-2"/
    ],
    [
      "contacts without a batch",
      `${ada}\n`,
      ["batches", "add", "--sent", "input"],
      /does not say which batch/
    ],
    [
      "a body without a contact that can be read",
      body('{"first_name": "Ada"}'),
      ["batches", "add", "--id", "b-1", "--sent", "input"],
      /line 1/
    ]
  ]
  for (const [what, file, args, like] of calls) {
    it(
      `leaves nothing behind: ${what}`,
      inWorld(async (world) => {
        world.write("input", file)
        world.write("sends.json", sends)
        const ended = await world.run(args)
        expect({ code: ended.code, stderr: ended.stderr }).toEqual({
          code: 2,
          stderr: expect.stringMatching(like)
        })
        // Rows that cannot be read are still there to be mended.
        const left = readdirSync(world.folder).filter((name) => name !== "input.rejects.csv")
        expect(left).toEqual(["input", "sends.json"])
      })
    )
  }

  it(
    "leaves the ledger that was there, and the next load makes one",
    inWorld(async (world) => {
      world.write("input", csv)
      world.write("sends.json", sends)
      const refused = ["contacts", "load", "input", "--sends", "sends.json"]
      expectRefusal(await world.run(refused), 2, /Nothing was loaded/)
      expect(await world.run(["batches", "add", "--id", "b-1"])).toMatchObject({ code: 0 })
      expectRefusal(await world.run(refused), 2, /Nothing was loaded/)
      const listed = await world.run(["batches", "list"])
      expect(listed).toMatchObject({ code: 0, stdout: expect.stringContaining("b-1") })
    })
  )
})
