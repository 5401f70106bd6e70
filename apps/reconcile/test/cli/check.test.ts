import Sqlite from "better-sqlite3"
import { describe, expect, it } from "vitest"
import { describeNamesAlone } from "../../src/cli/output/steps.js"
import { envelopeOf, expectDone } from "./support/said.js"
import { account, inWorld, type World } from "./support/World.js"

const contacts = Array.from({ length: 12 }, (_, at) => ({
  email: `c${at}@x.test`,
  first_name: "Ada",
  fields: [{ id: 12, value: "ACME" }],
  tags: ["vip"]
}))

type Scenario = Parameters<World["simulate"]>[0]

const scenario = (of: NonNullable<NonNullable<Scenario>["account"]>): Scenario => ({
  account: { fields: [{ id: "12", title: "Company" }], ...of },
  batches: [{ batchId: "b1", contacts: contacts.map(({ email, ...sends }) => ({ email, sends })) }]
})

const sent = async (world: World, of: Parameters<typeof scenario>[0] = {}) => {
  world.write("payload.json", JSON.stringify({ contacts }))
  expectDone(await world.run(["batches", "add", "--id", "b1", "--sent", "payload.json"]))
  return { env: account(await world.simulate(scenario(of))) }
}

const lacking =
  "Fields and tags of some contacts were not in the account's answers: 24 sent values are not checked for that. 'ac-reconcile check' asks again;"

