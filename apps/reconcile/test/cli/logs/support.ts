import { csvOf } from "../support/documented.js"
import { expectDone } from "../support/said.js"
import { account, type World } from "../support/World.js"

/** As fast as the account answers, with all that a run asks about contacts. */
export const quickly = ["--requests-per-second", "1000", "--account-limit", "1000"]

/** Nobody's address, which must turn up in no log and no trace. */
export const localPart = "ada.lovelace"

/** Contacts sent in a batch. The account knows one by its ID, and nothing of another, whose address is looked up. */
export const withContacts = async (world: World) => {
  const known = `${localPart}@example.test`
  const url = await world.simulate({
    batches: [
      {
        batchId: "b-1",
        stages: { unset: 0, waiting: 0, claimed: 0, active: 0 },
        contacts: [{ email: known }]
      }
    ],
    faults: [{ on: { calls: [1] }, fault: { _tag: "RateLimited", retryAfter: 0 } }]
  })
  world.write("sent.csv", csvOf("b-1", [known, `${localPart}+lost@example.test`]))
  expectDone(await world.run(["contacts", "load", "sent.csv", "--batch-column", "batch_id"]))
  return account(url)
}

export type Line = Readonly<Record<string, unknown>> & {
  readonly time: string
  readonly level: string
  readonly message: string
}

export const linesOf = (text: string): ReadonlyArray<Line> =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line))
