import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect } from "vitest"
import { csvOf, documentedContacts } from "./documented.js"
import { expectDone } from "./said.js"
import { token, type World } from "./World.js"

/** A ledger with contacts sent in one batch that has not been asked about. */
export const prepared = async (
  world: World,
  batchId = "batch-1",
  emails: ReadonlyArray<string> = documentedContacts
) => {
  world.write("sent.csv", csvOf(batchId, emails))
  expectDone(await world.run(["contacts", "load", "sent.csv", "--batch-column", "batch_id"]))
  return world.path("reconcile.db")
}

export const expectNoToken = (world: World) => {
  for (const name of readdirSync(world.folder, { recursive: true, withFileTypes: true })) {
    if (!name.isFile()) continue
    expect(readFileSync(join(name.parentPath, name.name)).includes(token), name.name).toBe(false)
  }
}

/** A port of this machine on which nobody listens. */
export const closedPort = "http://127.0.0.1:1"
