import { readFileSync } from "node:fs"
import Papa from "papaparse"
import { rows } from "./database.js"
import { documentedAnswer, documentedContacts, documentedServer, fast } from "./documented.js"
import { expectDone } from "./said.js"
import { account, type World } from "./World.js"

export const awkward = ['"Doe, Jane"@example.test', "=cmd()@example.test", "émile@example.test"]

/** One settled batch of documented contacts, and one of awkward addresses that has not settled. */
const make = async (world: World) => {
  const answer = (batchId: string) => (batchId === "batch-1" ? documentedAnswer : '{"status":"active"}')
  const env = account(await world.serve(documentedServer(answer)))
  const sent = [
    ...documentedContacts.map((email) => ({ email, batch: "batch-1" })),
    ...awkward.map((email) => ({ email, batch: "batch-2" }))
  ]
  world.write("sent.csv", Papa.unparse(sent))
  expectDone(await world.run(["contacts", "load", "sent.csv", "--batch-column", "batch"]))
  expectDone(await world.run(["run", "--once", ...fast], { env }))
  return readFileSync(world.path("reconcile.db"))
}

let made: Promise<Uint8Array> | undefined

/** A copy of the ledger, which is made once for all tests of this file. */
export const prepared = async (world: World) => {
  made ??= make(world)
  return world.path(world.write("reconcile.db", await made))
}

export const selected = (db: string, where = "true") =>
  rows(
    db,
    `SELECT batch_id, email, outcome, evidence, contact_id FROM contact_status WHERE ${where}
     ORDER BY batch_id, email_key, occurrence`
  )
