import { describe, expect, it } from "vitest"
import { envelopeOf, expectDone } from "./support/said.js"
import { shell } from "./support/shell.js"
import { account, inWorld, type World } from "./support/World.js"

const batch = "-b$1"

/** A batch and addresses that begin as options do, and one address that has no @. */
const odd = async (world: World, db: string) => {
  world.write(
    "sent.csv",
    `email,batch_id\n-ada@example.test,${batch}\n-n/a-,${batch}\n-lost@example.test,${batch}\n`
  )
  expectDone(await world.run(["contacts", "load", "sent.csv", "--batch-column", "batch_id", "--db", db]))
  world.write(
    "answer.json",
    JSON.stringify({
      status: "completed",
      success: [],
      failure: ["-ada@example.test", "-n/a-", "-stranger@example.test"]
    })
  )
  expectDone(await world.run(["batches", "add", "--id", batch, "--answer", "answer.json", "--db", db]))
}

/** Each works as it is copied, and the whole is not empty. */
const expectRunnable = async (world: World, lines: ReadonlyArray<string>) => {
  expect(lines).not.toEqual([])
  for (const line of lines) {
    const ended = await shell(world, line.replace(/^(?:npx )?ac-reconcile /, "ac "))
    expect({ line, code: ended.code, stderr: ended.stderr }).toMatchObject({ line, code: 0 })
  }
}

const commandsIn = (text: string) =>
  Array.from(text.matchAll(/ac-reconcile (?:explain|batches|erase) .*?(?=$| {2,}[a-z])/gm), ([call]) => call)

describe.concurrent("a printed command about what begins with -", () => {
  it(
    "works as a run and a report print it, in a file of any name",
    inWorld(async (world) => {
      const db = "-its file.db"
      await odd(world, db)
      const run = await world.run(["run", "--db", db], { env: account(await world.simulate({})) })
      expect(run.code).toBe(0)
      const printed = commandsIn(run.stdout)
      expect(printed).toEqual([
        "ac-reconcile explain --db '-its file.db' -- -ada@example.test",
        "ac-reconcile batches show --db '-its file.db' -- '-b$1'"
      ])
      await expectRunnable(world, printed)

      const { data } = envelopeOf((await world.run(["report", "--json", "--db", db])).stdout)
      const concerns = Array.from(
        JSON.stringify(data).matchAll(/"command":"(.*?[^\\])"/g),
        ([, call = ""]) => call
      )
      expect(concerns.filter((call) => call.includes("batches show"))).not.toEqual([])
      await expectRunnable(
        world,
        concerns.filter((call) => !call.includes("lookup"))
      )
    })
  )

  it(
    "works as doctor and a removal print it",
    inWorld(async (world) => {
      const db = "reconcile.db"
      expectDone(await world.run(["batches", "add", "--id", batch, "--submitted-at", "2026-01-01T00:00:00Z"]))
      const doctor = await world.run(["doctor", "--db", db, "--json"])
      const printed = Array.from(doctor.stdout.matchAll(/ac-reconcile batches show [^"]*/g), ([call]) => call)
      expect(printed).toEqual(["ac-reconcile batches show --db reconcile.db -- '-b$1'"])
      await expectRunnable(world, printed)

      await odd(world, db)
      const removed = await world.run(["contacts", "remove", "--source", "sent.csv", "--db", db])
      const remedy = commandsIn(removed.stdout)
      expect(remedy).toEqual(["ac-reconcile batches remove --db reconcile.db -- '-b$1'"])
      await expectRunnable(world, remedy)
    })
  )

  it(
    "is found, even without an @",
    inWorld(async (world) => {
      await odd(world, "reconcile.db")
      await expectRunnable(world, ["ac-reconcile explain -- -n/a-"])
      for (const command of ["show", "remove"]) {
        await expectRunnable(world, [`ac-reconcile batches ${command} -- '${batch}'`])
      }
    })
  )
})
