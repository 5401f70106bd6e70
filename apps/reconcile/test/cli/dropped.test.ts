import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { expectDone } from "./support/said.js"
import { account, inWorld, type World } from "./support/World.js"

const payload = {
  contacts: [
    { email: "ada@x.test", first_name: "Ada", fields: [{ id: 12, value: "=ACME" }], tags: ["vip"] },
    { email: "bob@x.test", first_name: "Bob", fields: [{ id: 12, value: "Bob & Co" }] }
  ]
}

/** The account drops the field Company of everybody. */
const scenario = {
  account: { fields: [{ id: "12", title: "Company" }] },
  batches: [
    {
      batchId: "b1",
      contacts: payload.contacts.map(({ fields, ...sends }) => ({
        email: sends.email,
        sends: {
          first_name: sends.first_name,
          ...(sends.tags === undefined ? {} : { tags: sends.tags }),
          fields: fields.map(({ id, value }) => ({ id: String(id), value }))
        },
        mishaps: [{ _tag: "FieldDropped" as const, field: "12" }]
      }))
    }
  ]
}

const reconciled = async (world: World, ...options: ReadonlyArray<string>) => {
  world.write("payload.json", JSON.stringify(payload))
  expectDone(await world.run(["batches", "add", "--id", "b1", "--sent", "payload.json"]))
  return world.run(["run", ...options], { env: account(await world.simulate(scenario)) })
}

describe.concurrent("values that did not arrive", () => {
  it(
    "are told at the end of a run, and fail it if that was asked for",
    inWorld(async (world) => {
      const run = await reconciled(world, "--fail-on", "dropped")
      expect(run.code).toBe(3)
      expect(run.stdout).toMatch(/^The batch has settled\. 2 of 5 sent values dropped\.$/m)
      expect(run.stdout).toMatch(/^ {4}2 field 12 \(Company\), which never arrived for anybody$/m)
      expect(run.stdout).toContain("--fail-on applies: dropped (2 of 5 sent values, 40.0%)")
      expect(run.stdout).toMatch(/ac-reconcile export dropped +values that did not arrive/)
      const report = await world.run(["report", "--fail-on", "dropped>50%,consent"])
      expectDone(report)
      expect(report.stdout).toMatch(/^ {2}field 12 \(Company\) +2 +2 +0 +0 +0 +0$/m)
    })
  )

  it(
    "are exported safe for a spreadsheet, and as JSON lines",
    inWorld(async (world) => {
      await reconciled(world)
      const csv = await world.run(["export", "dropped"])
      expect(csv.code).toBe(0)
      expect(csv.stdout.split("\r\n").slice(0, 3)).toEqual([
        "batch_id,email,member,comparison,sent,found,looked_at",
        expect.stringMatching(/^b1,ada@x\.test,field 12 \(Company\),absent,'=ACME,,20/),
        expect.stringMatching(/^b1,bob@x\.test,field 12 \(Company\),absent,Bob & Co,,20/)
      ])
      const lines = await world.run(["export", "dropped", "--format", "ndjson"])
      expect(JSON.parse(lines.stdout.split("\n")[0] ?? "")).toMatchObject({ sent: "=ACME", found: null })
    })
  )

  it(
    "are explained value by value, and gone with the person",
    inWorld(async (world) => {
      await reconciled(world)
      const explained = await world.run(["explain", "ada@x.test"])
      expectDone(explained)
      expect(explained.stdout).toMatch(/^ +first_name +'Ada' +same$/m)
      expect(explained.stdout).toMatch(/^ +field 12 \(Company\) +'=ACME' +absent +the account has nothing$/m)
      expectDone(await world.run(["erase", "ada@x.test", "--yes"]))
      const bytes = readFileSync(world.path("reconcile.db")).toString("latin1")
      expect(bytes).not.toContain("ada@x.test")
      expect(bytes).not.toContain("=ACME")
      const left = await world.run(["export", "dropped"])
      expect(left.stdout.split("\r\n")).toHaveLength(3)
    })
  )
})
