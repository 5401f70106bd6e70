import type Sqlite from "better-sqlite3"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { BatchId } from "effect-activecampaign/BatchId"
import { sampleContacts, sampleScenario } from "effect-activecampaign-simulator/SampleScenario"
import type { Scenario } from "effect-activecampaign-simulator/Scenario"
import Papa from "papaparse"
import * as ContactReader from "../contacts/ContactReader.js"
import * as Batches from "../ledger/facts/Batches.js"
import * as LocalContacts from "../ledger/load/LocalContacts.js"
import { ownTables } from "../ledger/schema/ownTables.js"
import { printable } from "./output/text.js"

/** The sample's last batch never settles; a demo that waits for it would never end. */
const settling = sampleScenario.batches.filter(({ ends }) => ends !== "never")

/** The account that the demo reconciles. */
export const scenario: Scenario = { ...sampleScenario, batches: settling }

const contacts = sampleContacts.filter(({ batch_id }) => settling.some(({ batchId }) => batchId === batch_id))

/** What was sent to it. */
export const csv = `${Papa.unparse([...contacts])}\r\n`

/** Loads the file with `csv`, and records that the batches were submitted just now. */
export const load = (file: string) =>
  Effect.gen(function* () {
    const now = DateTime.formatIso(yield* DateTime.now)
    const rows = ContactReader.read({ path: file, map: { batchId: "batch_id" } }).pipe(
      Stream.map((chunk) => chunk.rows)
    )
    const batchIds = settling.map(({ batchId }) => BatchId.make(batchId))
    yield* Batches.add(batchIds, { addedAt: now, submittedAt: now })
    return {
      ...(yield* LocalContacts.load({ name: file, rejected: () => 0 }, rows, now)),
      batches: batchIds.length
    }
  })

const batchIds = new Set<string>(settling.map(({ batchId }) => batchId))
const addresses = new Set<string>(contacts.map(({ email }) => email))

const firstColumn = (database: Sqlite.Database, sql: string) =>
  database.prepare<[], unknown>(sql).pluck().all()

/** Something in the ledger that is not from the sample; undefined if there is nothing else. */
export const strangerIn = (database: Sqlite.Database): string | undefined => {
  const account = firstColumn(database, "SELECT base_url FROM accounts").find(
    (url) => !String(url).startsWith("http://127.0.0.1:")
  )
  if (account !== undefined) return `it belongs to the account at ${String(account)}`
  const others = {
    "the table": firstColumn(
      database,
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    ).find((name) => !ownTables.has(String(name))),
    "the batch": firstColumn(database, "SELECT batch_id FROM batches").find(
      (id) => !batchIds.has(String(id))
    ),
    "the contact": firstColumn(
      database,
      "SELECT email FROM local_contacts UNION SELECT email FROM batch_sent"
    ).find((email) => !addresses.has(String(email)))
  }
  const other = Object.entries(others).find(([, name]) => name !== undefined)
  return other === undefined
    ? undefined
    : `it contains ${other[0]} ${printable(String(other[1]))}, which is not part of the demo`
}

/** What the demo asks of the account, in each of its runs. */
export const account = { resolve: true, lookup: true, check: { sample: 0 }, maxCalls: 100 }
