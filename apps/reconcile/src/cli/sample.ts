import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { BatchId } from "effect-activecampaign/BatchId"
import { sampleContacts, sampleScenario } from "effect-activecampaign-simulator/SampleScenario"
import type { Scenario } from "effect-activecampaign-simulator/Scenario"
import Papa from "papaparse"
import * as ContactReader from "../contacts/ContactReader.js"
import * as Batches from "../ledger/Batches.js"
import * as LocalContacts from "../ledger/LocalContacts.js"

/** The sample's last batch never settles; a demo that waits for it would never end. */
const settling = sampleScenario.batches.filter(({ ends }) => ends !== "never")

/** The account that the demo reconciles. */
export const scenario: Scenario = { ...sampleScenario, batches: settling }

const contacts = sampleContacts.filter(({ batch_id }) => settling.some(({ batchId }) => batchId === batch_id))

/** What was sent to it. */
export const csv = `${Papa.unparse([...contacts])}\r\n`

/** Loads the file that holds `csv`; that the batches were submitted just now is known, too. */
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

/** What the demo asks of the account, in each of its runs. */
export const account = { resolve: true, lookup: true, maxCalls: 100 }