describe.concurrent("check", () => {
  it(
    "says why nothing is compared before the batch settled, and once all is",
    inWorld(async (world) => {
      const options = await sent(world)
      const before = await world.run(["check", "--dry-run"])
      expect(before.stdout).toMatch(/^There is nothing to compare yet: 1 of the batches has not settled\./)
      expectDone(await world.run(["run"], options))
      const after = await world.run(["check"], options)
      expectDone(after)
      expect(after.stdout).toContain(
        "There is nothing left to compare: each value that was sent has been checked."
      )
      expect(after.stdout).toContain("Exit code 0: there was nothing to ask.")
      expect(after.stdout).not.toContain("--sent'")
    })
  )

  it(
    "says where nothing is declared, and how to declare it",
    inWorld(async (world) => {
      world.write("contacts.csv", "email,batch\nada@x.test,b1\n")
      expectDone(await world.run(["contacts", "load", "contacts.csv", "--batch-column", "batch"]))
      const plan = await world.run(["check", "--dry-run"])
      expect(plan.stdout).toMatch(
        /^Nothing says what contacts were sent with, so there is nothing to compare\./
      )
    })
  )

  it(
    "counts the calls for names, and says what run --no-check left out",
    inWorld(async (world) => {
      const options = await sent(world)
      const run = await world.run(["run", "--no-check"], options)
      expect(run.stdout).toContain(
        "Comparing with what was sent was left out by --no-check: 36 sent values are not checked."
      )
      const plan = await world.run(["check", "--dry-run"])
      expect(plan.stdout).toMatch(
        /^12 contacts to be compared with what was sent, in 5 calls, at least 4 of them for/
      )
      const check = await world.run(["check"], options)
      expectDone(check)
      expect(check.stdout).toContain("12 contacts compared with what was sent.")
      expect(check.stdout).toContain("Exit code 0: all that was asked about was answered.")
    })
  )

  for (const effect of ["ignored", "refused"] as const) {
    it(
      `says what answers lacked, asks again, and asks for a sample, where include is ${effect}`,
      inWorld(async (world) => {
        const options = await sent(world, { include: { effect } })
        const run = await world.run(["run"], options)
        expect(run.stdout).toContain(lacking)
        expect((await world.run(["report"])).stdout).toContain(lacking)
        const plan = await world.run(["check", "--sample", "5", "--dry-run"])
        expect(plan.stdout).toContain(
          "12 contacts to be compared with what was sent, in up to 5 calls, 4 of them for the names of fields, tags and lists and the exclusion list if the answers have more now."
        )
        expect(plan.stdout).toContain("They were looked at before, and the answers did not have all")
        expect(plan.stdout).toContain("5 contacts are asked for one by one, in up to 10 more calls.")
        const sample = await world.run(["check", "--sample", "5"], options)
        expectDone(sample)
        expect(sample.stdout).toContain("5 contacts compared with what was sent")
        expect(sample.stdout).toContain("14 sent values are not checked for that.")
      })
    )
  }

  it(
    "says that the names of fields could not be read",
    inWorld(async (world) => {
      world.write("payload.json", JSON.stringify({ contacts }))
      expectDone(await world.run(["batches", "add", "--id", "b1", "--sent", "payload.json"]))
      const others = contacts.map(({ email, ...sends }) => ({
        email,
        sends: { ...sends, fields: [{ id: 12, value: "Acme" }] }
      }))
      const url = await world.simulate({
        ...scenario({}),
        batches: [{ batchId: "b1", contacts: others }],
        faults: [{ on: { endpoint: "fields" }, fault: { _tag: "WrongShape" } }]
      })
      const run = await world.run(["run"], { env: account(url) })
      const said =
        "The names of fields could not be read from the account: 12 sent values are not checked for that. A later run reads them again;"
      expect(run.stdout.split(said)).toHaveLength(2)
      expect((await world.run(["report"])).stdout).toContain(said)
    })
  )

  it(
    "resolves IDs before it asks for names, and says what waits for them and where the calls went",
    inWorld(async (world) => {
      const byTitle = contacts.map((one) => ({ ...one, fields: [{ id: "Company", value: "ACME" }] }))
      world.write("payload.json", JSON.stringify({ contacts: byTitle }))
      expectDone(await world.run(["batches", "add", "--id", "b1", "--sent", "payload.json"]))
      const options = { env: account(await world.simulate(scenario({}))) }
      const run = await world.run(["run", "--max-calls", "1"], options)
      expect(run.stdout).toContain("12 contact IDs resolved.")
      expect(run.stdout).toContain(
        "The names of fields have not been read yet, for lack of calls: 12 sent values are not checked for that."
      )
      const first = await world.run(["check", "--max-calls", "1"], options)
      expect(first.stdout).toContain("12 left for the next run.")
      expect(first.stdout).toContain(
        "1 call went to the names of the account's fields, tags and lists and its exclusion list, which comparing needs."
      )
      const last = [await world.run(["check", "--max-calls", "2"], options)].at(-1)
      expect(last?.stdout).toContain("12 contacts compared with what was sent.")
      const sample = await world.run(["check", "--sample", "5"], options)
      expect(sample.stdout).toContain(
        "There is nothing left to compare: each value that was sent has been checked."
      )
      expect(sample.stdout).not.toContain("0 contacts")
    })
  )

  it(
    "tells programs the same: what waits for names, where the calls went, and of whom something was compared",
    inWorld(async (world) => {
      const byTitle = contacts.map((one) => ({ ...one, fields: [{ id: "Company", value: "ACME" }] }))
      world.write("payload.json", JSON.stringify({ contacts: byTitle }))
      expectDone(await world.run(["batches", "add", "--id", "b1", "--sent", "payload.json"]))
      const options = { env: account(await world.simulate(scenario({}))) }
      const told = async (...call: ReadonlyArray<string>) => {
        const ended = await world.run([...call, "--json"], options)
        expectDone(ended)
        return envelopeOf(ended.stdout)
      }
      const run = await told("run", "--max-calls", "1")
      expect(run.data).toMatchObject({
        run: { resolved: { linked: 12, left: 0 }, checked: null, calls_for_names: 0 },
        summary: { sent_values: { not_checked: 12, same: 24 } }
      })
      expect(run.warnings).toEqual([
        expect.stringMatching(
          /^The names of fields have not been read yet, for lack of calls: 12 sent values are /
        )
      ])
      const first = await told("check", "--max-calls", "1")
      expect(first.data).toMatchObject({
        run: { checked: { looked: 0, left: 12, plan: { budget: 0, affordable: 0 } }, calls_for_names: 1 }
      })
      const last = await told("check", "--max-calls", "2")
      expect(last.data).toMatchObject({
        run: { checked: { looked: 12, gone: 0, left: 0 } },
        summary: { sent_values: { not_checked: 0, same: 36 } }
      })
      expect(last.warnings).toEqual([])
      expect((await told("check")).data).toMatchObject({ run: { checked: null } })
    })
  )

  it(
    "counts contacts that are not in the account when it is asked for them",
    inWorld(async (world) => {
      const options = await sent(world)
      await world.run(["run", "--no-check"], options)
      // Nobody has this ID.
      const file = new Sqlite(world.path("reconcile.db"))
      file.exec("UPDATE verdicts SET contact_id = '987654' WHERE address_id = 1")
      file.close()
      const json = await world.run(["check", "--dry-run", "--json"], options)
      expect(envelopeOf(json.stdout).data).toMatchObject({ plan: { contacts: 12 } })
      const check = await world.run(["check"], options)
      expect(check.stdout).toContain(
        "11 contacts compared with what was sent, 1 not in the account when asked for."
      )
    })
  )
})

describe("the plan of a check with nothing to compare", () => {
  const plan = { contacts: 0, again: 0, method: "pages", calls: 2, budget: 100, affordable: 0 } as const

  it("tells of the calls for names that no run has read, if there are any", () => {
    expect(describeNamesAlone({ ...plan, names: 2 })).toBe(
      "2 calls would read names of the account that no run has read so far."
    )
    expect(describeNamesAlone({ ...plan, names: 0, calls: 0 })).toBe("")
  })
})
