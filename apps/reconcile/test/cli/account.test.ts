import { describe, expect, it } from "vitest"
import { values } from "./support/database.js"
import { envelopeOf, expectDone, expectRefusal } from "./support/said.js"
import { expectNoToken } from "./support/trouble.js"
import { account, inWorld, type World } from "./support/World.js"

const contacts = "email,batch_id,first_name\nada@x.test,b-1,Ada\nbo@x.test,b-1,Bo\ncy@x.test,b-1,Cy\n"

/** Ada is created, Bo fails, of Cy nothing is said; a stranger stands among the successes. */
const scenario = {
  batches: [
    {
      batchId: "b-1",
      stages: { unset: 0, waiting: 0, claimed: 0, active: 10 },
      contacts: [
        { email: "ada@x.test" },
        { email: "bo@x.test", becomes: "rejected" as const },
        { email: "cy@x.test", becomes: "silent" as const }
      ],
      strangers: { success: ["7701"] }
    }
  ]
}

const prepared = async (world: World) => {
  world.write("sent.csv", contacts)
  const when = ["--submitted-at", "2031-04-02T08:15:00+02:00"]
  expectDone(await world.run(["contacts", "load", "sent.csv", "--batch-column", "batch_id", ...when]))
  return account(await world.simulate(scenario))
}

const rate = ["--requests-per-second", "1000", "--account-limit", "1000"]

describe.concurrent("asking the account", () => {
  it(
    "is part of a run: IDs are resolved, silent addresses are looked up, and retry candidates are exported with their own columns",
    inWorld(async (world) => {
      const env = await prepared(world)
      const ran = await world.run(["run", ...rate], { env })
      expectDone(ran)
      expectNoToken(world)
      expect(ran.stdout).toContain("2 contact IDs resolved.\n1 address looked up, 0 in the account, 1 not.")
      expect(ran.stdout).toMatch(
        /imported +1 +33\.3% +by contact ID\n +rejected +1 .*\n +missing +1 +33\.3% +not in the account/
      )
      expect(ran.stdout).toContain("count-refuted")
      expectDone(
        await world.run(["export", "retry", "-o", "retry.csv"]).then((one) => ({ ...one, stderr: "" }))
      )
      const retry = world.read("retry.csv")
      expect(retry).toContain("cy@x.test,b-1,Cy")
      expect(retry.trim().split("\n")).toHaveLength(2)
      expect(ran.stdout).toMatch(
        /Next\n {2}ac-reconcile export retry +contacts that may be sent again\n {2}ac-reconcile explain \S+@x\.test +why it has its outcome/
      )
      expectDone(
        await world.run(["contacts", "load", "retry.csv", "--db", "again.db", "--batch-column", "batch_id"])
      )
    })
  )

  it(
    "works step by step: a plan before the calls, then the calls, then the story of one contact",
    inWorld(async (world) => {
      const env = await prepared(world)
      expectDone(await world.run(["run", "--no-resolve", "--no-lookup", ...rate], { env }))
      const shown = await world.run(["batches", "show", "b-1"])
      expect(shown.stdout).toContain(
        "2 successful contact IDs have no known address; run 'ac-reconcile resolve'."
      )

      expect(values(world.path("reconcile.db"), "SELECT submitted_at FROM batches")).toEqual([
        "2031-04-02T06:15:00.000Z"
      ])
      const resolved = await world.run(["resolve", ...rate, "--json"], { env })
      expect(envelopeOf(resolved.stdout)).toMatchObject({
        schema: "ac-reconcile/resolve/1",
        ok: true,
        data: { run: { resolved: { linked: 2, gone: 0, left: 0 } }, changes: { lost: 1, found: 0 } }
      })

      const plan = await world.run(["lookup", "--dry-run", ...rate], { env })
      expectDone(plan)
      expect(plan.stdout).toBe(
        "1 address unaccounted, to be looked up one by one, in 1 call.\n\nNone was looked up. Run again without --dry-run to do it.\n"
      )
      expect(values(world.path("reconcile.db"), "SELECT count(*) FROM lookups")).toEqual([0])

      const found = await world.run(["lookup", ...rate], { env })
      expectDone(found)
      expect(found.stdout).toMatch(/^1 address unaccounted, to be looked up one by one, in 1 call\.\n/)
      expect(found.stdout).toContain("1 address looked up, 0 in the account, 1 not.")

      const story = await world.run(["explain", "CY@x.test"])
      expectDone(story)
      expect(story.stdout).toMatch(/In batch b-1: missing \(not in the account\)/)
      expect(story.stdout).toMatch(/outcome_changes +became unaccounted, was imported/)
      expect(story.stdout).toMatch(/lookups +not in the account/)
      expect((await world.run(["explain", "7701"])).stdout).toContain("stranger-7701@elsewhere.test")
      expectRefusal(
        await world.run(["explain", "nobody@x.test"]),
        2,
        /Nothing is known about nobody@x\.test: /
      )

      // Nothing was asked, so that nothing changed since it began.
      const idle = await world.run(["run", ...rate], { env })
      expectDone(idle)
      expect(found.stdout).toContain("Verdicts that changed since this run began: 1 otherwise changed")
      expect(idle.stdout).not.toContain("Verdicts that changed")

      const rebuilt = await world.run(["reconcile", "--rebuild"])
      expectDone(rebuilt)
      expect(rebuilt.stdout).toContain("1 batch recomputed from the facts: no outcome changed.")
    })
  )

  it(
    "with a refused token exits with 4, and does not show the token",
    inWorld(async (world) => {
      const env = await prepared(world)
      expectDone(await world.run(["run", "--no-resolve", "--no-lookup", ...rate], { env }))
      const wrong = { ...env, ACTIVECAMPAIGN_API_KEY: "wrong-token" }
      const refused = await world.run(["resolve", ...rate], { env: wrong })
      expect(refused).toMatchObject({ code: 4, stdout: "" })
      expect(refused.stderr).not.toContain("wrong-token")
      const nothing = await world.run(["lookup", ...rate], { env: wrong })
      expectDone(nothing)
      expect(nothing.stdout).toMatch(/^No address is unaccounted; there is nothing to look up\./)
    })
  )
})

describe.concurrent("erasing a person", () => {
  it(
    "shows what the file has, erases it with --yes, and says how that was checked",
    inWorld(async (world) => {
      const env = await prepared(world)
      expectDone(await world.run(["run", ...rate], { env }))
      const shown = await world.run(["erase", "ada@x.test"])
      expectDone(shown)
      expect(shown.stdout).toContain("Nothing was changed. Run again with --yes")
      expect(
        values(world.path("reconcile.db"), "SELECT count(*) FROM batch_sent WHERE email = 'ada@x.test'")
      ).toEqual([1])

      const erased = await world.run(["erase", "ada@x.test", "--yes"])
      expectDone(erased)
      expect(erased.stdout).toMatch(/all [\d,]+ bytes of the file: the address is gone/)
      const gone = await world.run(["erase", "ada@x.test", "--yes", "--json"])
      expect(envelopeOf(gone.stdout)).toMatchObject({
        ok: true,
        data: { held: [], erased: false, token: null, remaining: [], occurrences_in_bytes: 0 }
      })
      expect(
        values(world.path("reconcile.db"), "SELECT outcome FROM contact_status WHERE email = 'erased-1'")
      ).toEqual(["imported"])
    })
  )
})
