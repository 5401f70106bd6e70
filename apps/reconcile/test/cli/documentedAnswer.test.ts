import { describe, expect, it } from "vitest"
import { pragma, rows, values } from "./support/database.js"
import {
  csvOf,
  documentedAnswer,
  documentedContacts,
  documentedFailure,
  documentedServer,
  documentedSuccess,
  fast
} from "./support/documented.js"
import { envelopeOf, expectDone } from "./support/said.js"
import { account, inWorld, type World } from "./support/World.js"

const documented = (world: World) => world.serve(documentedServer(() => documentedAnswer))

const statuses = (db: string) =>
  rows(db, "SELECT email, outcome, evidence FROM contact_status ORDER BY email_key")

const closedByCount = [
  { email: "ada@example.test", outcome: "imported", evidence: "count" },
  { email: "Bashir.Okafor@example.test", outcome: "imported", evidence: "count" },
  { email: "chiara@example.test", outcome: "imported", evidence: "count" },
  { email: "dmitri@example.test", outcome: "imported", evidence: "count" },
  { email: "INVALID'character@Example.com", outcome: "rejected", evidence: "failure" },
  { email: "Invalid.Email@INVALIDdomain", outcome: "rejected", evidence: "failure" }
]

describe.concurrent("the answer that ActiveCampaign documents, from another server", () => {
  it(
    "is recorded once, item by item, and decides all six contacts",
    inWorld(async (world) => {
      const env = account(await documented(world))
      world.write("sent.csv", csvOf("batch-1", documentedContacts))
      const loaded = await world.run(["contacts", "load", "sent.csv", "--batch-column", "batch_id"])
      expectDone(loaded)
      expect(loaded.stdout).toMatch(
        /6 contacts loaded from sent\.csv: 6 new.*\n6 contacts newly .*1 batch new/
      )

      const ran = await world.run(["run", ...fast], { env })
      expectDone(ran)
      expect(ran.stdout).toMatch(/^completed +batch-1 +6 sent: 4 imported, 2 rejected$/m)
      expect(ran.stdout).toMatch(/^ +imported +4 +66\.7% +by count$/m)
      expect(ran.stdout).toMatch(/^ +rejected +2 +33\.3% +in the failure list$/m)

      const db = world.path("reconcile.db")
      expect(values(db, "SELECT status FROM batch_answers")).toEqual(["completed"])
      expect(values(db, "SELECT raw_body FROM batch_answers")).toEqual([documentedAnswer])
      expect(values(db, "SELECT contact_id FROM batch_successes ORDER BY position")).toEqual(
        documentedSuccess
      )
      expect(values(db, "SELECT position FROM batch_successes ORDER BY position")).toEqual([0, 1, 2, 3])
      expect(values(db, "SELECT email FROM batch_failures ORDER BY position")).toEqual(documentedFailure)
      expect(values(db, "SELECT position FROM batch_failures ORDER BY position")).toEqual([0, 1])
      expect(statuses(db)).toEqual(closedByCount)
      expect(values(db, "SELECT base_url FROM accounts")).toEqual([`${env.ACTIVECAMPAIGN_URL}/api/3`])
      expect(pragma(db, "integrity_check")).toBe("ok")

      const again = await world.run(["run", ...fast], { env })
      expectDone(again)
      expect(again.stdout).toContain("Every batch had already settled; nothing was asked.")
      expect(values(db, "SELECT count(*) FROM batch_answers")).toEqual([1])
    })
  )

  it(
    "leaves five of seven contacts unaccounted, because the owners of four IDs are not known",
    inWorld(async (world) => {
      const env = account(await documented(world))
      world.write("sent.csv", csvOf("batch-1", [...documentedContacts, "elodie@example.test"]))
      await world.run(["contacts", "load", "sent.csv", "--batch-column", "batch_id"])
      expectDone(await world.run(["run", ...fast], { env }))
      expect(
        rows(
          world.path("reconcile.db"),
          "SELECT outcome, evidence, count(*) AS contacts FROM contact_status GROUP BY 1, 2 ORDER BY 1"
        )
      ).toEqual([
        { outcome: "rejected", evidence: "failure", contacts: 2 },
        { outcome: "unaccounted", evidence: "silence", contacts: 5 }
      ])
    })
  )

  it(
    "decides a batch adopted with 'batches add --id --sent' the same way",
    inWorld(async (world) => {
      const env = account(await documented(world))
      world.write("sent.csv", ["email", ...documentedContacts, ""].join("\n"))
      const added = await world.run(["batches", "add", "--id", "batch-1", "--sent", "sent.csv"])
      expectDone(added)
      expect(added.stdout).toMatch(/1 batch added\.\n6 contacts newly recorded as sent\./)
      expectDone(await world.run(["run", ...fast], { env }))
      expect(statuses(world.path("reconcile.db"))).toEqual(closedByCount)

      const again = await world.run(["batches", "add", "--id", "batch-1", "--sent", "sent.csv"])
      expect(again.stdout).toMatch(
        /0 batches added, 1 already known\.\n0 contacts newly recorded as sent, 6 already recorded\./
      )
      expect(statuses(world.path("reconcile.db"))).toEqual(closedByCount)
    })
  )

  it(
    "is shown by 'batches list' and 'batches show' afterwards, without asking the account",
    inWorld(async (world) => {
      const env = account(await documented(world))
      world.write("ids.txt", "batch-1 # the one of Monday\n\n# nothing\n")
      await world.run(["batches", "add", "--file", "ids.txt"])
      await world.run(["run", ...fast], { env })
      const list = await world.run(["batches", "list"])
      expectDone(list)
      expect(list.stdout).toMatch(/^ +batch-1 +completed +0 contacts sent$/m)
      const show = await world.run(["batches", "show", "batch-1"])
      expectDone(show)
      expect(show.stdout).toMatch(/^Batch batch-1 is completed\.$/m)
      expect(show.stdout).toMatch(/completed +4 successes, 2 failures$/m)
      // Nothing was said to be sent, so both failures are somebody else's.
      expect(show.stdout).toContain("unmatched-failure  invalid'character@example.com")
    })
  )

  it(
    "is printed by 'status', for people and as one JSON document, without a ledger",
    inWorld(async (world) => {
      const env = account(await documented(world))
      const told = await world.run(["status", "batch-1"], { env })
      expectDone(told)
      expect(told.stdout).toBe(
        [
          "Batch batch-1 is completed: the import has ended.",
          "",
          "Success: 4 contact IDs",
          ...documentedSuccess.map((id) => `  ${id}`),
          "",
          "Failure: 2 addresses",
          ...documentedFailure.map((email) => `  ${email}`),
          ""
        ].join("\n")
      )
      const json = await world.run(["status", "batch-1", "--json"], { env })
      expectDone(json)
      expect(envelopeOf(json.stdout)).toEqual({
        schema: "ac-reconcile/status/1",
        ok: true,
        data: {
          batch_id: "batch-1",
          status: "completed",
          settled: true,
          success: documentedSuccess,
          failure: documentedFailure,
          unreadable: []
        },
        warnings: [],
        error: null
      })
      const waited = await world.run(["wait", "batch-1", "--json"], { env })
      expect(envelopeOf(waited.stdout)).toMatchObject({
        ok: true,
        data: {
          batches: [{ status: "completed", success: documentedSuccess, failure: documentedFailure }]
        }
      })
    })
  )
})
